/* attend.c: attention of every query to the keys that were chosen for it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <omp.h>

#include "content/content.h"
#include "vec/row.h"

/* o (d) = softmax(scale q.k over the n keys) v; s has room for n floats in whole vectors. */
static void content_attend(const as_problem *p, const float *q, const float *k, const float *v, const uint32_t *key,
                           size_t n, float *s, float *o)
{
    const size_t d = p->head_dim;
    for (size_t e = 0; e < n; e++)
        s[e] = p->scale * AS_LOG2E * vf_dot(q, k + key[e] * d, d);
    const float factor = n ? vf_soften(s, n) : NAN; /* none is better than NaN only where scores are NaN */
    size_t c = 0;
    for (; c + VF_WIDE * VF_N <= d; c += VF_WIDE * VF_N) {
        vf sum[VF_WIDE] = {vf_zero(), vf_zero(), vf_zero(), vf_zero()};
        for (size_t e = 0; e < n; e++) {
            VF_UNROLL
            for (size_t x = 0; x < VF_WIDE; x++)
                sum[x] = vf_fma(vf_set(s[e]), vf_load(v + key[e] * d + c + x * VF_N), sum[x]);
        }
        for (size_t x = 0; x < VF_WIDE; x++)
            vf_store(o + c + x * VF_N, vf_mul(sum[x], vf_set(factor)));
    }
    for (; c < d; c += VF_N) {
        const size_t lanes = content_least(d - c, VF_N);
        vf sum = vf_zero();
        for (size_t e = 0; e < n; e++)
            sum = vf_fma(vf_set(s[e]),
                         lanes == VF_N ? vf_load(v + key[e] * d + c) : vf_load_n(v + key[e] * d + c, lanes), sum);
        sum = vf_mul(sum, vf_set(factor));
        if (lanes == VF_N)
            vf_store(o + c, sum);
        else
            vf_store_n(o + c, sum, lanes);
    }
}

void content_attend_all(const as_call *call, size_t most,
                        size_t (*list)(const as_call *call, size_t row, uint32_t *key))
{
    const as_problem *p = call->problem;
    const size_t d = p->head_dim, unit = content_rows(p);
#pragma omp parallel num_threads(p->threads) if (p->threads > 1)
    {
        float *s = (float *)call->workspace + (size_t)omp_get_thread_num() * content_attend_floats(most);
        uint32_t *key = (uint32_t *)(void *)(s + content_attend_floats(most) / 2);
#pragma omp for schedule(dynamic, 32)
        for (size_t row = 0; row < p->batch * p->kv_heads * unit; row++) {
            const size_t kv = row / unit * p->context * d, n = list(call, row, key);
            content_attend(p, (const float *)call->operand[0] + row * d, (const float *)call->operand[1] + kv,
                           (const float *)call->operand[2] + kv, key, n, s, (float *)call->operand[3] + row * d);
        }
    }
}
