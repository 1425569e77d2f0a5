/* blas_core.c: which of OpenBLAS's core types uses which vectors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "blas_core.h"

#include <stdbool.h>
#include <string.h>

#include "../../kernels/api/cpu.h"

/* Ascending; `as_good` are the other core types of OpenBLAS whose float32 kernels use the same vectors. */
static const struct {
    as_isa isa;
    const char *type, *as_good[4];
} cores[] = {
    {AS_SCALAR, "Prescott", {NULL}},
    {AS_AVX2, "Haswell", {"Zen", "Excavator"}},
    {AS_AVX512, "SkylakeX", {"Cooperlake", "SapphireRapids"}},
};

#define CORES (sizeof cores / sizeof *cores)

/* Whether the core type `name` stands for the vectors of row `core`. */
static bool uses_vectors(size_t core, const char *name)
{
    if (!strcmp(cores[core].type, name))
        return true;
    for (size_t i = 0; cores[core].as_good[i]; i++)
        if (!strcmp(cores[core].as_good[i], name))
            return true;
    return false;
}

const char *as_blas_core_told(as_isa isa, const char *own)
{
    for (size_t i = CORES; i-- > 0;)
        if (cores[i].isa == isa || (cores[i].isa != AS_SCALAR && as_isa_up_to(isa) & AS_ISA_BIT(cores[i].isa)))
            return own && uses_vectors(i, own) ? own : cores[i].type;
    return NULL;
}

const char *as_blas_core_best(uint32_t isas, const char *own)
{
    for (size_t i = CORES; i-- > 0;)
        if (cores[i].isa != AS_SCALAR && isas & AS_ISA_BIT(cores[i].isa))
            return as_blas_core_told(cores[i].isa, own);
    return own;
}
