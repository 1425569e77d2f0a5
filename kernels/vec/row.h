/* row.h: what kernels that work row by row share: a dot product, and a softmax over a row of scores.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VEC_ROW_H
#define AS_VEC_ROW_H

#include <math.h>

#include "exp.h"

#define VF_WIDE 4 /* vectors of an output row that stay in registers while the keys go by */

static inline float vf_dot(const float *a, const float *b, size_t d)
{
    vf sum = vf_zero();
    size_t c = 0;
    for (; c + VF_N <= d; c += VF_N)
        sum = vf_fma(vf_load(a + c), vf_load(b + c), sum);
    if (c < d)
        sum = vf_fma(vf_load_n(a + c, d - c), vf_load_n(b + c, d - c), sum);
    return vf_sum(sum);
}

/* Weights in place; returns 1 / their sum. s has room for whole vectors. */
static inline float vf_soften(float *s, size_t n)
{
    vf top = vf_set(-INFINITY), sum = vf_zero();
    for (size_t e = n; e % VF_N; e++)
        s[e] = -INFINITY;
    for (size_t e = 0; e < n; e += VF_N)
        top = vf_max(top, vf_load(s + e));
    const vf max = vf_set(vf_top(top));
    for (size_t e = 0; e < n; e += VF_N) {
        const vf weight = vf_exp2(vf_sub(vf_load(s + e), max));
        vf_store(s + e, weight);
        sum = vf_add(sum, weight);
    }
    return 1 / vf_sum(sum);
}

#endif
