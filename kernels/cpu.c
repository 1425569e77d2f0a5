/* cpu.c: see cpu.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"

#include <string.h>

static const char *const isa_names[AS_ISA_COUNT] = {"scalar", "avx2", "avx512", "amx", "neon"};
static const char *const dtype_names[] = {"f32", "bf16"};

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
