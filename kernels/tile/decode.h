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

#define DECODE_KEYS 256 /* scored, then weighed. While keys are scored, their values are asked for, and while values are
                           added up, the next keys: memory never waits for arithmetic */

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

/* A row of a key or value array as float32: in place where it is, else widened into `spare`. */
static inline const float *decode_row(const as_problem *p, const void *x, size_t row, float *spare)
{
    const size_t d = p->head_dim;
    if (p->dtype == AS_F32)
        return (const float *)x + row * d;
    for (size_t c = 0; c < d; c++)
        spare[c] = tile_bf16_element(x, row * d + c);
    return spare;
}

/* Asks for row `row` of a key or value array. */
static inline void decode_fetch(const as_problem *p, const void *x, size_t row)
{
    const size_t bytes = p->head_dim * (p->dtype == AS_F32 ? 4 : 2);
    if (row < p->context)
        vf_fetch((const float *)(const void *)((const char *)x + row * bytes), (bytes + 3) / 4);
}

/* score[j] = q . row key[j], VF_N at a time; -infinity behind the last. */
static void decode_scores(const as_problem *p, const void *k, const void *v, const size_t *key, size_t n, const float *q,
                          float *score, float *spare)
{
    const size_t d_room = tile_up(p->head_dim, VF_N);
    for (size_t j = 0; j < n; j += VF_N) {
        const float *row[VF_N];
        for (size_t r = 0; r < VF_N; r++) {
            row[r] = j + r < n ? decode_row(p, k, key[j + r], spare + r * d_room) : row[0];
            if (v && j + r < n)
                decode_fetch(p, v, key[j + r]);
        }
        vf_store(score + j, vf_dots(q, row, p->head_dim));
    }
    for (size_t j = n; j % VF_N; j++)
        score[j] = -INFINITY;
}

/* out += sum of weight[j] times row keys[j], VF_WIDE vectors at a time.
 * k: where the keys of the next block are, that follow DECODE_KEYS later in an unbroken run; NULL: not asked for */
static void decode_values(const as_problem *p, const void *k, const void *v, const size_t *key, const float *weight,
                          size_t n, float *out, float *spare)
{
    const size_t d = p->head_dim, wide = VF_WIDE * VF_N;
    for (size_t c = 0; c < d; c += wide) {
        const size_t left = d - c;
        vf sum[VF_WIDE];
        VF_UNROLL
        for (size_t x = 0; x < VF_WIDE; x++)
            sum[x] = x * VF_N < left ? vf_load(out + c + x * VF_N) : vf_zero();
        for (size_t j = 0; j < n; j++) {
            const float *row = decode_row(p, v, key[j], spare) + c;
            const vf w = vf_set(weight[j]);
            if (k && c == 0)
                decode_fetch(p, k, key[j] + DECODE_KEYS);
            if (left >= wide) {
                VF_UNROLL
                for (size_t x = 0; x < VF_WIDE; x++)
                    sum[x] = vf_fma(w, vf_load(row + x * VF_N), sum[x]);
                continue;
            }
            VF_UNROLL
            for (size_t x = 0; x < VF_WIDE; x++)
                if (x * VF_N < left)
                    sum[x] = vf_fma(w, vf_load_n(row + x * VF_N, left - x * VF_N < VF_N ? left - x * VF_N : VF_N), sum[x]);
        }
        VF_UNROLL
        for (size_t x = 0; x < VF_WIDE; x++)
            if (x * VF_N < left)
                vf_store(out + c + x * VF_N, sum[x]);
    }
}

/* Up to DECODE_KEYS keys for the query heads of one key head. */
static void decode_block(const as_problem *p, const decode_plan *plan, const void *k, const void *v, const size_t *key,
                         size_t n, const float *q, float *state, size_t state_step, float *scratch)
{
    float *score = scratch, *spare = scratch + DECODE_KEYS;
    for (size_t g = 0; g < plan->group; g++) {
        float *max = state + g * state_step, *sum = max + 16, *out = sum + VF_N;
        decode_scores(p, k, g == 0 ? v : NULL, key, n, q + g * plan->d_room, score, spare);
        const float scale = tile_softmax_row(score, tile_up(n, VF_N), max, sum);
        if (scale != 1)
            for (size_t c = 0; c < plan->d_room; c += VF_N)
                vf_store(out + c, vf_mul(vf_load(out + c), vf_set(scale)));
        decode_values(p, g + 1 == plan->group ? k : NULL, v, key, score, n, out, spare);
    }
}

/* Edges [from, to) of the runs, counted in their order. */
static void decode_part(const as_problem *p, const decode_plan *plan, const as_run *runs, size_t count, size_t from,
                        size_t to, const void *k, const void *v, const float *q, float *state, size_t state_step,
                        float *scratch)
{
    size_t key[DECODE_KEYS], n = 0, edge = 0;
    for (size_t g = 0; g < plan->group; g++) {
        float *max = state + g * state_step;
        memset(max, 0, plan->part_floats * sizeof *max);
        *max = -INFINITY;
    }
    for (size_t i = 0; i < count && edge < to; edge += runs[i++].count) {
        const size_t low = from > edge ? from - edge : 0, high = to - edge < runs[i].count ? to - edge : runs[i].count;
        for (size_t j = low; j < high; j++) {
            key[n++] = runs[i].first + j * runs[i].step;
            if (n == DECODE_KEYS) {
                decode_block(p, plan, k, v, key, n, q, state, state_step, scratch);
                n = 0;
            }
        }
    }
    if (n)
        decode_block(p, plan, k, v, key, n, q, state, state_step, scratch);
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
            const char *k = (const char *)call->operand[1] + kv * p->context * d * bytes;
            const char *v = (const char *)call->operand[2] + kv * p->context * d * bytes;
            decode_part(p, &plan, runs, count, edges * part / plan.parts, edges * (part + 1) / plan.parts, k, v,
                        q + h * plan.d_room, state + h * head_floats + part * plan.part_floats, head_floats, mine);
        }
#pragma omp for schedule(static)
        for (size_t h = 0; h < heads; h++)
            decode_merge(p, &plan, state + h * head_floats, call->operand[3], h * d);
    }
}

#endif
