/* attend.h: softmax attention in one pass over the keys in tiles (FlashAttention; Dao et al., 2022), for any pattern.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Keys and values of a head are packed once and shared by all query blocks of all query heads that read them. A query
 * block of TILE_QUERIES rows walks the keys in blocks of TILE_KC; within a block each strip of TILE_MR rows
 *   - asks its rows' runs which panels of TILE_NR keys any row sees; the others are not touched,
 *   - multiplies q k^T panel by panel into a strip of scores that stays in L1,
 *   - hides what a row does not see, turns scores to weights, and adds weights times v to its output.
 * Workspace: packed k and v of the heads in flight, and per thread a query block. */
#ifndef AS_TILE_ATTEND_H
#define AS_TILE_ATTEND_H

#include <omp.h>
#include <stdint.h>

#include "../attention/attention.h"
#include "pack.h"
#include "softmax.h"

#define TILE_QUERIES (8 * TILE_MR)

/* Sizes that follow from a problem. */
typedef struct {
    size_t S_room;       /* keys, rounded up to whole panels */
    size_t d_room;       /* d, rounded up to whole vectors */
    size_t chunks;       /* of TILE_KC that d takes */
    size_t blocks;       /* query blocks per head */
    size_t group;        /* query heads per key head */
    size_t in_flight;    /* key heads packed at a time */
    size_t runs_max;
    size_t pack_floats;  /* of one key head */
    size_t thread_bytes;
} tile_plan;

static tile_plan tile_plan_make(const as_problem *p)
{
    tile_plan plan = {
        .S_room = tile_up(p->context, TILE_NR),
        .d_room = tile_up(p->head_dim, VF_N),
        .chunks = (p->head_dim + TILE_KC - 1) / TILE_KC,
        .blocks = (p->length + TILE_QUERIES - 1) / TILE_QUERIES,
        .group = p->heads / p->kv_heads,
        .in_flight = 1,
        .runs_max = as_pattern_runs_max(p->pattern, p->context),
    };
    /* one thread: a head at a time; more: enough heads for four query blocks a thread */
    const size_t kv_heads = p->batch * p->kv_heads, wanted = 4 * (size_t)p->threads;
    while (p->threads > 1 && plan.in_flight < kv_heads && plan.in_flight * plan.group * plan.blocks < wanted)
        plan.in_flight++;
    plan.pack_floats = plan.S_room * (p->head_dim + plan.d_room);
    plan.thread_bytes = tile_up(TILE_QUERIES * (plan.chunks * TILE_STRIDE + plan.d_room + 1 + VF_N) * sizeof(float) +
                                    TILE_MR * TILE_STRIDE * sizeof(float) +
                                    TILE_QUERIES * (plan.runs_max * sizeof(as_run) + 2 * sizeof(size_t)),
                                64);
    return plan;
}

static size_t tile_workspace(const as_problem *p)
{
    const tile_plan plan = tile_plan_make(p);
    size_t packed = as_product(plan.in_flight, plan.S_room, p->head_dim + plan.d_room, sizeof(float));
    size_t threads = as_product((size_t)p->threads, plan.thread_bytes, 1, 1), all;
    if (packed == SIZE_MAX || threads == SIZE_MAX || __builtin_add_overflow(tile_up(packed, 64), threads, &all))
        return SIZE_MAX;
    return all;
}

/* What a thread works with: one query block of one head. */
typedef struct {
    float *q;      /* (chunks, TILE_QUERIES, TILE_STRIDE), times scale and log2 e */
    float *out;    /* (TILE_QUERIES, d_room) */
    float *max;    /* (TILE_QUERIES) */
    float *sum;    /* (TILE_QUERIES, VF_N) */
    float *score;  /* (TILE_MR, TILE_STRIDE) */
    as_run *runs;  /* (TILE_QUERIES, runs_max) */
    size_t *count; /* runs of each row */
    size_t *next;  /* the first run that is not wholly behind */
} tile_bench;

static tile_bench tile_bench_at(const tile_plan *plan, void *memory)
{
    tile_bench w;
    w.runs = memory;
    w.count = (size_t *)(w.runs + TILE_QUERIES * plan->runs_max);
    w.next = w.count + TILE_QUERIES;
    w.q = (float *)(w.next + TILE_QUERIES);
    w.out = w.q + plan->chunks * TILE_QUERIES * TILE_STRIDE;
    w.score = w.out + TILE_QUERIES * plan->d_room;
    w.sum = w.score + TILE_MR * TILE_STRIDE;
    w.max = w.sum + TILE_QUERIES * VF_N;
    return w;
}

static inline size_t tile_run_end(const as_run *r) { return r->first + (r->count - 1) * r->step + 1; }

/* Bits of the panels of keys [from, from + TILE_KC) that row `row` sees; *all: every key of the block is seen. */
static uint32_t tile_panels_seen(const tile_bench *w, const tile_plan *plan, size_t row, size_t from, bool *all)
{
    const as_run *runs = w->runs + row * plan->runs_max;
    const size_t to = from + TILE_KC;
    uint32_t seen = 0;
    *all = false;
    while (w->next[row] < w->count[row] && tile_run_end(&runs[w->next[row]]) <= from)
        w->next[row]++;
    for (size_t i = w->next[row]; i < w->count[row] && runs[i].first < to; i++) {
        const as_run *r = &runs[i];
        const size_t end = tile_run_end(r) < to ? tile_run_end(r) : to;
        size_t key = r->first;
        if (key < from)
            key += (from - key + r->step - 1) / r->step * r->step;
        if (r->step < TILE_NR && key < end) {
            const uint32_t low = (uint32_t)((key - from) / TILE_NR), high = (uint32_t)((end - 1 - from) / TILE_NR);
            seen |= (uint32_t)(((uint64_t)2 << high) - ((uint64_t)1 << low));
            *all = *all || (r->step == 1 && key == from && end == to);
        } else {
            for (; key < end; key += r->step)
                seen |= 1u << ((key - from) / TILE_NR);
        }
    }
    return seen;
}

/* Scores s of keys [from, to): -infinity where the row's runs leave a gap. */
static void tile_hide(const tile_bench *w, const tile_plan *plan, size_t row, size_t from, size_t to, float *s)
{
    const as_run *runs = w->runs + row * plan->runs_max;
    size_t at = from;
    for (size_t i = w->next[row]; i < w->count[row] && runs[i].first < to; i++) {
        const as_run *r = &runs[i];
        const size_t end = tile_run_end(r) < to ? tile_run_end(r) : to;
        if (end <= at)
            continue;
        if (r->step == 1 || r->count == 1) {
            for (; at < r->first; at++)
                s[at - from] = -INFINITY;
            at = end;
            continue;
        }
        size_t key = r->first < at ? r->first + (at - r->first + r->step - 1) / r->step * r->step : r->first;
        for (; key < end; key += r->step, at++)
            for (; at < key; at++)
                s[at - from] = -INFINITY;
    }
    for (; at < to; at++)
        s[at - from] = -INFINITY;
}

/* One strip of `rows` rows from `row` on, panels [low, high) of the key block at `from`. */
static void tile_strip(const as_problem *p, const tile_plan *plan, const tile_bench *w, const float *k, const float *v,
                       size_t row, size_t rows, size_t from, size_t low, size_t high, uint32_t open)
{
    const size_t d = p->head_dim, first = from + low * TILE_NR, n = (high - low) * TILE_NR;
    for (size_t panel = low; panel < high; panel++)
        for (size_t c = 0; c < plan->chunks; c++) {
            const size_t left = d - c * TILE_KC, depth = left < TILE_KC ? left : TILE_KC;
            tile_multiply((int)rows, TILE_NV, depth, w->q + (c * TILE_QUERIES + row) * TILE_STRIDE,
                          k + (from + panel * TILE_NR) * d + c * TILE_KC * TILE_NR,
                          w->score + (panel - low) * TILE_NR, TILE_STRIDE, c > 0);
        }
    for (size_t i = 0; i < rows; i++) {
        float *s = w->score + i * TILE_STRIDE, *out = w->out + (row + i) * plan->d_room;
        if (!(open >> i & 1))
            tile_hide(w, plan, row + i, first, first + n, s);
        const float scale = tile_softmax_row(s, n, &w->max[row + i], &w->sum[(row + i) * VF_N]);
        if (scale != 1)
            for (size_t c = 0; c < plan->d_room; c += VF_N)
                vf_store(out + c, vf_mul(vf_load(out + c), vf_set(scale)));
    }
    for (size_t i = 0; i * TILE_NR < d; i++) {
        const int nv = tile_panel_vectors(d, i);
        tile_multiply((int)rows, nv, n, w->score, v + i * TILE_NR * plan->S_room + first * (size_t)nv * VF_N,
                      w->out + row * plan->d_room + i * TILE_NR, plan->d_room, true);
    }
}

/* One key block for one strip: runs of neighbouring panels that some row sees. */
static void tile_strip_block(const as_problem *p, const tile_plan *plan, const tile_bench *w, const float *k,
                             const float *v, size_t row, size_t rows, size_t from)
{
    uint32_t seen = 0, open = 0;
    for (size_t i = 0; i < rows; i++) {
        bool all;
        seen |= tile_panels_seen(w, plan, row + i, from, &all);
        open |= (uint32_t)all << i;
    }
    while (seen) {
        const size_t low = (size_t)__builtin_ctz(seen), length = (size_t)__builtin_ctzll(~((uint64_t)seen >> low));
        tile_strip(p, plan, w, k, v, row, rows, from, low, low + length, open);
        seen &= ~(uint32_t)((((uint64_t)1 << length) - 1) << low);
    }
}

static void tile_load_queries(const as_problem *p, const tile_plan *plan, const tile_bench *w, const float *q, size_t rows)
{
    const size_t d = p->head_dim;
    const float scale = p->scale * AS_LOG2E;
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < d; c++)
            w->q[(c / TILE_KC * TILE_QUERIES + i) * TILE_STRIDE + c % TILE_KC] = q[i * d + c] * scale;
    for (size_t i = 0; i < rows; i++) {
        w->max[i] = -INFINITY;
        w->next[i] = 0;
    }
    memset(w->sum, 0, rows * VF_N * sizeof(float));
    memset(w->out, 0, rows * plan->d_room * sizeof(float));
}

/* The rows' runs; returns the keys [*low, *high) outside of which no row sees anything. */
static void tile_load_runs(const as_problem *p, const tile_plan *plan, const tile_bench *w, size_t head, size_t t,
                           size_t rows, size_t *low, size_t *high)
{
    *low = SIZE_MAX;
    *high = 0;
    for (size_t i = 0; i < rows; i++) {
        as_run *runs = w->runs + i * plan->runs_max;
        const size_t n = as_pattern_row(p->pattern, (as_at){head, p->context - p->length + t + i, p->context}, runs);
        w->count[i] = n;
        if (!n)
            continue;
        *low = runs[0].first < *low ? runs[0].first : *low;
        const size_t end = tile_run_end(&runs[n - 1]);
        *high = end > *high ? end : *high;
    }
}

static void tile_store_rows(const as_problem *p, const tile_plan *plan, const tile_bench *w, size_t rows, float *o)
{
    for (size_t i = 0; i < rows; i++) {
        const float sum = vf_sum(vf_load(w->sum + i * VF_N)), factor = w->count[i] ? 1 / sum : 0;
        for (size_t c = 0; c < p->head_dim; c++)
            o[i * p->head_dim + c] = w->count[i] ? w->out[i * plan->d_room + c] * factor : 0;
    }
}

/* Query block `block` of (b, h) against that head's packed keys and values. */
static void tile_query_block(const as_call *call, const tile_plan *plan, const tile_bench *w, const float *k,
                             const float *v, size_t b, size_t h, size_t block)
{
    const as_problem *p = call->problem;
    const size_t t = block * TILE_QUERIES, left = p->length - t, rows = left < TILE_QUERIES ? left : TILE_QUERIES;
    const size_t offset = as_query_offset(p, b, h, t);
    size_t low, high;
    tile_load_queries(p, plan, w, (const float *)call->operand[0] + offset, rows);
    tile_load_runs(p, plan, w, h, t, rows, &low, &high);
    for (size_t from = low / TILE_KC * TILE_KC; from < high; from += TILE_KC)
        for (size_t row = 0; row < rows; row += TILE_MR)
            tile_strip_block(p, plan, w, k, v, row, rows - row < TILE_MR ? rows - row : TILE_MR, from);
    tile_store_rows(p, plan, w, rows, (float *)call->operand[3] + offset);
}

/* Packs key panel `panel` of key head `kv` (batch included). */
static void tile_pack_panel(const as_call *call, const tile_plan *plan, float *packed, size_t kv, size_t panel)
{
    const as_problem *p = call->problem;
    const size_t d = p->head_dim, S = p->context, at = panel * TILE_NR, n = S - at < TILE_NR ? S - at : TILE_NR;
    const float *k = (const float *)call->operand[1] + (kv * S + at) * d, *v = (const float *)call->operand[2] + (kv * S + at) * d;
    float *v_to = packed + plan->S_room * d;
    tile_pack_transposed(k, d, n, d, packed + at * d);
    for (size_t i = 0; i * TILE_NR < d; i++) {
        const size_t nv = (size_t)tile_panel_vectors(d, i), left = d - i * TILE_NR;
        float *to = v_to + i * TILE_NR * plan->S_room + at * nv * VF_N;
        tile_pack_rows(v + i * TILE_NR, d, n, left < TILE_NR ? left : TILE_NR, 0, to);
        memset(to + n * nv * VF_N, 0, (TILE_NR - n) * nv * VF_N * sizeof(float));
    }
}

static void tile_attend(const as_call *call)
{
    const as_problem *p = call->problem;
    const tile_plan plan = tile_plan_make(p);
    const size_t kv_heads = p->batch * p->kv_heads, panels = plan.S_room / TILE_NR;
    float *packed = call->workspace;
    char *threads = (char *)call->workspace + tile_up(plan.in_flight * plan.pack_floats * sizeof(float), 64);
#pragma omp parallel num_threads(p->threads) if (p->threads > 1)
    {
        const tile_bench w = tile_bench_at(&plan, threads + (size_t)omp_get_thread_num() * plan.thread_bytes);
        for (size_t kv0 = 0; kv0 < kv_heads; kv0 += plan.in_flight) {
            const size_t heads = kv_heads - kv0 < plan.in_flight ? kv_heads - kv0 : plan.in_flight;
#pragma omp for schedule(static)
            for (size_t i = 0; i < heads * panels; i++)
                tile_pack_panel(call, &plan, packed + i / panels * plan.pack_floats, kv0 + i / panels, i % panels);
            /* the last query blocks first: under a causal pattern they are the longest */
#pragma omp for schedule(dynamic, 1)
            for (size_t i = 0; i < heads * plan.group * plan.blocks; i++) {
                const size_t block = plan.blocks - 1 - i / (heads * plan.group), j = i % (heads * plan.group);
                const size_t kv = kv0 + j / plan.group, b = kv / p->kv_heads;
                const size_t h = kv % p->kv_heads * plan.group + j % plan.group;
                const float *k = packed + j / plan.group * plan.pack_floats;
                tile_query_block(call, &plan, &w, k, k + plan.S_room * p->head_dim, b, h, block);
            }
        }
    }
}

#endif
