/* linear.c: linear attention by its quadratic form, in float64: weights phi(q_t) . phi(k_u), phi = elu + 1, each row
 * divided by its sum. The recurrent and the chunked kernel are both held to it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "truth.h"

static double phi(double x) { return x > 0 ? x + 1 : exp(x); }

/* operand: q (B,H,T,d), k (B,Hkv,S,d), v (B,Hkv,S,d) */
static bool oracle_linear_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const size_t d = p->head_dim, S = p->context, kv = at.head / (p->heads / p->kv_heads);
    const size_t q0 = ((at.batch * p->heads + at.head) * p->length + at.row) * d;
    const size_t k0 = (at.batch * p->kv_heads + kv) * S * d;
    double total = 0;
    memset(out, 0, d * sizeof *out);
    for (size_t u = 0; u <= S - p->length + at.row; u++) {
        double weight = 0;
        for (size_t c = 0; c < d; c++)
            weight +=
                phi(as_truth_at(operand[0], q0 + c, p->dtype)) * phi(as_truth_at(operand[1], k0 + u * d + c, p->dtype));
        for (size_t c = 0; c < d; c++)
            out[c] += weight * as_truth_at(operand[2], k0 + u * d + c, p->dtype);
        total += weight;
    }
    for (size_t c = 0; c < d; c++)
        out[c] /= total;
    return true;
}

/* an exponential is worth about ten FLOPs; two for each of S d elements */
static double oracle_linear_price(const as_problem *p) { return 24.0 * (double)p->context * (double)p->head_dim; }

const as_oracle as_oracle_linear = {
    .kernels = "kernelised/linear", .row = oracle_linear_row, .price = oracle_linear_price};
