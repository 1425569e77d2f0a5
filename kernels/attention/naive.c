/* naive.c: attention as in a textbook: scores, softmax, weighted sum; three passes over T x S scores, plain C. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "attention.h"

/* s (T,S) = scale q k^T, visible part only */
static void naive_scores(const as_problem *p, const float *q, const float *k, float *s)
{
    const size_t T = p->length, S = p->context, d = p->head_dim;
#pragma omp parallel for schedule(dynamic, 16) num_threads(p->threads)
    for (size_t t = 0; t < T; t++)
        for (size_t j = 0; j < as_dense_keys(p, t); j++) {
            float sum = 0;
            for (size_t c = 0; c < d; c++)
                sum += q[t * d + c] * k[j * d + c];
            s[t * S + j] = sum * p->scale;
        }
}

/* each row of s (T,S) becomes exp(s - max) / sum */
static void naive_softmax(const as_problem *p, float *s)
{
    const size_t T = p->length, S = p->context;
#pragma omp parallel for schedule(dynamic, 16) num_threads(p->threads)
    for (size_t t = 0; t < T; t++) {
        const size_t n = as_dense_keys(p, t);
        float max = -INFINITY, sum = 0;
        for (size_t j = 0; j < n; j++)
            max = s[t * S + j] > max ? s[t * S + j] : max;
        for (size_t j = 0; j < n; j++) {
            s[t * S + j] = expf(s[t * S + j] - max);
            sum += s[t * S + j];
        }
        for (size_t j = 0; j < n; j++)
            s[t * S + j] /= sum;
    }
}

/* o (T,d) = s (T,S) v (S,d) */
static void naive_values(const as_problem *p, const float *s, const float *v, float *o)
{
    const size_t T = p->length, S = p->context, d = p->head_dim;
#pragma omp parallel for schedule(dynamic, 16) num_threads(p->threads)
    for (size_t t = 0; t < T; t++) {
        for (size_t c = 0; c < d; c++)
            o[t * d + c] = 0;
        for (size_t j = 0; j < as_dense_keys(p, t); j++)
            for (size_t c = 0; c < d; c++)
                o[t * d + c] += s[t * S + j] * v[j * d + c];
    }
}

static void naive_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const float *q = call->operand[0], *k = call->operand[1], *v = call->operand[2];
    float *o = call->operand[3], *s = call->workspace;
    for (size_t b = 0; b < p->batch; b++)
        for (size_t h = 0; h < p->heads; h++) {
            const size_t at = as_query_offset(p, b, h, 0), kv = as_key_offset(p, b, h);
            naive_scores(p, q + at, k + kv, s);
            naive_softmax(p, s);
            naive_values(p, s, v + kv, o + at);
        }
}

static bool naive_refuse(const as_problem *p, char *why, size_t cap)
{
    return as_refuse_but_f32(p, why, cap) || as_attention_refuse_sparse(p, why, cap);
}

static size_t naive_workspace(const as_problem *p) { return as_product(p->length, p->context, sizeof(float), 1); }

static as_work naive_work(const as_problem *p) { return as_attention_work(p, 4 * p->head_dim * p->edges * p->batch); }

const as_kernel AS_KERNEL(attention_naive) = {
    AS_BUILTIN,
    .name = "attention/naive",
    .help = "three passes over T x S scores in plain C",
    .order = "edges",
    AS_CALLBACKS(naive_refuse, as_attention_operands, naive_workspace, naive_work, as_attention_tolerance),
    .phases = AS_ONE_PHASE(naive_run),
};
