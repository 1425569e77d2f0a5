/* decode.h: one query per head against a cache of keys: every key and value is read once, for all query heads that
 * share it, and nothing is packed, because nothing is used twice. SPDX-License-Identifier: Apache-2.0
 *
 * The keys that the query sees are split into parts, so that threads have enough to do; each part keeps a running
 * softmax of its own, and the parts of a head are merged at the end. Reading is the cost: 2 Hkv S d elements. */
#ifndef AS_TILE_DECODE_H
#define AS_TILE_DECODE_H

#include <omp.h>

#include "../attention/attention.h"
#include "../vec/row.h"
#include "element.h"
#include "pack.h"
#include "softmax.h"

#define DECODE_KEYS 256 /* scored, then weighed */
/* vectors of an output row that stay in registers while the values go by */
#define DECODE_WIDE (TILE_MR * TILE_NV >= 24 ? 16 : 8)

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

/* q of all heads, the parts' state, scores of each thread, then the runs. */
static size_t decode_workspace(const as_problem *p)
{
    const decode_plan plan = decode_plan_make(p);
    const size_t heads = p->batch * p->heads, head_floats = plan.parts * plan.part_floats;
    const size_t floats = heads * (plan.d_room + head_floats) + (size_t)p->threads * DECODE_KEYS;
    return tile_up(tile_up(floats, 16) * sizeof(float) + plan.runs_max * sizeof(as_run), 64);
}

/* Keys and values of one key head, rows of d. Its functions are inlined where dtype, and the usual d, are numbers
 * (decode_keys). */
typedef struct {
    const void *k, *v;
    as_dtype dtype;
    size_t d;
} decode_cache;

/* `lanes` elements from element `at` on of a key or value array, as float32. */
VF_INLINE vf decode_load(const decode_cache *kv, const void *x, size_t at, size_t lanes)
{
    if (kv->dtype == AS_F32)
        return lanes == VF_N ? vf_load((const float *)x + at) : vf_load_n((const float *)x + at, lanes);
    return lanes == VF_N ? vf_widen((const uint16_t *)x + at) : vf_widen_n((const uint16_t *)x + at, lanes);
}

/* The lanes' parts of q . key. */
VF_INLINE vf decode_dot(const decode_cache *kv, size_t key, const float *q)
{
    const size_t d = kv->d;
    vf sum = vf_zero();
    size_t c = 0;
    for (; c + VF_WIDE * VF_N <= d; c += VF_WIDE * VF_N) {
        VF_UNROLL
        for (size_t x = 0; x < VF_WIDE; x++)
            sum = vf_fma(vf_load(q + c + x * VF_N), decode_load(kv, kv->k, key * d + c + x * VF_N, VF_N), sum);
    }
    for (; c + VF_N <= d; c += VF_N)
        sum = vf_fma(vf_load(q + c), decode_load(kv, kv->k, key * d + c, VF_N), sum);
    return c < d ? vf_fma(vf_load(q + c), decode_load(kv, kv->k, key * d + c, d - c), sum) : sum;
}

/* score[j] = q . key first + j, VF_N at a time; -infinity behind the last. Without the line that keeps the compiler
 * from moving loads over the end of a row, a Zen 4 reads memory at half of its speed: docs/kernels.md. */
VF_INLINE void decode_scores(const decode_cache *kv, size_t first, size_t n, const float *q, float *score)
{
    for (size_t j = 0; j < n; j += VF_N) {
        vf sum[VF_N];
        VF_UNROLL
        for (size_t r = 0; r < VF_N; r++) {
            sum[r] = decode_dot(kv, first + (j + r < n ? j + r : j), q);
            __asm__ volatile("" : : : "memory");
        }
        vf_store(score + j, vf_sums(sum));
    }
    for (size_t j = n; j % VF_N; j++)
        score[j] = -INFINITY;
}

/* out += sum of weight[j] times value first + j: `vectors` vectors from column c on, of the last one `lanes` columns.
 */
VF_INLINE void decode_columns(const decode_cache *kv, size_t first, size_t n, size_t c, size_t vectors, size_t lanes,
                              const float *weight, float *out)
{
    vf sum[DECODE_WIDE];
    VF_UNROLL
    for (size_t x = 0; x < vectors; x++)
        sum[x] = vf_load(out + c + x * VF_N);
    for (size_t j = 0; j < n; j++) {
        const size_t at = (first + j) * kv->d + c;
        const vf w = vf_set(weight[j]);
        VF_UNROLL
        for (size_t x = 0; x < vectors; x++)
            sum[x] = vf_fma(w, decode_load(kv, kv->v, at + x * VF_N, x + 1 < vectors ? VF_N : lanes), sum[x]);
    }
    VF_UNROLL
    for (size_t x = 0; x < vectors; x++)
        vf_store(out + c + x * VF_N, sum[x]);
}

/* Whole rows where registers hold one. The case without a partial vector apart: a branch for each row was +8 % at d =
 * 256. */
VF_INLINE void decode_values(const decode_cache *kv, size_t first, size_t n, const float *weight, float *out)
{
    for (size_t c = 0; c < kv->d; c += DECODE_WIDE * VF_N) {
        const size_t left = kv->d - c, vectors = left < DECODE_WIDE * VF_N ? (left + VF_N - 1) / VF_N : DECODE_WIDE;
        const size_t lanes = left < vectors * VF_N ? left - (vectors - 1) * VF_N : VF_N;
        switch (vectors) {
#define DECODE_CASE(V)                                                                                                 \
    case V:                                                                                                            \
        if (lanes == VF_N)                                                                                             \
            decode_columns(kv, first, n, c, V, VF_N, weight, out);                                                     \
        else                                                                                                           \
            decode_columns(kv, first, n, c, V, lanes, weight, out);                                                    \
        break;
            DECODE_CASE(1)
            DECODE_CASE(2)
            DECODE_CASE(3)
            DECODE_CASE(4)
            DECODE_CASE(5)
            DECODE_CASE(6)
            DECODE_CASE(7)
            DECODE_CASE(8)
#if DECODE_WIDE == 16
            DECODE_CASE(9)
            DECODE_CASE(10)
            DECODE_CASE(11)
            DECODE_CASE(12)
            DECODE_CASE(13)
            DECODE_CASE(14)
            DECODE_CASE(15)
            DECODE_CASE(16)
#endif
        }
    }
}

/* Keys first, first + 1, ..., DECODE_KEYS of them at most, for the query heads of one key head. */
VF_INLINE void decode_block(const decode_cache *kv, const decode_plan *plan, size_t first, size_t n, const float *q,
                            float *state, size_t state_step, float *score)
{
    for (size_t g = 0; g < plan->group; g++) {
        float *max = state + g * state_step, *sum = max + 16, *out = sum + VF_N;
        decode_scores(kv, first, n, q + g * plan->d_room, score);
        const float scale = tile_softmax_row(score, tile_up(n, VF_N), max, sum);
        if (scale != 1)
            for (size_t c = 0; c < plan->d_room; c += VF_N)
                vf_store(out + c, vf_mul(vf_load(out + c), vf_set(scale)));
        decode_values(kv, first, n, score, out);
    }
}

/* n keys from `first` on, for the query heads of one key head. The usual widths of heads are numbers to the compiler; D
 * = 0 is any other. */
#define DECODE_USUAL(TYPE, D)                                                                                          \
    if (kv->dtype == TYPE && (!D || kv->d == D)) {                                                                     \
        const decode_cache known = {kv->k, kv->v, TYPE, D ? D : kv->d};                                                \
        decode_block(&known, plan, first + at, block, q, state, state_step, score);                                    \
        continue;                                                                                                      \
    }

static void decode_keys(const decode_cache *kv, const decode_plan *plan, size_t first, size_t n, const float *q,
                        float *state, size_t state_step, float *score)
{
    for (size_t at = 0; at < n; at += DECODE_KEYS) {
        const size_t block = n - at < DECODE_KEYS ? n - at : DECODE_KEYS;
        DECODE_USUAL(AS_F32, 64)
        DECODE_USUAL(AS_F32, 128)
        DECODE_USUAL(AS_BF16, 64)
        DECODE_USUAL(AS_BF16, 128)
        DECODE_USUAL(AS_F32, 0)
        DECODE_USUAL(AS_BF16, 0)
    }
}

/* Edges [from, to) of the runs, counted in their order. The runs are unbroken: flash takes no others. */
static void decode_part(const decode_cache *kv, const decode_plan *plan, const as_run *runs, size_t count, size_t from,
                        size_t to, const float *q, float *state, size_t state_step, float *score)
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
            decode_keys(kv, plan, runs[i].first + low, high - low, q, state, state_step, score);
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
    float *q = call->workspace, *state = q + heads * plan.d_room, *scores = state + heads * head_floats;
    const size_t floats = heads * (plan.d_room + head_floats) + (size_t)p->threads * DECODE_KEYS;
    as_run *runs = (as_run *)(void *)(q + tile_up(floats, 16)); /* runs want 8 bytes' alignment */
    const size_t count = as_pattern_row(p->pattern, (as_at){0, p->context - 1, p->context}, runs);
    size_t edges = 0;
    for (size_t i = 0; i < count; i++)
        edges += runs[i].count;
    for (size_t h = 0; h < heads; h++)
        for (size_t c = 0; c < plan.d_room; c++)
            q[h * plan.d_room + c] = c >= d ? 0
                                            : p->scale * AS_LOG2E *
                                                  (p->dtype == AS_F32 ? ((const float *)call->operand[0])[h * d + c]
                                                                      : tile_bf16_element(call->operand[0], h * d + c));
#pragma omp parallel num_threads(p->threads) if (p->threads > 1)
    {
        float *mine = scores + (size_t)omp_get_thread_num() * DECODE_KEYS;
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < kv_heads * plan.parts; i++) {
            const size_t kv = i / plan.parts, part = i % plan.parts, h = kv * plan.group;
            const size_t offset = kv * p->context * d * bytes;
            const decode_cache cache = {(const char *)call->operand[1] + offset,
                                        (const char *)call->operand[2] + offset, p->dtype, d};
            decode_part(&cache, &plan, runs, count, edges * part / plan.parts, edges * (part + 1) / plan.parts,
                        q + h * plan.d_room, state + h * head_floats + part * plan.part_floats, head_floats, mine);
        }
#pragma omp for schedule(static)
        for (size_t h = 0; h < heads; h++)
            decode_merge(p, &plan, state + h * head_floats, call->operand[3], h * d);
    }
}

#endif
