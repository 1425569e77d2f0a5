/* gather.c: any pattern, row by row over its runs: score the visible keys, soften, add up their values. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <string.h>

#include "attention.h"
#include "vec/row.h"
#include "vec/vec.h"

/* s[e] = scale q.k for every visible key, in the order of the runs; returns how many. */
static size_t gather_scores(const as_run *runs, size_t n, const float *q, const float *k, size_t d, float scale,
                            float *s)
{
    size_t e = 0;
    for (size_t i = 0; i < n; i++) {
        const float *key = k + runs[i].first * d;
        for (size_t j = 0; j < runs[i].count; j++, key += runs[i].step * d)
            s[e++] = scale * vf_dot(q, key, d);
    }
    return e;
}

/* o = factor * sum of s[e] v_e for VF_WIDE vectors; v and o begin at their first column. */
static void values_wide(const as_run *runs, size_t n, const float *s, const float *v, size_t d, float factor, float *o)
{
    vf sum[VF_WIDE] = {vf_zero(), vf_zero(), vf_zero(), vf_zero()};
    for (size_t i = 0; i < n; i++) {
        const float *value = v + runs[i].first * d;
        for (size_t j = 0; j < runs[i].count; j++, value += runs[i].step * d) {
            const vf weight = vf_set(*s++);
            VF_UNROLL
            for (int x = 0; x < VF_WIDE; x++)
                sum[x] = vf_fma(weight, vf_load(value + x * VF_N), sum[x]);
        }
    }
    VF_UNROLL
    for (int x = 0; x < VF_WIDE; x++)
        vf_store(o + x * VF_N, vf_mul(sum[x], vf_set(factor)));
}

/* The same for one vector of `lanes` columns. */
static void values_narrow(const as_run *runs, size_t n, const float *s, const float *v, size_t d, size_t lanes,
                          float factor, float *o)
{
    vf sum = vf_zero();
    for (size_t i = 0; i < n; i++) {
        const float *value = v + runs[i].first * d;
        for (size_t j = 0; j < runs[i].count; j++, value += runs[i].step * d)
            sum = vf_fma(vf_set(*s++), vf_load_n(value, lanes), sum);
    }
    vf_store_n(o, vf_mul(sum, vf_set(factor)), lanes);
}

static size_t row_floats(const as_problem *p) { return (p->context + 15) / 16 * 16; }

/* Runs and scores of one row; a multiset may name a key more than once, but not more often than it has runs. */
static size_t thread_bytes(const as_problem *p)
{
    const size_t runs = as_product(as_pattern_runs_max(p->pattern, p->context), sizeof(as_run), 1, 1);
    const size_t times =
        as_pattern_traits(p->pattern) & AS_PATTERN_MULTISET ? as_pattern_runs_max(p->pattern, p->context) : 1;
    const size_t floats = as_product(row_floats(p), times, sizeof(float), 1);
    size_t sum;
    return runs == SIZE_MAX || floats == SIZE_MAX || __builtin_add_overflow(runs, floats, &sum) ? SIZE_MAX
                                                                                                : (sum + 63) / 64 * 64;
}

static void gather_row(const as_call *call, size_t index, as_run *runs, float *s)
{
    const as_problem *p = call->problem;
    const size_t d = p->head_dim, t = index % p->length, h = index / p->length % p->heads,
                 b = index / p->length / p->heads;
    const size_t at = as_query_offset(p, b, h, t), kv = as_key_offset(p, b, h);
    float *o = (float *)call->operand[3] + at;
    const size_t n = as_pattern_row(p->pattern, (as_at){h, p->context - p->length + t, p->context}, runs);
    const size_t edges = gather_scores(runs, n, (const float *)call->operand[0] + at,
                                       (const float *)call->operand[1] + kv, d, p->scale * AS_LOG2E, s);
    if (!edges) {
        memset(o, 0, d * sizeof *o);
        return;
    }
    const float factor = vf_soften(s, edges);
    const float *v = (const float *)call->operand[2] + kv;
    size_t c = 0;
    for (; c + VF_WIDE * VF_N <= d; c += VF_WIDE * VF_N)
        values_wide(runs, n, s, v + c, d, factor, o + c);
    for (; c < d; c += VF_N)
        values_narrow(runs, n, s, v + c, d, d - c < VF_N ? d - c : VF_N, factor, o + c);
}

static void gather_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t rows = p->batch * p->heads * p->length, bytes = thread_bytes(p);
    const size_t runs_bytes = as_pattern_runs_max(p->pattern, p->context) * sizeof(as_run);
#pragma omp parallel num_threads(p->threads) if (p->threads > 1)
    {
        char *mine = (char *)call->workspace + (size_t)omp_get_thread_num() * bytes;
#pragma omp for schedule(dynamic, 32)
        for (size_t i = 0; i < rows; i++)
            gather_row(call, i, (as_run *)(void *)mine, (float *)(void *)(mine + runs_bytes));
    }
}

static size_t gather_workspace(const as_problem *p) { return as_product((size_t)p->threads, thread_bytes(p), 1, 1); }
static as_work gather_work(const as_problem *p)
{
    return as_attention_work(p, 4 * (uint64_t)p->head_dim * p->edges * p->batch);
}

const as_kernel AS_KERNEL(attention_gather) = {
    AS_BUILTIN,
    .name = "attention/gather",
    .help = "any pattern, row by row over the keys that it names",
    .order = "edges",
    AS_CALLBACKS(as_refuse_but_f32, as_attention_operands, gather_workspace, gather_work, as_attention_tolerance),
    .phases = AS_ONE_PHASE(gather_run),
};
