/* decode.h: one query per head against a cache of keys: every key and value is read once, for all query heads that share
 * it, and nothing is packed, because nothing is used twice.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The keys that the query sees are split into parts, so that threads have enough to do; each part keeps a running softmax
 * of its own, and the parts of a head are merged at the end. Reading is the cost: 2 Hkv S d elements. */
#ifndef AS_TILE_DECODE_H
#define AS_TILE_DECODE_H

#include <omp.h>

#include "../attention/attention.h"
#include "../vec/row.h"
#include "element.h"
#include "pack.h"
#include "softmax.h"

#define DECODE_KEYS 256 /* scored, then weighed */
#define DECODE_WIDE 8   /* vectors of an output row that stay in registers while the values go by */

/* One query in float32 and where its softmax stands. */
typedef struct {
    size_t d_room, runs_max, parts, group;
    size_t part_floats; /* per query head: max, sum (VF_N), out (d_room) */
} decode_plan;

static decode_plan decode_plan_make(const as_problem *p)
{
    const size_t heads = p->batch * p->kv_heads, threads = (size_t)p->threads;
    decode_plan plan = {
        .d_room = tile_up(p->head_dim, VF_N),
        .runs_max = as_pattern_runs_max(p->pattern, p->context),
        .parts = threads == 1 ? 1 : (4 * threads + heads - 1) / heads,
        .group = p->heads / p->kv_heads,
    };
    plan.part_floats = 16 + VF_N + plan.d_room;
    return plan;
}

static bool decode_takes(const as_problem *p)
{
    return p->length == 1 && !(as_pattern_traits(p->pattern) & AS_PATTERN_PER_HEAD);
}

/* q of all heads, the parts' state, per thread scores and widened rows, then the runs. */
static size_t decode_workspace(const as_problem *p)
{
    const decode_plan plan = decode_plan_make(p);
    const size_t heads = p->batch * p->heads, scratch = DECODE_KEYS + VF_N * plan.d_room;
    const size_t floats = heads * (plan.d_room + plan.parts * plan.part_floats) + (size_t)p->threads * scratch;
    return tile_up(tile_up(floats, 16) * sizeof(float) + plan.runs_max * sizeof(as_run), 64);
}

/* Keys and values of one key head, rows of d. Its functions are inlined where d and dtype are numbers (decode_keys): loops
 * over columns then have no ends, and so little is done besides loading that the processor looks far enough ahead to keep
 * memory busy. Asking for rows ahead (prefetch) is no longer of use. */
typedef struct {
    const void *k, *v;
    as_dtype dtype;
    size_t d;
} decode_cache;

/* n columns from column c on of a row of a key or value array, as float32: in place where it is, else widened into `spare`. */
VF_INLINE const float *decode_row(const decode_cache *kv, const void *x, size_t row, size_t c, size_t n, float *spare)
{
    const size_t at = row * kv->d + c;
    if (kv->dtype == AS_F32)
        return (const float *)x + at;
    for (size_t i = 0; i < n; i++)
        spare[i] = tile_bf16_element(x, at + i);
    return spare;
}

/* score[j] = q . key first + j, VF_N at a time; -infinity behind the last. */
VF_INLINE void decode_scores(const decode_cache *kv, size_t first, size_t n, const float *q, float *score, float *spare)
{
    const size_t d_room = tile_up(kv->d, VF_N);
    for (size_t j = 0; j < n; j += VF_N) {
        const float *row[VF_N];
        for (size_t r = 0; r < VF_N; r++)
            row[r] = j + r < n ? decode_row(kv, kv->k, first + j + r, 0, kv->d, spare + r * d_room) : row[0];
        vf_store(score + j, vf_dots(q, row, kv->d));
    }
    for (size_t j = n; j % VF_N; j++)
        score[j] = -INFINITY;
}

/* out += sum of weight[j] times value first + j: `vectors` vectors from column c on, each of `lanes` columns. */
VF_INLINE void decode_columns(const decode_cache *kv, size_t first, size_t n, size_t c, size_t vectors, size_t lanes,
                              const float *weight, float *out, float *spare)
{
    vf sum[DECODE_WIDE];
    VF_UNROLL
    for (size_t x = 0; x < vectors; x++)
        sum[x] = vf_load(out + c + x * VF_N);
    for (size_t j = 0; j < n; j++) {
        const float *row = decode_row(kv, kv->v, first + j, c, lanes == VF_N ? vectors * VF_N : lanes, spare);
        const vf w = vf_set(weight[j]);
        VF_UNROLL
        for (size_t x = 0; x < vectors; x++)
            sum[x] = vf_fma(w, lanes == VF_N ? vf_load(row + x * VF_N) : vf_load_n(row + x * VF_N, lanes), sum[x]);
    }
    VF_UNROLL
    for (size_t x = 0; x < vectors; x++)
        vf_store(out + c + x * VF_N, sum[x]);
}

VF_INLINE void decode_values(const decode_cache *kv, size_t first, size_t n, const float *weight, float *out, float *spare)
{
    const size_t d = kv->d, wide = DECODE_WIDE, half = wide / 2;
    size_t c = 0;
    for (; c + wide * VF_N <= d; c += wide * VF_N)
        decode_columns(kv, first, n, c, wide, VF_N, weight, out, spare);
    for (; c + half * VF_N <= d; c += half * VF_N)
        decode_columns(kv, first, n, c, half, VF_N, weight, out, spare);
    for (; c < d; c += VF_N)
        decode_columns(kv, first, n, c, 1, d - c < VF_N ? d - c : VF_N, weight, out, spare);
}

/* Keys first, first + 1, ..., DECODE_KEYS of them at most, for the query heads of one key head. */
VF_INLINE void decode_block(const decode_cache *kv, const decode_plan *plan, size_t first, size_t n, const float *q,
                            float *state, size_t state_step, float *scratch)
{
    float *score = scratch, *spare = scratch + DECODE_KEYS;
    for (size_t g = 0; g < plan->group; g++) {
        float *max = state + g * state_step, *sum = max + 16, *out = sum + VF_N;
        decode_scores(kv, first, n, q + g * plan->d_room, score, spare);
        const float scale = tile_softmax_row(score, tile_up(n, VF_N), max, sum);
        if (scale != 1)
            for (size_t c = 0; c < plan->d_room; c += VF_N)
                vf_store(out + c, vf_mul(vf_load(out + c), vf_set(scale)));
        decode_values(kv, first, n, score, out, spare);
    }
}

/* n keys from `first` on, for the query heads of one key head. The usual widths of heads are numbers to the compiler. */
#define DECODE_USUAL(TYPE, D)                                                                                          \
    if (kv->dtype == TYPE && kv->d == D) {                                                                             \
        const decode_cache usual = {kv->k, kv->v, TYPE, D};                                                            \
        decode_block(&usual, plan, first + at, block, q, state, state_step, scratch);                                  \
        continue;                                                                                                      \
    }

static void decode_keys(const decode_cache *kv, const decode_plan *plan, size_t first, size_t n, const float *q, float *state,
                        size_t state_step, float *scratch)
{
    for (size_t at = 0; at < n; at += DECODE_KEYS) {
        const size_t block = n - at < DECODE_KEYS ? n - at : DECODE_KEYS;
        DECODE_USUAL(AS_F32, 64)
        DECODE_USUAL(AS_F32, 128)
        DECODE_USUAL(AS_BF16, 64)
        DECODE_USUAL(AS_BF16, 128)
        decode_block(kv, plan, first + at, block, q, state, state_step, scratch);
    }
}

/* Edges [from, to) of the runs, counted in their order. The runs are unbroken: flash takes no others. */
static void decode_part(const decode_cache *kv, const decode_plan *plan, const as_run *runs, size_t count, size_t from,
                        size_t to, const float *q, float *state, size_t state_step, float *scratch)
{
    size_t edge = 0;
    for (size_t g = 0; g < plan->group; g++) {
        float *max = state + g * state_step;
        memset(max, 0, plan->part_floats * sizeof *max);
        *max = -INFINITY;
    }
    for (size_t i = 0; i < count && edge < to; edge += runs[i++].count) {
        const size_t low = from > edge ? from - edge : 0, high = to - edge < runs[i].count ? to - edge : runs[i].count;
        if (low < high)
            decode_keys(kv, plan, runs[i].first + low, high - low, q, state, state_step, scratch);
    }
}

/* The parts of one query head into its output. */
static void decode_merge(const as_problem *p, const decode_plan *plan, const float *state, void *o, size_t at)
{
    float max = -INFINITY, sum = 0;
    for (size_t i = 0; i < plan->parts; i++)
        max = state[i * plan->part_floats] > max ? state[i * plan->part_floats] : max;
    for (size_t i = 0; i < plan->parts; i++) {
        const float *part = state + i * plan->part_floats;
        sum += max == -INFINITY ? 0 : exp2f(part[0] - max) * vf_sum(vf_load(part + 16));
    }
    for (size_t c = 0; c < p->head_dim; c++) {
        float out = 0;
        for (size_t i = 0; i < plan->parts; i++) {
            const float *part = state + i * plan->part_floats;
            out += max == -INFINITY ? 0 : exp2f(part[0] - max) * part[16 + VF_N + c];
        }
        tile_store_element(o, at + c, p->dtype, max == -INFINITY ? 0 : out / sum);
    }
}

static void decode_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const decode_plan plan = decode_plan_make(p);
    const size_t d = p->head_dim, heads = p->batch * p->heads, kv_heads = p->batch * p->kv_heads;
    const size_t bytes = p->dtype == AS_F32 ? 4 : 2, head_floats = plan.parts * plan.part_floats;
    const size_t scratch_floats = DECODE_KEYS + VF_N * plan.d_room;
    float *q = call->workspace, *state = q + heads * plan.d_room, *scratch = state + heads * head_floats;
    const size_t floats = heads * (plan.d_room + head_floats) + (size_t)p->threads * scratch_floats;
    as_run *runs = (as_run *)(void *)(q + tile_up(floats, 16)); /* runs want 8 bytes' alignment */
    const size_t count = as_pattern_row(p->pattern, (as_at){0, p->context - 1, p->context}, runs);
    size_t edges = 0;
    for (size_t i = 0; i < count; i++)
        edges += runs[i].count;
    for (size_t h = 0; h < heads; h++)
        for (size_t c = 0; c < plan.d_room; c++)
            q[h * plan.d_room + c] = c >= d ? 0 : p->scale * AS_LOG2E * (p->dtype == AS_F32
                ? ((const float *)call->operand[0])[h * d + c] : tile_bf16_element(call->operand[0], h * d + c));
#pragma omp parallel num_threads(p->threads) if (p->threads > 1)
    {
        float *mine = scratch + (size_t)omp_get_thread_num() * scratch_floats;
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < kv_heads * plan.parts; i++) {
            const size_t kv = i / plan.parts, part = i % plan.parts, h = kv * plan.group;
            const size_t offset = kv * p->context * d * bytes;
            const decode_cache cache = {(const char *)call->operand[1] + offset, (const char *)call->operand[2] + offset,
                                        p->dtype, d};
            decode_part(&cache, &plan, runs, count, edges * part / plan.parts, edges * (part + 1) / plan.parts,
                        q + h * plan.d_room, state + h * head_floats + part * plan.part_floats, head_floats, mine);
        }
#pragma omp for schedule(static)
        for (size_t h = 0; h < heads; h++)
            decode_merge(p, &plan, state + h * head_floats, call->operand[3], h * d);
    }
}

#endif
