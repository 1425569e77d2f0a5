/* cpu.c: the table of instruction sets, a row each, and how each is detected.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"

#include <string.h>

#if defined __x86_64__ && defined __linux__
#include <cpuid.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

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

static bool runs_always(void) { return true; }

#if defined __x86_64__
/* __builtin_cpu_supports asks the operating system about register state, too. */
static bool runs_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static bool runs_avx512(void)
{
    return runs_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static bool runs_avx512_and_amx(void) { return runs_avx512() && runs_amx(); }
#define ON_X86(runs) runs
#define ON_ARM(runs) NULL
#elif defined __aarch64__
#define ON_X86(runs) NULL
#define ON_ARM(runs) runs
#else
#define ON_X86(runs) NULL
#define ON_ARM(runs) NULL
#endif

/* In the order of as_isa. `below`: bits of the plainer ones of its architecture. `runs`: NULL on another one. */
static const struct {
    const char *name;
    uint32_t below;
    bool (*runs)(void);
} isas[AS_ISA_COUNT] = {
    [AS_SCALAR] = {"scalar", 0, runs_always},
    [AS_AVX2] = {"avx2", AS_ISA_BIT(AS_SCALAR), ON_X86(runs_avx2)},
    [AS_AVX512] = {"avx512", AS_ISA_BIT(AS_AVX2) | AS_ISA_BIT(AS_SCALAR), ON_X86(runs_avx512)},
    [AS_AMX] = {"amx", AS_ISA_BIT(AS_AVX512) | AS_ISA_BIT(AS_AVX2) | AS_ISA_BIT(AS_SCALAR),
                ON_X86(runs_avx512_and_amx)},
    [AS_NEON] = {"neon", AS_ISA_BIT(AS_SCALAR), ON_ARM(runs_always)}, /* part of the base architecture */
};

uint32_t as_cpu_isas(void)
{
    uint32_t found = 0;
#if defined __x86_64__
    __builtin_cpu_init();
#endif
    for (int i = 0; i < AS_ISA_COUNT; i++)
        if (isas[i].runs && isas[i].runs())
            found |= AS_ISA_BIT(i);
    return found;
}

const char *as_isa_name(as_isa isa) { return (unsigned)isa < AS_ISA_COUNT ? isas[isa].name : "?"; }

bool as_isa_parse(const char *name, as_isa *out)
{
    for (int i = 0; i < AS_ISA_COUNT; i++)
        if (!strcmp(name, isas[i].name)) {
            *out = (as_isa)i;
            return true;
        }
    return false;
}

uint32_t as_isa_up_to(as_isa isa) { return AS_ISA_BIT(isa) | isas[isa].below; }
