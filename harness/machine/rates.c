/* rates.c: the dtypes whose products a machine's roofs are measured for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rates.h"

#include <math.h>

static const as_rated rows[] = {
    {AS_F32, "float32 multiply-adds", {"fma_gflops", "fma_gflops_all"}},
    {AS_BF16, "bfloat16 pairs", {"bf16_gflops", "bf16_gflops_all"}},
};

const as_rated *as_rated_at(size_t i) { return i < sizeof rows / sizeof *rows ? &rows[i] : NULL; }

void as_rates_clear(as_rates rates)
{
    for (int dtype = 0; dtype < AS_RATED_DTYPES; dtype++)
        for (int isa = 0; isa < AS_ISA_COUNT; isa++)
            for (int scope = 0; scope < AS_SCOPE_COUNT; scope++)
                rates[dtype][isa][scope] = NAN;
}
