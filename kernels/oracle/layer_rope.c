/* layer_rope.c: one head of one token turned for its position. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sums.h"

/* operand: q (B,H,T,d), k (B,Hkv,T,d); head H + i of the output is head i of k */
static bool oracle_layer_rope_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const size_t d = p->head_dim, T = p->length;
    const bool key = at.head >= p->heads;
    const float *x = key ? (const float *)operand[1] + ((at.batch * p->kv_heads + at.head - p->heads) * T + at.row) * d
                         : (const float *)operand[0] + ((at.batch * p->heads + at.head) * T + at.row) * d;
    double *wider = malloc(d * sizeof *wider);
    if (!wider)
        return false;
    for (size_t c = 0; c < d; c++)
        wider[c] = x[c];
    for (size_t c = 0; c < d; c++)
        out[c] = as_truth_rope(wider, d, c, p->context - T + at.row, p->param[0]);
    free(wider);
    return true;
}

static double oracle_layer_rope_price(const as_problem *p) { return 100 * (double)p->head_dim; }

const as_oracle as_oracle_layer_rope = {"layer/rope", oracle_layer_rope_row, oracle_layer_rope_price, NULL};
