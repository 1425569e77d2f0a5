/* amx_linear.h: linear attention in chunks on AMX's tile registers: what linear-chunked.c is on other instruction sets,
 * and part of it. SPDX-License-Identifier: Apache-2.0
 *
 * A unit is a key head. For each chunk of tokens:
 *   1. features of the keys, rounded to bfloat16, as right tiles (features by keys) and, turned, as left tiles
 *      (features by tokens); the values as right tiles below the rounded state
 *   2. for each query head and strip of 32 queries: features as left tiles; times keys: weights, those of later tokens
 *      made 0, as left tiles beside the features; features and weights times state and values, in one product
 *   3. state += turned features times values, in float32, and once more rounded as right tiles
 * Rows are divided by the sum of what their weights were before they were rounded. */
#ifndef AS_KERNELISED_AMX_LINEAR_H
#define AS_KERNELISED_AMX_LINEAR_H

#include "../tile/matmul.h"

#define LINEAR_BLOCK (2 * AMX_PAIR) /* floats of 32 x 32 sums */

typedef struct {
    const as_problem *problem;
    size_t d, steps;  /* steps of 32 features, and of 32 columns of values */
    size_t C, blocks; /* tokens of a chunk; blocks of 32 of them */
    size_t deep;      /* steps + blocks: of a panel of right */
    /* No product with the state in the first chunk, where it is 0, nor one into it in the last. Not where that would
     * leave fewer FLOPs than are counted as useful: there the chunks' own products are few. */
    bool skips;
} linear_shape;

/* What one thread works with; counts are of tiles. */
typedef struct {
    float *rows;   /* features of 32 keys, row by row */
    float *keys;   /* right tiles: (blocks, steps, 2) */
    float *turned; /* left tiles: (steps, blocks, 2) */
    float *right;  /* right tiles: (panels of 32 columns, deep, 2) */
    float *left;   /* left tiles of a strip: (deep, 2) */
    float *state;  /* sums: (steps, panels, 4) */
    float *sums;   /* sums of a strip: scores (blocks, 4), then two blocks of outputs */
    float *z;      /* sums of features: of the keys before the chunk; with the chunk's */
    float *share;  /* (32, VF_N): sums of each row's weights */
} linear_bench;

enum { LINEAR_ROOMS = 9 };

static linear_shape linear_of(const as_problem *p)
{
    const size_t d = p->head_dim, C = p->param[0] ? p->param[0] : d <= 64 ? 64 : 128;
    linear_shape s = {.problem = p, .d = d, .steps = amx_blocks(d), .C = C, .blocks = amx_blocks(C)};
    s.deep = s.steps + s.blocks;
    s.skips = d <= C && p->length > C;
    return s;
}

static size_t linear_rooms(const linear_shape *s, size_t floats[LINEAR_ROOMS])
{
    const size_t of[LINEAR_ROOMS] = {
        s->steps * AMX_PAIR,
        s->blocks * s->steps * AMX_PAIR,
        s->blocks * s->steps * AMX_PAIR,
        s->steps * s->deep * AMX_PAIR,
        s->deep * AMX_PAIR,
        s->steps * s->steps * LINEAR_BLOCK,
        (s->blocks + 2) * LINEAR_BLOCK,
        2 * s->steps * AMX_BLOCK,
        AMX_BLOCK * VF_N,
    };
    size_t sum = 0;
    for (size_t i = 0; i < LINEAR_ROOMS; i++)
        sum += floats[i] = tile_up(of[i], AMX_SIDE);
    return sum;
}

static linear_bench linear_bench_at(const linear_shape *s, float *memory)
{
    size_t floats[LINEAR_ROOMS];
    float *at[LINEAR_ROOMS];
    linear_rooms(s, floats);
    for (size_t i = 0; i < LINEAR_ROOMS; memory += floats[i], i++)
        at[i] = memory;
    return (linear_bench){at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7], at[8]};
}

/* --- features ----------------------------------------------------------------------------------------------------- */

/* elu(x) + 1 within 1.02e-4 of itself: a twentieth of what rounding to bfloat16 takes. */
static inline vf linear_feature(vf x)
{
    const vf below = vf_exp2_short(vf_mul(x, vf_set(AS_LOG2E)));
    return _mm512_mask_add_ps(below, _mm512_cmp_ps_mask(x, vf_zero(), _CMP_GT_OQ), x, vf_set(1));
}

/* Features of 32 columns of `rows` <= 32 rows of x, of which n <= 32 columns exist, rounded: row i to `to` + i line
 * floats, or as a left tile's. The sums of all rows join z where `join`; else each row's product with z joins share. */
typedef struct {
    const uint16_t *x;
    size_t ld, rows, n;
    float *to;
    size_t line; /* 0: the pair of left tiles at `to` */
    float *z, *share;
    bool join;
} linear_features;

__attribute__((target("avx512bf16"))) static void linear_round(const linear_features *f)
{
    const __mmask16 first = vf_first(f->n < VF_N ? f->n : VF_N), second = vf_first(f->n > VF_N ? f->n - VF_N : 0);
    vf low = vf_load(f->z), high = vf_load(f->z + VF_N);
    for (size_t i = 0; i < f->rows; i++) {
        const __m512i x = _mm512_maskz_loadu_epi16(amx_first(f->n), f->x + i * f->ld);
        const vf a = _mm512_maskz_mov_ps(first, linear_feature(vf_shift_up(_mm512_castsi512_si256(x))));
        const vf b = _mm512_maskz_mov_ps(second, linear_feature(vf_shift_up(_mm512_extracti64x4_epi64(x, 1))));
        float *to = f->line ? f->to + i * f->line : amx_left_row(f->to, i, 0);
        _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(b, a));
        if (f->join) {
            low = vf_add(low, a);
            high = vf_add(high, b);
        } else {
            float *share = f->share + i * VF_N;
            vf_store(share, vf_fma(a, low, vf_fma(b, high, vf_load(share))));
        }
    }
    if (f->join) {
        vf_store(f->z, low);
        vf_store(f->z + VF_N, high);
    }
}

/* --- a chunk ------------------------------------------------------------------------------------------------------ */

/* Block b of a chunk: n keys and values from k and v on. */
static void linear_pack(const linear_shape *s, const linear_bench *w, size_t b, const uint16_t *k, const uint16_t *v,
                        size_t n)
{
    const size_t line = s->steps * AMX_SIDE, cells = AMX_TILE;
    memset(w->rows + n * line, 0, (AMX_BLOCK - n) * line * sizeof(float));
    for (size_t i = 0; i < s->steps; i++) {
        const size_t c = i * AMX_DEPTH;
        const linear_features f = {.x = k + c,
                                   .ld = s->d,
                                   .rows = n,
                                   .n = amx_rest(s->d, c, AMX_DEPTH),
                                   .to = w->rows + i * AMX_SIDE,
                                   .line = line,
                                   .z = w->z + s->steps * AMX_BLOCK + c,
                                   .join = true};
        linear_round(&f);
        for (size_t half = 0; half < 2; half++) {
            float pairs[AMX_TILE] __attribute__((aligned(64)));
            tile_transpose(w->rows + half * AMX_SIDE * line + i * AMX_SIDE, line, AMX_SIDE, AMX_SIDE,
                           w->keys + ((b * s->steps + i) * 2 + half) * cells, AMX_SIDE);
            amx_pack_right((const uint16_t *)(const void *)w->rows + c + half * AMX_SIDE, 2 * line, AMX_DEPTH, AMX_SIDE,
                           pairs);
            tile_transpose(pairs, AMX_SIDE, AMX_SIDE, AMX_SIDE, w->turned + ((i * s->blocks + b) * 2 + half) * cells,
                           AMX_SIDE);
            amx_pack_right(v + (c + half * AMX_SIDE < s->d ? c + half * AMX_SIDE : 0), s->d, n,
                           amx_rest(s->d, c + half * AMX_SIDE, AMX_SIDE),
                           w->right + ((i * s->deep + s->steps + b) * 2 + half) * cells);
        }
    }
}

/* Scores of a strip with block b of keys become weights, as left tiles; `own`: its own block, where later keys are not
 * seen. */
__attribute__((target("avx512bf16"))) static void linear_weigh(const linear_shape *s, const linear_bench *w, size_t b,
                                                               bool own)
{
    const float *scores = w->sums + b * LINEAR_BLOCK;
    for (size_t i = 0; i < AMX_BLOCK; i++) {
        const uint32_t seen = own ? (uint32_t)(((uint64_t)2 << i) - 1) : ~(uint32_t)0;
        const float *row = scores + i / AMX_SIDE * AMX_PAIR + i % AMX_SIDE * AMX_SIDE;
        const vf low = _mm512_maskz_loadu_ps((__mmask16)seen, row);
        const vf high = _mm512_maskz_loadu_ps((__mmask16)(seen >> 16), row + AMX_TILE);
        float *share = w->share + i * VF_N;
        vf_store(share, vf_add(vf_load(share), vf_add(low, high)));
        _mm512_storeu_si512(amx_left_row(w->left, i, s->steps + b), (__m512i)_mm512_cvtne2ps_pbh(high, low));
    }
}

/* Outputs of a strip whose sums are in memory when the next product has begun. */
typedef struct {
    const float *sums;
    uint16_t *o;
    size_t ld, rows, n; /* no rows: nothing */
    float share[AMX_BLOCK];
} linear_output;

__attribute__((target("avx512bf16"))) static void linear_emit(linear_output *out)
{
    for (size_t i = 0; i < out->rows; i++) {
        const float *row = out->sums + i / AMX_SIDE * AMX_PAIR + i % AMX_SIDE * AMX_SIDE;
        const vf share = vf_set(out->share[i]);
        const vf low = vf_mul(vf_load(row), share), high = vf_mul(vf_load(row + AMX_TILE), share);
        _mm512_mask_storeu_epi16(out->o + i * out->ld, amx_first(out->n), (__m512i)_mm512_cvtne2ps_pbh(high, low));
    }
    out->rows = 0;
}

static void linear_multiply(const float *left, const float *right, size_t steps, float *sums, bool fresh,
                            amx_sums *waiting)
{
    const amx_product product = {
        .left = left,
        .right = right,
        .left_step = AMX_PAIR,
        .left_below = AMX_TILE,
        .left_line = AMX_LINE,
        .right_step = AMX_PAIR,
        .right_beside = AMX_TILE,
        .sums = {sums, AMX_PAIR, true},
        .fresh = fresh,
    };
    amx_multiply(&product, steps, waiting);
}

/* Queries 32 b .. of a chunk, `rows` of them. `alone`: without the state. */
static void linear_strip(const linear_shape *s, const linear_bench *w, size_t b, const uint16_t *q, uint16_t *o,
                         size_t rows, bool alone, amx_sums *waiting, linear_output *out)
{
    memset(w->share, 0, AMX_BLOCK * VF_N * sizeof(float));
    amx_written();
    for (size_t i = 0; i < s->steps; i++) {
        const size_t c = i * AMX_DEPTH;
        const linear_features f = {.x = q + c,
                                   .ld = s->d,
                                   .rows = rows,
                                   .n = amx_rest(s->d, c, AMX_DEPTH),
                                   .to = amx_left_row(w->left, 0, i),
                                   .z = w->z + c,
                                   .share = w->share};
        linear_round(&f);
    }
    for (size_t j = 0; j <= b; j++) {
        linear_multiply(w->left, w->keys + j * s->steps * AMX_PAIR, s->steps, w->sums + j * LINEAR_BLOCK, true,
                        waiting);
        if (out->rows)
            linear_emit(out);
    }
    amx_flush(waiting);
    for (size_t j = 0; j <= b; j++)
        linear_weigh(s, w, j, j == b);
    float share[AMX_BLOCK];
    for (size_t i = 0; i < AMX_BLOCK; i += VF_N) {
        vf sums[VF_N];
        for (size_t j = 0; j < VF_N; j++)
            sums[j] = vf_load(w->share + (i + j) * VF_N);
        vf_store(share + i, vf_div(vf_set(1), vf_sums(sums)));
    }
    const size_t from = alone ? s->steps : 0, steps = s->steps + b + 1 - from;
    for (size_t panel = 0; panel < s->steps; panel++) {
        float *sums = w->sums + (s->blocks + panel % 2) * LINEAR_BLOCK;
        linear_multiply(w->left + from * AMX_PAIR, w->right + (panel * s->deep + from) * AMX_PAIR, steps, sums, true,
                        waiting);
        if (out->rows)
            linear_emit(out);
        *out = (linear_output){.sums = sums,
                               .o = o + panel * AMX_BLOCK,
                               .ld = s->d,
                               .rows = rows,
                               .n = amx_rest(s->d, panel * AMX_BLOCK, AMX_BLOCK)};
        memcpy(out->share, share, sizeof share);
    }
}

/* Features [32 i, 32 i + 32) of the state by 32 columns, rounded: cell (c, j) of a right tile holds rows 2c and 2c + 1.
 */
__attribute__((target("avx512bf16"))) static void linear_round_state(const linear_shape *s, const linear_bench *w,
                                                                     size_t i, size_t panel)
{
    const float *state = w->state + (i * s->steps + panel) * LINEAR_BLOCK;
    float *to = w->right + (panel * s->deep + i) * AMX_PAIR;
    uint16_t lanes[2 * VF_N];
    for (size_t j = 0; j < 2 * VF_N; j++)
        lanes[j] = (uint16_t)(j % 2 * VF_N + j / 2);
    const __m512i pairs = _mm512_loadu_si512(lanes);
    for (size_t c = 0; c < AMX_SIDE; c++)
        for (size_t half = 0; half < 2; half++) {
            const float *even = state + c / 8 * AMX_PAIR + half * AMX_TILE + c % 8 * 2 * AMX_SIDE;
            const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(vf_load(even + AMX_SIDE), vf_load(even));
            _mm512_storeu_si512(to + half * AMX_TILE + c * AMX_SIDE, _mm512_permutexvar_epi16(pairs, both));
        }
}

/* The chunk's `blocks` of keys and values join the state. */
static void linear_remember(const linear_shape *s, const linear_bench *w, size_t blocks, bool first, amx_sums *waiting,
                            linear_output *out)
{
    const size_t all = s->steps * s->steps;
    for (size_t at = 0; at < all; at++) {
        const size_t i = at / s->steps, panel = at % s->steps;
        linear_multiply(w->turned + i * s->blocks * AMX_PAIR, w->right + (panel * s->deep + s->steps) * AMX_PAIR,
                        blocks, w->state + at * LINEAR_BLOCK, first, waiting);
        if (out->rows)
            linear_emit(out);
        if (at)
            linear_round_state(s, w, (at - 1) / s->steps, (at - 1) % s->steps);
    }
    amx_flush(waiting);
    linear_round_state(s, w, s->steps - 1, s->steps - 1);
    memcpy(w->z, w->z + s->steps * AMX_BLOCK, s->steps * AMX_BLOCK * sizeof(float));
}

/* --- what linear-chunked.c calls ---------------------------------------------------------------------------------- */

typedef linear_shape job;
typedef linear_bench bench;

static job linear_chunked_make(const as_problem *p, const as_call *call)
{
    (void)call;
    return linear_of(p);
}

static size_t job_floats(const job *j)
{
    size_t floats[LINEAR_ROOMS];
    return linear_rooms(j, floats);
}

static bench bench_at(const job *j, float *memory) { return linear_bench_at(j, memory); }

static void unit_run(const job *s, const as_call *call, const bench *w, size_t unit)
{
    const as_problem *p = s->problem;
    const size_t d = s->d, T = p->length, members = p->heads / p->kv_heads;
    const uint16_t *q = (const uint16_t *)call->operand[0] + unit * members * T * d;
    const uint16_t *k = (const uint16_t *)call->operand[1] + unit * T * d;
    const uint16_t *v = (const uint16_t *)call->operand[2] + unit * T * d;
    uint16_t *o = (uint16_t *)call->operand[3] + unit * members * T * d;
    amx_sums waiting = {.at = NULL};
    linear_output out = {.rows = 0};
    amx_begin();
    if (!s->skips)
        memset(w->right, 0, s->steps * s->deep * AMX_PAIR * sizeof(float));
    memset(w->z, 0, 2 * s->steps * AMX_BLOCK * sizeof(float));
    for (size_t t = 0; t < T; t += s->C) {
        const size_t n = amx_rest(T, t, s->C), blocks = amx_blocks(n);
        amx_written(); /* products before read what is written now */
        for (size_t b = 0; b < blocks; b++)
            linear_pack(s, w, b, k + (t + b * AMX_BLOCK) * d, v + (t + b * AMX_BLOCK) * d,
                        amx_rest(n, b * AMX_BLOCK, AMX_BLOCK));
        for (size_t g = 0; g < members; g++)
            for (size_t b = 0; b < blocks; b++)
                linear_strip(s, w, b, q + (g * T + t + b * AMX_BLOCK) * d, o + (g * T + t + b * AMX_BLOCK) * d,
                             amx_rest(n, b * AMX_BLOCK, AMX_BLOCK), s->skips && !t, &waiting, &out);
        if (t + n < T || !s->skips)
            linear_remember(s, w, blocks, !t, &waiting, &out);
    }
    amx_flush(&waiting);
    linear_emit(&out);
    amx_end();
}

/* What tiles multiply, as for attention: whole blocks of 32 tokens, features and columns; scores with the keys up to a
 * strip's own block, outputs from these and the state; keys into the state. */
static uint64_t flops(const as_problem *p)
{
    const linear_shape s = linear_of(p);
    const uint64_t step = 2 * (uint64_t)AMX_BLOCK * AMX_BLOCK * AMX_BLOCK, T = p->length;
    uint64_t query = 0, key = 0;
    for (uint64_t t = 0; t < T; t += s.C) {
        const uint64_t n = T - t < s.C ? T - t : s.C, blocks = amx_blocks(n), seen = blocks * (blocks + 1) / 2;
        query += step * s.steps * (seen + seen + (t || !s.skips ? blocks * s.steps : 0));
        key += (t + n < T || !s.skips ? step * s.steps * s.steps * blocks : 0);
    }
    return p->batch * (p->heads * query + p->kv_heads * key);
}

#endif
