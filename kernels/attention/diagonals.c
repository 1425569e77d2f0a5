/* diagonals.c: patterns made of a few fixed distances (log, power): each distance is a diagonal of the score matrix,
 * and neighbouring queries read neighbouring keys along it, so keys and values stream instead of being looked up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <string.h>

#include "attention.h"
#include "vec/row.h"
#include "vec/vec.h"

#define DISTANCES_MAX 64
#define QUERIES 32 /* of a block: a multiple of every VF_N */
#define PAIR 2     /* queries whose values are added up side by side */
#define LINE 16    /* floats of a cache line */

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
    float score[DISTANCES_MAX][QUERIES], factor[QUERIES];
} bench;

/* Rows that will come from beyond L2. They are asked for a phase ahead, a few at each of its steps: a block's values
 * while its keys are scored, the next block's queries and keys while its values are added up. */
typedef struct {
    const float *stream[DISTANCES_MAX + 1];
    size_t count;
} ahead;

/* How many distances a query at `at` can look back: ascending, what is out of reach is behind. */
static size_t within(const bench *w, size_t at)
{
    size_t n = w->count;
    while (n && w->distance[n - 1] > at)
        n--;
    return n;
}

/* What a block of queries that begins at `at` reads of x, keys or values, and that is not in L2: the newest rows, and
 * those so far back that a cache of keys and values no longer has them. */
static void ask_for(ahead *to, const bench *w, const float *x, size_t d, size_t at)
{
    const size_t gone = w->p->cache_bytes[1] / (2 * d * sizeof(float));
    const size_t seen = within(w, at);
    if (!seen || w->distance[seen - 1] < gone)
        return; /* all of it is near: the hardware follows the newest rows by itself */
    for (size_t j = 0; j < seen; j++)
        if (j == 0 || w->distance[j] >= gone)
            to->stream[to->count++] = x + (at - w->distance[j]) * d;
}

/* Part `step` of the rows: PAIR of each stream. */
VF_INLINE void ask(const ahead *a, size_t d, size_t step)
{
    if (step < QUERIES / PAIR)
        for (size_t j = 0; j < a->count; j++)
            VF_UNROLL
    for (size_t c = 0; c < PAIR * d; c += LINE)
        __builtin_prefetch(a->stream[j] + step * PAIR * d + c, 0, 2);
}

/* Lane r: the dot product of rows r of a and b. */
VF_INLINE vf dots(const float *a, const float *b, size_t d)
{
    vf sum[VF_N];
    VF_UNROLL
    for (size_t r = 0; r < VF_N; r++) {
        const float *x = a + r * d, *y = b + r * d;
        const size_t whole = d / VF_N * VF_N;
        sum[r] = vf_zero();
        VF_UNROLL
        for (size_t c = 0; c < whole; c += VF_N)
            sum[r] = vf_fma(vf_load(x + c), vf_load(y + c), sum[r]);
        if (whole < d)
            sum[r] = vf_fma(vf_load_n(x + whole, d - whole), vf_load_n(y + whole, d - whole), sum[r]);
    }
    return vf_sums(sum);
}

/* score[j][i] of `rows` queries from `at` on, diagonal by diagonal; -infinity where there is no key or no query. */
VF_INLINE void scores(bench *w, size_t d, size_t n, size_t rows, const float *q, const float *k, size_t at,
                      const ahead *next)
{
    const float scale = w->p->scale * AS_LOG2E;
    for (size_t j = 0; j < n; j++) {
        const size_t distance = w->distance[j];
        ask(next, d, j);
        for (size_t i = 0; i < QUERIES; i += VF_N) {
            if (i + VF_N <= rows && at + i >= distance) {
                vf_store(&w->score[j][i], vf_mul(vf_set(scale), dots(q + i * d, k + (at + i - distance) * d, d)));
                continue;
            }
            for (size_t r = i; r < i + VF_N; r++)
                w->score[j][r] = r < rows && at + r >= distance
                                     ? scale * vf_dot(q + r * d, k + (at + r - distance) * d, d)
                                     : -INFINITY;
        }
    }
}

/* Scores become weights; factor[i] = 1 / their sum. Lanes are queries: no sum over lanes is needed. */
static void diagonals_soften(bench *w, size_t n)
{
    for (size_t i = 0; i < QUERIES; i += VF_N) {
        vf top = vf_set(-INFINITY), sum = vf_zero();
        for (size_t j = 0; j < n; j++)
            top = vf_max(top, vf_load(&w->score[j][i]));
        for (size_t j = 0; j < n; j++) {
            const vf weight = vf_exp2(vf_sub(vf_load(&w->score[j][i]), top));
            vf_store(&w->score[j][i], weight);
            sum = vf_add(sum, weight);
        }
        vf_store(&w->factor[i], vf_div(vf_set(1), sum));
    }
}

/* o = factor * sum over n diagonals of weight times value, of `rows` queries from i on, which all see n keys: `vectors`
 * vectors from column c on, each of `lanes` columns. v is the row of query i itself. */
VF_INLINE void columns(const bench *w, size_t d, size_t i, size_t rows, size_t n, const float *v, size_t c,
                       size_t vectors, size_t lanes, float *o)
{
    vf sum[PAIR][VF_WIDE];
    VF_UNROLL
    for (size_t r = 0; r < rows; r++) {
        VF_UNROLL
        for (size_t x = 0; x < vectors; x++)
            sum[r][x] = vf_zero();
    }
    for (size_t j = 0; j < n; j++) {
        const float *value = v - w->distance[j] * d + c;
        VF_UNROLL
        for (size_t r = 0; r < rows; r++) {
            const vf weight = vf_set(w->score[j][i + r]);
            VF_UNROLL
            for (size_t x = 0; x < vectors; x++) {
                const float *from = value + r * d + x * VF_N;
                sum[r][x] = vf_fma(weight, lanes == VF_N ? vf_load(from) : vf_load_n(from, lanes), sum[r][x]);
            }
        }
    }
    VF_UNROLL
    for (size_t r = 0; r < rows; r++) {
        VF_UNROLL
        for (size_t x = 0; x < vectors; x++)
            vf_store_n(o + r * d + c + x * VF_N, vf_mul(sum[r][x], vf_set(w->factor[i + r])), lanes);
    }
}

VF_INLINE void values(const bench *w, size_t d, size_t i, size_t rows, size_t n, const float *v, float *o)
{
    size_t c = 0;
    for (; c + VF_WIDE * VF_N <= d; c += VF_WIDE * VF_N)
        columns(w, d, i, rows, n, v, c, VF_WIDE, VF_N, o);
    for (; c < d; c += VF_N)
        columns(w, d, i, rows, n, v, c, 1, d - c < VF_N ? d - c : VF_N, o);
}

VF_INLINE void block(const as_call *call, bench *w, size_t d, size_t b, size_t h, size_t t)
{
    const as_problem *p = w->p;
    const size_t offset = as_query_offset(p, b, h, t), kv = as_key_offset(p, b, h);
    const size_t rows = p->length - t < QUERIES ? p->length - t : QUERIES, at = p->context - p->length + t;
    const float *q = (const float *)call->operand[0] + offset, *k = (const float *)call->operand[1] + kv;
    const float *v = (const float *)call->operand[2] + kv;
    float *o = (float *)call->operand[3] + offset;
    const size_t most = within(w, at + rows - 1);
    ahead now = {.count = 0}, next = {.count = 0};
    if (rows == QUERIES)
        ask_for(&now, w, v, d, at);
    if (t + 2 * QUERIES <= p->length) {
        ask_for(&next, w, k, d, at + QUERIES);
        if (next.count)
            next.stream[next.count++] = q + QUERIES * d;
    }
    scores(w, d, most, rows, q, k, at, &now);
    diagonals_soften(w, most);
    v += at * d;
    for (size_t i = 0, step; i < rows; i += step) {
        const size_t n = within(w, at + i);
        step = i + PAIR <= rows && n == within(w, at + i + PAIR - 1) ? PAIR : 1;
        if (i % PAIR == 0)
            ask(&next, d, i / PAIR);
        if (!n)
            memset(o + i * d, 0, step * d * sizeof *o);
        else if (step == PAIR)
            values(w, d, i, PAIR, n, v + i * d, o + i * d);
        else
            values(w, d, i, 1, n, v + i * d, o + i * d);
    }
}

static void diagonals_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t blocks = (p->length + QUERIES - 1) / QUERIES, heads = p->batch * p->heads;
    bench *benches = call->workspace;
    as_run *runs = (as_run *)(void *)(benches + p->threads);
    const size_t count = distances(p, runs, benches[0].distance);
#pragma omp parallel num_threads(p->threads) if (p->threads > 1)
    {
        bench *w = &benches[omp_get_thread_num()];
        w->p = p;
        w->count = count;
        if (w != benches)
            memcpy(w->distance, benches[0].distance, count * sizeof *w->distance);
#pragma omp for schedule(static)
        for (size_t i = 0; i < heads * blocks; i++)
            if (p->head_dim == 64)
                block(call, w, 64, i / blocks / p->heads, i / blocks % p->heads, i % blocks * QUERIES);
            else
                block(call, w, p->head_dim, i / blocks / p->heads, i / blocks % p->heads, i % blocks * QUERIES);
    }
}

static size_t diagonals_workspace(const as_problem *p)
{
    return (size_t)p->threads * sizeof(bench) + as_pattern_runs_max(p->pattern, p->context) * sizeof(as_run);
}

static bool diagonals_refuse(const as_problem *p, char *why, size_t cap)
{
    as_run runs[2 * DISTANCES_MAX];
    size_t distance[DISTANCES_MAX];
    if (as_refuse_but_f32(p, why, cap))
        return true;
    if (!(as_pattern_traits(p->pattern) & AS_PATTERN_BY_DISTANCE))
        return as_refuse(why, cap, "takes patterns that depend on distance alone, such as log and power");
    if (as_pattern_runs_max(p->pattern, p->context) <= 2 * DISTANCES_MAX &&
        distances(p, runs, distance) <= DISTANCES_MAX)
        return false;
    return as_refuse(why, cap, "takes patterns of at most %d distances", DISTANCES_MAX);
}

static as_work diagonals_work(const as_problem *p)
{
    return as_attention_work(p, 4 * (uint64_t)p->head_dim * p->edges * p->batch);
}

const as_kernel AS_KERNEL(attention_diagonals) = {
    AS_BUILTIN,
    .name = "attention/diagonals",
    .help = "patterns of a few fixed distances (log, power): streams along the diagonals",
    .order = "edges",
    AS_CALLBACKS(diagonals_refuse, as_attention_operands, diagonals_workspace, diagonals_work, as_attention_tolerance),
    .phases = AS_ONE_PHASE(diagonals_run),
};
