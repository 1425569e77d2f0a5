/* blas.c: what one writes with a BLAS at hand: S = q k^T, softmax of the rows, o = S v; T x S scores per head. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <cblas.h>

#include "attention.h"
#include "tile/softmax.h"
#include "vec/vec.h"

/* Each row of s (T,S), scores in units of log2, becomes weights; 0 beyond what the row sees. */
static void softmax(const as_problem *p, float *s)
{
    const size_t S = p->context;
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t t = 0; t < p->length; t++) {
        const size_t n = as_dense_keys(p, t), whole = n / VF_N * VF_N;
        float *row = s + t * S, max = -INFINITY;
        vf top = vf_set(-INFINITY), sum = vf_zero();
        for (size_t j = 0; j < whole; j += VF_N)
            top = vf_max(top, vf_load(row + j));
        max = vf_top(top);
        for (size_t j = whole; j < n; j++)
            max = row[j] > max ? row[j] : max;
        for (size_t j = whole; j < S; j++) /* the last vector's lanes beyond n become 2^-inf = 0 */
            row[j] = j < n ? row[j] : -INFINITY;
        for (size_t j = 0; j < n; j += VF_N) {
            const size_t left = S - j;
            vf x = left >= VF_N ? vf_load(row + j) : vf_load_n(row + j, left);
            x = vf_exp2(vf_sub(x, vf_set(max)));
            if (left >= VF_N)
                vf_store(row + j, x);
            else
                vf_store_n(row + j, x, left);
            sum = vf_add(sum, left >= VF_N ? x : vf_load_n(row + j, left));
        }
        for (size_t j = (n + VF_N - 1) / VF_N * VF_N; j < S; j++)
            row[j] = 0;
        const float factor = 1 / vf_sum(sum);
        for (size_t j = 0; j < n; j++)
            row[j] *= factor;
    }
}

static void run(const as_call *call)
{
    const as_problem *p = call->problem;
    const float *q = call->operand[0], *k = call->operand[1], *v = call->operand[2];
    float *o = call->operand[3], *s = call->workspace;
    const int T = (int)p->length, S = (int)p->context, d = (int)p->head_dim;
    openblas_set_num_threads(p->threads);
    for (size_t b = 0; b < p->batch; b++)
        for (size_t h = 0; h < p->heads; h++) {
            const size_t at = as_query_offset(p, b, h, 0), kv = as_key_offset(p, b, h);
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, T, S, d, p->scale * AS_LOG2E, q + at, d, k + kv, d, 0,
                        s, S);
            softmax(p, s);
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, T, d, S, 1, s, S, v + kv, d, 0, o + at, d);
        }
}

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    return as_attention_refuse_dtype(p, why, cap) || as_attention_refuse_sparse(p, why, cap);
}

static size_t workspace(const as_problem *p) { return as_product(p->length, p->context, sizeof(float), 1); }

/* both products over all T S pairs, whatever the mask */
static as_work work(const as_problem *p)
{
    return as_attention_work(p, 4 * (uint64_t)p->head_dim * p->length * p->context * p->heads * p->batch);
}

static const as_phase phases[] = {{"run", false, run}, {NULL, false, NULL}};

const as_kernel AS_KERNEL(attention_blas) = {
    .abi = AS_KERNEL_ABI,
    .isas = AS_ISA_BIT(AS_THIS_ISA),
    .name = "attention/blas",
    .help = "OpenBLAS for both products, softmax of T x S scores between them",
    .order = "edges",
    .refuse = refuse,
    .operands = as_attention_operands,
    .workspace = workspace,
    .work = work,
    .tolerance = as_attention_tolerance,
    .phases = phases,
};
