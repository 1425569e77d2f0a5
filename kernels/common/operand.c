/* operand.c: sizes of operands, and which numbers fill them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "operand.h"

#include <math.h>
#include <string.h>

#include "../api/cpu.h"
#include "../api/dtype.h"
#include "random.h"

extern const as_filler *const as_builtin_fillers[]; /* from plain to fast within an architecture; ends with NULL */

static size_t elements(const as_operand *operand)
{
    size_t n = 1;
    for (int i = 0; i < operand->rank; i++)
        if (__builtin_mul_overflow(n, operand->shape[i], &n))
            return SIZE_MAX;
    return n;
}

size_t as_operand_bytes(const as_operand *operand)
{
    const size_t n = elements(operand);
    return n == SIZE_MAX ? n : as_dtype_size(operand->dtype, n);
}

/* Makes sums over a weight's inputs about as large as the inputs; 1 for what is no weight. */
static float weight_scale(const as_operand *operand)
{
    const size_t n = elements(operand), last = operand->shape[operand->rank - 1];
    const size_t inputs = operand->fill == AS_FILL_WEIGHT ? n / last : operand->fill == AS_FILL_WEIGHT_ROWS ? last : 1;
    return (float)(1 / sqrt((double)inputs));
}

static const as_filler *fastest(void)
{
    const uint32_t isas = as_cpu_isas();
    const as_filler *best = as_builtin_fillers[0];
    for (const as_filler *const *f = as_builtin_fillers; *f; f++)
        best = isas & AS_ISA_BIT((*f)->isa) ? *f : best;
    return best;
}

void as_operand_fill_part(const as_operand *operand, uint64_t seed, size_t first, size_t count, void *data)
{
    const as_fill_job job = {operand->fill, operand->dtype, as_random_first(seed), first, count, weight_scale(operand)};
    if (operand->fill == AS_FILL_ZERO)
        memset(data, 0, as_dtype_size(operand->dtype, count));
    else
        fastest()->fill(&job, data);
}

void as_operand_fill(const as_operand *operand, uint64_t seed, void *data)
{
    as_operand_fill_part(operand, seed, 0, elements(operand), data);
}

void as_operand_poison(const as_operand *operand, void *data) { memset(data, 0xff, as_operand_bytes(operand)); }
