/* chunk.h: causal kernelised attention chunk by chunk: inside a chunk as a masked product of C x C weights, the chunks
 * before through a state of m x d, both on the register block of the tile room.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A unit is a key head; its query heads share keys, values and state. For each chunk of C tokens:
 *   1. kt (m,C) <- features of the keys, transposed, and weight[u] <- log2 of what key u's features are to be multiplied by
 *   2. for each query head and strip of rows: features of the queries, times kt (weights of the chunk's keys), times values,
 *      plus features times state
 *   3. state (m,d) += kt weighted values; z (m) += the same without values
 * With `stable` off all of the weights are 1. With it on, features are kept below 1 (performer.c): row t multiplies key u
 * by 2^(weight[u] - M_t), M_t the largest weight up to t, so no row ever depends on a later one, not even in its rounding;
 * the state is kept relative to M at its last token. `offset` is added to every feature of keys after that: as a constant
 * it needs the plain sum of v and no features. */
#ifndef AS_KERNELISED_CHUNK_H
#define AS_KERNELISED_CHUNK_H

#include <omp.h>
#include <string.h>

#include "../tile/pack.h"
#include "../vec/exp.h"
#include "../vec/row.h"
#include "kernelised.h"

/* What one thread works with. */
typedef struct {
    float *state;  /* panels of d: (m, panel) each */
    float *z;      /* (m) */
    float *past;   /* (d_room) sum of all values before the chunk */
    float *kt;     /* (m, TILE_STRIDE) */
    float *keys;   /* panels of the chunk's keys: (m, TILE_NR) each */
    float *values; /* panels of d: (C, panel) each */
    float *q;      /* (chunks of m, TILE_MR, TILE_STRIDE) features of a strip */
    float *score;  /* (TILE_MR, TILE_STRIDE) */
    float *out;    /* (TILE_MR, d_room) */
    float *weight; /* (TILE_STRIDE) log2; 0 where not stable */
    float *scale;  /* (TILE_STRIDE) what weights come to, as seen from the chunk's end */
    float *own;    /* an algorithm's: own_floats */
    float top;     /* the largest weight so far, to which the state is relative */
} chunk_bench;

typedef struct chunk_job {
    const as_problem *problem;
    const as_call *call;
    size_t m, C, own_floats;
    bool stable;
    float offset;
    /* k (n,d), n <= C tokens: fills kt's first n columns, and weight[0..n-1] where stable. */
    void (*keys)(const struct chunk_job *job, const chunk_bench *w, const float *k, size_t n);
    /* q (rows,d): fills q's rows, m features each. */
    void (*queries)(const struct chunk_job *job, const chunk_bench *w, const float *q, size_t rows);
    const float *more; /* shared between threads, for the two functions */
} chunk_job;

static inline size_t chunk_pieces(size_t n) { return (n + TILE_KC - 1) / TILE_KC; }
static inline size_t chunk_piece(size_t n, size_t i) { return n - i * TILE_KC < TILE_KC ? n - i * TILE_KC : TILE_KC; }

/* Cell c of row i of a strip in pieces of TILE_KC. */
static inline float *chunk_cell(float *strip, size_t i, size_t c)
{
    return strip + (c / TILE_KC * TILE_MR + i) * TILE_STRIDE + c % TILE_KC;
}

/* C (rows x nv vectors) = [C +] strip (rows x n) b (n x nv vectors), n of any size */
static inline void chunk_multiply(size_t rows, int nv, size_t n, const float *strip, const float *b, float *c, size_t ldc,
                                  bool add)
{
    for (size_t i = 0; i < chunk_pieces(n); i++)
        tile_multiply((int)rows, nv, chunk_piece(n, i), strip + i * TILE_MR * TILE_STRIDE,
                      b + i * TILE_KC * (size_t)nv * VF_N, c, ldc, add || i > 0);
}

typedef struct {
    size_t d_room, C_room, floats[12], total;
} chunk_sizes;

static chunk_sizes chunk_sizes_of(const chunk_job *job)
{
    const size_t d_room = tile_up(job->problem->head_dim, VF_N), C_room = tile_up(job->C, TILE_NR), m = job->m;
    chunk_sizes s = {.d_room = d_room,
                     .C_room = C_room,
                     .floats = {m * d_room, m, d_room, m * TILE_STRIDE, m * C_room, job->C * d_room,
                                chunk_pieces(m) * TILE_MR * TILE_STRIDE, TILE_MR * TILE_STRIDE, TILE_MR * d_room,
                                TILE_STRIDE, TILE_STRIDE, job->own_floats}};
    for (size_t i = 0; i < 12; i++)
        s.total += tile_up(s.floats[i], 16);
    return s;
}

static chunk_bench chunk_bench_at(const chunk_sizes *s, float *memory)
{
    float *at[12];
    for (size_t i = 0; i < 12; memory += tile_up(s->floats[i], 16), i++)
        at[i] = memory;
    return (chunk_bench){at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7], at[8], at[9], at[10], at[11], -INFINITY};
}

static size_t chunk_bytes(const chunk_job *job)
{
    return as_product((size_t)job->problem->threads, chunk_sizes_of(job).total, sizeof(float), 1);
}

/* Features of n keys as panels, values as panels. */
static void chunk_pack(const chunk_job *job, const chunk_bench *w, const float *v, size_t n)
{
    const size_t d = job->problem->head_dim;
    for (size_t j = 0; j < n; j += TILE_NR)
        for (size_t i = 0; i < job->m; i++)
            for (size_t x = 0; x < TILE_NR; x += VF_N)
                vf_store(w->keys + j * job->m + i * TILE_NR + x, vf_load(w->kt + i * TILE_STRIDE + j + x));
    for (size_t i = 0; i * TILE_NR < d; i++) {
        const size_t left = d - i * TILE_NR;
        tile_pack_rows(v + i * TILE_NR, d, n, left < TILE_NR ? left : TILE_NR, w->values + i * TILE_NR * n);
    }
}

/* Weights of one row r of the chunk, s[0..r], ready to be multiplied by values; 0 behind. Returns their sum. */
static float chunk_weigh(const chunk_job *job, const chunk_bench *w, float *s, size_t r, size_t n, float top, float spread)
{
    if (job->stable)
        for (size_t j = 0; j <= r; j += VF_N) {
            const vf far = vf_exp2(vf_sub(vf_load(w->weight + j), vf_set(top)));
            vf_store(s + j, vf_fma(vf_load(s + j), far, vf_set(spread)));
        }
    for (size_t j = r + 1; j < n; j++)
        s[j] = 0;
    vf sum = vf_zero();
    for (size_t j = 0; j < n; j += VF_N)
        sum = vf_add(sum, vf_load(s + j));
    return vf_sum(sum);
}

/* Rows r0 .. r0+rows-1 of the chunk that begins at token t0. top[i]: M of each row. */
static void chunk_strip(const chunk_job *job, const chunk_sizes *sizes, const chunk_bench *w, const float *q, float *o,
                        size_t t0, size_t r0, size_t rows, const float *top)
{
    const size_t d = job->problem->head_dim, m = job->m, keys = tile_up(r0 + rows, TILE_NR);
    const size_t C = job->problem->length - t0 < job->C ? job->problem->length - t0 : job->C;
    float share[TILE_MR], spread[TILE_MR], sum[TILE_MR];
    job->queries(job, w, q, rows);
    for (size_t j = 0; j < keys; j += TILE_NR)
        chunk_multiply(rows, TILE_NV, m, w->q, w->keys + j * m, w->score + j, TILE_STRIDE, false);
    for (size_t i = 0; i < rows; i++) {
        share[i] = job->stable ? exp2f(w->top - top[i]) : 1;
        spread[i] = sum[i] = 0;
        for (size_t c = 0; c < m; c += TILE_KC) {
            const float *row = chunk_cell(w->q, i, c);
            sum[i] += share[i] * vf_dot(row, w->z + c, chunk_piece(m, c / TILE_KC));
            for (size_t x = 0; job->stable && x < chunk_piece(m, c / TILE_KC); x++)
                spread[i] += job->offset * row[x];
        }
        sum[i] += spread[i] * (float)t0 + chunk_weigh(job, w, w->score + i * TILE_STRIDE, r0 + i, keys, top[i], spread[i]);
    }
    for (size_t x = 0; x * TILE_NR < d; x++) {
        const int nv = tile_panel_vectors(d, x);
        float *out = w->out + x * TILE_NR;
        chunk_multiply(rows, nv, m, w->q, w->state + x * TILE_NR * m, out, sizes->d_room, false);
        for (size_t i = 0; job->stable && i < rows; i++)
            for (int y = 0; y < nv; y++) {
                float *to = out + i * sizes->d_room + (size_t)y * VF_N;
                const vf before = vf_mul(vf_load(w->past + x * TILE_NR + (size_t)y * VF_N), vf_set(spread[i]));
                vf_store(to, vf_fma(vf_load(to), vf_set(share[i]), before));
            }
        tile_multiply((int)rows, nv, r0 + rows, w->score, w->values + x * TILE_NR * C, out, sizes->d_room, true);
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < d; c += VF_N) {
            const vf x = vf_mul(vf_load(w->out + i * sizes->d_room + c), vf_set(1 / sum[i]));
            if (d - c >= VF_N)
                vf_store(o + i * d + c, x);
            else
                vf_store_n(o + i * d + c, x, d - c);
        }
}

/* The chunk's n keys and values join state, z and past. `top` is M at its last token. */
static void chunk_remember(const chunk_job *job, const chunk_sizes *sizes, chunk_bench *w, size_t n, float top)
{
    const size_t d = job->problem->head_dim, m = job->m;
    const float fade = job->stable && w->top != top ? exp2f(w->top - top) : 1;
    for (size_t j = 0; j < n; j++)
        w->scale[j] = job->stable ? exp2f(w->weight[j] - top) : 1;
    for (size_t i = 0; i < m; i++)
        w->z[i] = fade * w->z[i] + vf_dot(w->kt + i * TILE_STRIDE, w->scale, n);
    for (size_t i = 0; fade != 1 && i < m * sizes->d_room; i += VF_N)
        vf_store(w->state + i, vf_mul(vf_load(w->state + i), vf_set(fade)));
    for (size_t x = 0; x * TILE_NR < d; x++) {
        const size_t nv = (size_t)tile_panel_vectors(d, x), width = nv * VF_N;
        float *values = w->values + x * TILE_NR * n, *state = w->state + x * TILE_NR * m;
        for (size_t j = 0; job->stable && j < n; j++)
            for (size_t y = 0; y < width; y += VF_N) {
                const vf v = vf_load(values + j * width + y);
                vf_store(w->past + x * TILE_NR + y, vf_add(vf_load(w->past + x * TILE_NR + y), v));
                vf_store(values + j * width + y, vf_mul(v, vf_set(w->scale[j])));
            }
        for (size_t i = 0; i < m; i += TILE_MR)
            tile_multiply((int)(m - i < TILE_MR ? m - i : TILE_MR), (int)nv, n, w->kt + i * TILE_STRIDE, values,
                          state + i * width, width, true);
    }
    w->top = top;
}

static void chunk_unit(const chunk_job *job, const chunk_sizes *sizes, chunk_bench *w, size_t unit)
{
    const as_problem *p = job->problem;
    const size_t d = p->head_dim, T = p->length, members = p->heads / p->kv_heads;
    const float *k = (const float *)job->call->operand[1] + unit * T * d;
    const float *v = (const float *)job->call->operand[2] + unit * T * d;
    float tops[TILE_STRIDE] = {0};
    memset(w->state, 0, sizes->floats[0] * sizeof(float));
    memset(w->z, 0, sizes->floats[1] * sizeof(float));
    memset(w->past, 0, sizes->floats[2] * sizeof(float));
    w->top = job->stable ? -INFINITY : 0;
    for (size_t t0 = 0; t0 < T; t0 += job->C) {
        const size_t n = T - t0 < job->C ? T - t0 : job->C;
        job->keys(job, w, k + t0 * d, n);
        for (size_t j = 0; job->stable && j < n; j++)
            tops[j] = fmaxf(j ? tops[j - 1] : w->top, w->weight[j]);
        chunk_pack(job, w, v + t0 * d, n);
        for (size_t g = 0; g < members; g++) {
            const size_t at = ((unit * members + g) * T + t0) * d;
            for (size_t r = 0; r < n; r += TILE_MR)
                chunk_strip(job, sizes, w, (const float *)job->call->operand[0] + at + r * d,
                            (float *)job->call->operand[3] + at + r * d, t0, r, n - r < TILE_MR ? n - r : TILE_MR,
                            tops + r);
        }
        chunk_remember(job, sizes, w, n, tops[n - 1]);
    }
}

/* workspace: chunk_bytes(job) */
static void chunk_run(const chunk_job *job, void *workspace)
{
    const chunk_sizes sizes = chunk_sizes_of(job);
#pragma omp parallel num_threads(job->problem->threads) if (job->problem->threads > 1)
    {
        chunk_bench w = chunk_bench_at(&sizes, (float *)workspace + (size_t)omp_get_thread_num() * sizes.total);
#pragma omp for schedule(static)
        for (size_t unit = 0; unit < job->problem->batch * job->problem->kv_heads; unit++)
            chunk_unit(job, &sizes, &w, unit);
    }
}

/* What chunk_run multiplies, features not counted: the 3 m + d a token of the useful count, and per strip whole panels. */
static uint64_t chunk_flops(const chunk_job *job)
{
    const as_problem *p = job->problem;
    const uint64_t d_room = tile_up(p->head_dim, VF_N), m = job->m, T = p->length;
    uint64_t row = 0;
    for (uint64_t r = 0; r < job->C && r < T; r += TILE_MR) {
        const uint64_t whole = T / job->C, rest = T % job->C;
        const uint64_t full = job->C - r < TILE_MR ? job->C - r : TILE_MR;
        const uint64_t last = rest <= r ? 0 : rest - r < TILE_MR ? rest - r : TILE_MR;
        row += whole * full * (tile_up(r + full, TILE_NR) * m + (r + full) * d_room);
        row += last * (tile_up(r + last, TILE_NR) * m + (r + last) * d_room);
    }
    row += T * m * d_room;
    return p->batch * (2 * p->heads * row + 2 * p->kv_heads * T * m * d_room + T * (p->kv_heads * m + p->heads * (2 * m + p->head_dim)));
}

#endif
