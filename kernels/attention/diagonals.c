/* diagonals.c: patterns made of a few fixed distances (log, power): each distance is a diagonal of the score matrix, and
 * neighbouring queries read neighbouring keys along it, so keys and values stream instead of being looked up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdio.h>
#include <string.h>

#include "attention.h"
#include "vec/row.h"
#include "vec/vec.h"

#define DISTANCES_MAX 64
#define QUERIES 32 /* of a block: all scores, then all softmaxes, then all values, so that none waits for another's last sum */
#define FAR 256    /* keys at this distance and more have left the cache since they were last seen: they are asked for ahead */

/* The distances t - u at which a token sees another, ascending. More than DISTANCES_MAX: returns that many and one. */
static size_t distances(const as_problem *p, as_run *runs, size_t *out)
{
    const size_t last = p->context - 1, n = as_pattern_row(p->pattern, (as_at){0, last, p->context}, runs);
    size_t count = 0;
    for (size_t i = n; i-- > 0;)
        for (size_t j = runs[i].count; j-- > 0; out[count++] = last - (runs[i].first + j * runs[i].step))
            if (count == DISTANCES_MAX)
                return count + 1;
    return count;
}

typedef struct {
    const as_problem *p;
    size_t count, distance[DISTANCES_MAX];
    size_t near; /* distances below FAR */
    float score[QUERIES][DISTANCES_MAX];
} bench;

/* How many distances a query at `at` can look back: ascending, what is out of reach is behind. */
static size_t within(const bench *w, size_t at)
{
    size_t n = w->count;
    while (n && w->distance[n - 1] > at)
        n--;
    return n;
}

/* The rows of x (k or v) that the query a block after `at` sees far away, and its own, which is new. */
static void fetch(const bench *w, const float *x, size_t at)
{
    const size_t d = w->p->head_dim, ahead = at + QUERIES;
    if (ahead >= w->p->context)
        return;
    vf_fetch(x + ahead * d, d);
    for (size_t j = w->near; j < w->count && w->distance[j] <= ahead; j++)
        vf_fetch(x + (ahead - w->distance[j]) * d, d);
}

/* Of query i at `at` with the keys at its n distances: VF_N at a time, a few left over one by one. */
static void scores(bench *w, size_t i, size_t n, const float *q, const float *k, size_t at)
{
    const size_t d = w->p->head_dim;
    const float scale = w->p->scale * AS_LOG2E;
    size_t j = 0;
    for (; 2 * (n - j) > VF_N; j = j + VF_N < n ? j + VF_N : n) {
        const float *key[VF_N];
        for (size_t r = 0; r < VF_N; r++)
            key[r] = k + (at - w->distance[j + r < n ? j + r : j]) * d;
        vf_store(&w->score[i][j], vf_mul(vf_set(scale), vf_dots(q, key, d)));
    }
    for (; j < n; j++)
        w->score[i][j] = scale * vf_dot(q, k + (at - w->distance[j]) * d, d);
}

/* o = factor * sum over diagonals of weight times value, VF_WIDE vectors from column c on. */
static void values_wide(const bench *w, size_t i, size_t n, const float *v, size_t at, size_t c, float factor, float *o)
{
    const size_t d = w->p->head_dim;
    vf sum[VF_WIDE] = {vf_zero(), vf_zero(), vf_zero(), vf_zero()};
    for (size_t j = 0; j < n; j++) {
        const float *value = v + (at - w->distance[j]) * d + c;
        const vf weight = vf_set(w->score[i][j]);
        VF_UNROLL
        for (int x = 0; x < VF_WIDE; x++)
            sum[x] = vf_fma(weight, vf_load(value + x * VF_N), sum[x]);
    }
    VF_UNROLL
    for (int x = 0; x < VF_WIDE; x++)
        vf_store(o + c + x * VF_N, vf_mul(sum[x], vf_set(factor)));
}

static void values_narrow(const bench *w, size_t i, size_t n, const float *v, size_t at, size_t c, float factor, float *o)
{
    const size_t d = w->p->head_dim, lanes = d - c < VF_N ? d - c : VF_N;
    vf sum = vf_zero();
    for (size_t j = 0; j < n; j++)
        sum = vf_fma(vf_set(w->score[i][j]), vf_load_n(v + (at - w->distance[j]) * d + c, lanes), sum);
    vf_store_n(o + c, vf_mul(sum, vf_set(factor)), lanes);
}

static void block(const as_call *call, bench *w, size_t b, size_t h, size_t t)
{
    const as_problem *p = w->p;
    const size_t d = p->head_dim, at = as_query_offset(p, b, h, t), kv = as_key_offset(p, b, h);
    const size_t rows = p->length - t < QUERIES ? p->length - t : QUERIES, at0 = p->context - p->length + t;
    const float *q = (const float *)call->operand[0] + at, *k = (const float *)call->operand[1] + kv;
    const float *v = (const float *)call->operand[2] + kv;
    float factor[QUERIES];
    for (size_t i = 0; i < rows; i++) {
        fetch(w, k, at0 + i);
        scores(w, i, within(w, at0 + i), q + i * d, k, at0 + i);
    }
    for (size_t i = 0; i < rows; i++)
        factor[i] = vf_soften(w->score[i], within(w, at0 + i));
    for (size_t i = 0; i < rows; i++) {
        float *o = (float *)call->operand[3] + at + i * d;
        const size_t n = within(w, at0 + i);
        size_t c = 0;
        fetch(w, v, at0 + i);
        if (!n) {
            memset(o, 0, d * sizeof *o);
            continue;
        }
        for (; c + VF_WIDE * VF_N <= d; c += VF_WIDE * VF_N)
            values_wide(w, i, n, v, at0 + i, c, factor[i], o);
        for (; c < d; c += VF_N)
            values_narrow(w, i, n, v, at0 + i, c, factor[i], o);
    }
}

static void run(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t blocks = (p->length + QUERIES - 1) / QUERIES, heads = p->batch * p->heads;
    bench *benches = call->workspace;
    as_run *runs = (as_run *)(void *)(benches + p->threads);
    const size_t count = distances(p, runs, benches[0].distance);
    size_t near = 0;
    while (near < count && benches[0].distance[near] < FAR)
        near++;
#pragma omp parallel num_threads(p->threads) if (p->threads > 1)
    {
        bench *w = &benches[omp_get_thread_num()];
        w->p = p;
        w->count = count;
        w->near = near;
        if (w != benches)
            memcpy(w->distance, benches[0].distance, count * sizeof *w->distance);
#pragma omp for schedule(static)
        for (size_t i = 0; i < heads * blocks; i++)
            block(call, w, i / blocks / p->heads, i / blocks % p->heads, i % blocks * QUERIES);
    }
}

static size_t workspace(const as_problem *p)
{
    return (size_t)p->threads * sizeof(bench) + as_pattern_runs_max(p->pattern, p->context) * sizeof(as_run);
}

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    as_run runs[2 * DISTANCES_MAX];
    size_t distance[DISTANCES_MAX];
    if (as_attention_refuse_dtype(p, why, cap))
        return true;
    if (!(as_pattern_traits(p->pattern) & AS_PATTERN_BY_DISTANCE)) {
        snprintf(why, cap, "takes patterns that depend on distance alone, such as log and power");
        return true;
    }
    if (as_pattern_runs_max(p->pattern, p->context) <= 2 * DISTANCES_MAX && distances(p, runs, distance) <= DISTANCES_MAX)
        return false;
    snprintf(why, cap, "takes patterns of at most %d distances", DISTANCES_MAX);
    return true;
}

static as_work work(const as_problem *p) { return as_attention_work(p, 4 * (uint64_t)p->head_dim * p->edges * p->batch); }

static const as_phase phases[] = {{"run", false, run}, {NULL, false, NULL}};

const as_kernel AS_KERNEL(attention_diagonals) = {
    .abi = AS_KERNEL_ABI,
    .isas = AS_ISA_BIT(AS_THIS_ISA),
    .name = "attention/diagonals",
    .help = "patterns of a few fixed distances (log, power): streams along the diagonals",
    .order = "edges",
    .refuse = refuse,
    .operands = as_attention_operands,
    .workspace = workspace,
    .work = work,
    .tolerance = as_attention_tolerance,
    .phases = phases,
};
