/* layer_norm.c: layer norm or RMS norm of one token. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sums.h"

/* operand: x (B,T,D), gain (D) */
static bool oracle_layer_norm_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const size_t D = as_problem_width(p);
    const float *x = (const float *)operand[0] + (at.batch * p->length + at.row) * D;
    double *wider = malloc(D * sizeof *wider);
    if (!wider)
        return false;
    for (size_t c = 0; c < D; c++)
        wider[c] = x[c];
    as_truth_norm(wider, operand[1], D, p->param[0], out);
    free(wider);
    return true;
}

static double oracle_layer_norm_price(const as_problem *p) { return 8 * (double)as_problem_width(p); }

const as_oracle as_oracle_layer_norm = {"layer/norm", oracle_layer_norm_row, oracle_layer_norm_price, NULL};
