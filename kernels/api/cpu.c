/* cpu.c: see cpu.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"

#include <string.h>

#if defined __x86_64__ && defined __linux__
#include <cpuid.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

static const char *const isa_names[AS_ISA_COUNT] = {"scalar", "avx2", "avx512", "amx", "neon"};
static const char *const dtype_names[] = {"f32", "bf16"};

#if defined __x86_64__ && defined __linux__
/* Tile registers are 8 KiB more for the system to keep per thread, so Linux gives them on request only, once for all
 * threads of a process and their children; exec takes them away again. A system that does not know them says no. */
static bool may_use_tiles(void)
{
    enum { REQUEST = 0x1023 /* ARCH_REQ_XCOMP_PERM */, TILE_DATA = 18 /* XFEATURE_XTILEDATA */ };
    return syscall(SYS_arch_prctl, REQUEST, TILE_DATA) == 0;
}

/* AMX for bfloat16, and AVX-512's bfloat16 conversions that its kernels use. Asked once. */
static bool runs_amx(void)
{
    static atomic_int known; /* 0: not asked yet, 1: no, 2: yes */
    const unsigned bf16 = 1u << 22, tile = 1u << 24;
    unsigned a, b, c, d;
    if (!known)
        known = 1 + (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & bf16) && (d & tile) &&
                     __builtin_cpu_supports("avx512bf16") && may_use_tiles());
    return known == 2;
}
#elif defined __x86_64__
static bool runs_amx(void) { return false; }
#endif

uint32_t as_cpu_isas(void)
{
    uint32_t isas = AS_ISA_BIT(AS_SCALAR);
#if defined __x86_64__
    __builtin_cpu_init(); /* asks the operating system about register state, too */
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        isas |= AS_ISA_BIT(AS_AVX2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        isas |= AS_ISA_BIT(AS_AVX512);
    if ((isas & AS_ISA_BIT(AS_AVX512)) && runs_amx())
        isas |= AS_ISA_BIT(AS_AMX);
#elif defined __aarch64__
    isas |= AS_ISA_BIT(AS_NEON); /* part of the base architecture */
#endif
    return isas;
}

const char *as_isa_name(as_isa isa) { return (unsigned)isa < AS_ISA_COUNT ? isa_names[isa] : "?"; }

bool as_isa_parse(const char *name, as_isa *out)
{
    for (int i = 0; i < AS_ISA_COUNT; i++)
        if (!strcmp(name, isa_names[i])) {
            *out = (as_isa)i;
            return true;
        }
    return false;
}

uint32_t as_isa_up_to(as_isa isa)
{
    if (isa == AS_NEON)
        return AS_ISA_BIT(AS_SCALAR) | AS_ISA_BIT(AS_NEON);
    return AS_ISA_BIT(isa + 1) - 1;
}

const char *as_dtype_name(as_dtype dtype) { return dtype_names[dtype]; }

bool as_dtype_parse(const char *name, as_dtype *out)
{
    for (int i = 0; i < 2; i++)
        if (!strcmp(name, dtype_names[i])) {
            *out = (as_dtype)i;
            return true;
        }
    return false;
}
