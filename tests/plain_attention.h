/* plain_attention.h: what plug-ins of tests share: causal float32 self-attention in plain C, right in every row, and
 * its operands. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "kernel.h"

static inline size_t plain_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t B = p->batch, H = p->heads, T = p->length, S = p->context, d = p->head_dim;
    out[0] = AS_OPERAND("q", AS_IN, AS_FILL_NORMAL, p->dtype, B, H, T, d);
    out[1] = AS_OPERAND("k", AS_IN, AS_FILL_NORMAL, p->dtype, B, p->kv_heads, S, d);
    out[2] = AS_OPERAND("v", AS_IN, AS_FILL_NORMAL, p->dtype, B, p->kv_heads, S, d);
    out[3] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, p->dtype, B, H, T, d);
    return 4;
}

static inline as_work plain_work(const as_problem *p)
{
    const uint64_t flops = 4 * p->head_dim * p->edges;
    return (as_work){.flops_useful = flops,
                     .flops_executed = flops,
                     .flops_dense = flops,
                     .exps = p->edges,
                     .bytes_min = 16 * p->heads * p->length * p->head_dim};
}

/* q, k, v, o are (H,T,d). */
static inline void plain_attend(const as_call *c)
{
    const size_t T = c->problem->length, d = c->problem->head_dim;
    for (size_t row = 0; row < c->problem->heads * T; row++) {
        const size_t head = row / T, t = row % T;
        const float *q = (const float *)c->operand[0] + row * d;
        const float *k = (const float *)c->operand[1] + head * T * d, *v = (const float *)c->operand[2] + head * T * d;
        float *o = (float *)c->operand[3] + row * d;
        double sum = 0;
        memset(o, 0, d * sizeof *o);
        for (size_t s = 0; s <= t; s++) {
            double score = 0;
            for (size_t i = 0; i < d; i++)
                score += (double)q[i] * (double)k[s * d + i];
            const double weight = exp(score * (double)c->problem->scale);
            sum += weight;
            for (size_t i = 0; i < d; i++)
                o[i] += (float)(weight * (double)v[s * d + i]);
        }
        for (size_t i = 0; i < d; i++)
            o[i] = (float)((double)o[i] / sum);
    }
}
