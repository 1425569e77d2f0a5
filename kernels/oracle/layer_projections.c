/* layer_projections.c: q, k and v of one token, and the projection of its heads side by side. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sums.h"

/* operand: x (B,T,D), a (B,H,T,d), w_qkv (D,D+2Hkv d), w_o (D,D); an output row is q, k, v, then the projection */
static bool oracle_layer_projections_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const size_t D = as_problem_width(p), d = p->head_dim, T = p->length, wide = D + 2 * p->kv_heads * d;
    memset(out, 0, (wide + D) * sizeof *out);
    as_sums_add_any(operand[0], (at.batch * T + at.row) * D, D, operand[2], 0, wide, wide, p->dtype, out);
    for (size_t h = 0; h < p->heads; h++)
        as_sums_add_any(operand[1], ((at.batch * p->heads + h) * T + at.row) * d, d, operand[3], h * d * D, D, D,
                        p->dtype, out + wide);
    return true;
}

static double oracle_layer_projections_price(const as_problem *p)
{
    const double D = (double)as_problem_width(p);
    return 8 * D * D;
}

const as_oracle as_oracle_layer_projections = {"layer/projections", oracle_layer_projections_row,
                                               oracle_layer_projections_price, NULL};
