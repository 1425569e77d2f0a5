/* blas.c: what one writes with a BLAS at hand: S = q k^T, softmax of the rows, o = S v; T x S scores per head, kept
 * whole as for a backward pass. Rows are taken ROWS at a time, so a causal mask spares what lies right of a block. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <cblas.h>

#include "attention.h"
#include "tile/softmax.h"

#define ROWS 256

/* Rows from..to-1 of s (T,S), scores in units of log2, become weights, 0 beyond what a row sees, `keys` columns in all.
 * They add up to 1/factor (T): dividing the T x d output costs less than another pass over T x S weights. */
static void blas_softmax(const as_problem *p, float *s, float *factor, size_t from, size_t to, size_t keys)
{
    const size_t S = p->context;
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t t = from; t < to; t++) {
        const size_t n = as_dense_keys(p, t), whole = n / VF_N * VF_N;
        float *row = s + t * S, max = -INFINITY;
        vf top = vf_set(-INFINITY), sum = vf_zero();
        for (size_t j = 0; j < whole; j += VF_N)
            top = vf_max(top, vf_load(row + j));
        max = vf_top(top);
        for (size_t j = whole; j < n; j++)
            max = row[j] > max ? row[j] : max;
        for (size_t j = whole; j < keys; j++) /* the last vector's lanes beyond n become 2^-inf = 0 */
            row[j] = j < n ? row[j] : -INFINITY;
        for (size_t j = 0; j < n; j += VF_N) {
            const size_t left = keys - j < VF_N ? keys - j : VF_N;
            const vf weight = vf_exp2(vf_sub(vf_load_n(row + j, left), vf_set(max)));
            vf_store_n(row + j, weight, left);
            sum = vf_add(sum, left == VF_N ? weight : vf_load_n(row + j, left));
        }
        for (size_t j = (n + VF_N - 1) / VF_N * VF_N; j < keys; j++)
            row[j] = 0;
        factor[t] = 1 / vf_sum(sum);
    }
}

static void blas_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const float *q = call->operand[0], *k = call->operand[1], *v = call->operand[2];
    float *o = call->operand[3], *s = call->workspace, *factor = s + p->length * p->context;
    const int S = (int)p->context, d = (int)p->head_dim;
    openblas_set_num_threads(p->threads);
    for (size_t b = 0; b < p->batch; b++)
        for (size_t h = 0; h < p->heads; h++) {
            const size_t at = as_query_offset(p, b, h, 0), kv = as_key_offset(p, b, h);
            for (size_t t = 0; t < p->length; t += ROWS) {
                const size_t to = t + ROWS < p->length ? t + ROWS : p->length, keys = as_dense_keys(p, to - 1);
                const int m = (int)(to - t), n = (int)keys;
                float *rows = s + t * p->context;
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, d, p->scale * AS_LOG2E,
                            q + at + t * p->head_dim, d, k + kv, d, 0, rows, S);
                blas_softmax(p, s, factor, t, to, keys);
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, d, n, 1, rows, S, v + kv, d, 0,
                            o + at + t * p->head_dim, d);
            }
            for (size_t t = 0; t < p->length; t++)
                for (size_t c = 0; c < p->head_dim; c++)
                    o[at + t * p->head_dim + c] *= factor[t];
        }
}

static bool blas_refuse(const as_problem *p, char *why, size_t cap)
{
    return as_refuse_but_f32(p, why, cap) || as_attention_refuse_sparse(p, why, cap);
}

static size_t blas_workspace(const as_problem *p) { return as_product(p->length, p->context + 1, sizeof(float), 1); }

/* both products over the keys that the last row of each block sees */
static as_work blas_work(const as_problem *p)
{
    uint64_t pairs = 0;
    for (size_t t = 0; t < p->length; t += ROWS) {
        const size_t to = t + ROWS < p->length ? t + ROWS : p->length;
        pairs += (uint64_t)(to - t) * as_dense_keys(p, to - 1);
    }
    return as_attention_work(p, 4 * (uint64_t)p->head_dim * pairs * p->heads * p->batch);
}

const as_kernel AS_KERNEL(attention_blas) = {
    AS_BUILTIN,
    .libraries = AS_USES_OPENBLAS,
    .name = "attention/blas",
    .help = "OpenBLAS for both products by blocks of rows, softmax between them; T x S scores",
    .order = "edges",
    AS_CALLBACKS(blas_refuse, as_attention_operands, blas_workspace, blas_work, as_attention_tolerance),
    .phases = AS_ONE_PHASE(blas_run),
};
