/* chunk.c: the loop over chunks of tokens and the room that it works in.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "kernelised/chunk.h"
#include "vec/exp.h"
#include "vec/row.h"

enum { CHUNK_ROOMS = 10 };
typedef struct {
    size_t d_room, floats[CHUNK_ROOMS], total;
} chunk_sizes;

static chunk_sizes chunk_sizes_of(const chunk_job *job)
{
    const size_t d_room = tile_up(job->problem->head_dim, VF_N), m = job->m;
    chunk_sizes s = {.d_room = d_room,
                     .floats = {(m + job->C) * d_room, tile_up(m, VF_N), d_room, m * TILE_STRIDE,
                                chunk_pieces(m) * TILE_MR * TILE_STRIDE, TILE_MR * TILE_STRIDE, TILE_MR * d_room,
                                TILE_STRIDE, TILE_STRIDE, job->own_floats}};
    for (size_t i = 0; i < CHUNK_ROOMS; i++)
        s.total += tile_up(s.floats[i], 16);
    return s;
}

static chunk_bench chunk_bench_at(const chunk_sizes *s, float *memory)
{
    float *at[CHUNK_ROOMS];
    for (size_t i = 0; i < CHUNK_ROOMS; memory += tile_up(s->floats[i], 16), i++)
        at[i] = memory;
    return (chunk_bench){at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7], at[8], at[9], -INFINITY};
}

/* Panel x of the state, and of the values below it: nv vectors wide. */
static inline float *chunk_state(const chunk_job *job, const chunk_bench *w, size_t x)
{
    return w->state + x * TILE_NR * (job->m + job->C);
}
static inline float *chunk_values(const chunk_job *job, const chunk_bench *w, size_t x, int nv)
{
    return chunk_state(job, w, x) + job->m * (size_t)nv * VF_N;
}

size_t chunk_bytes(const chunk_job *job)
{
    return as_product((size_t)job->problem->threads, chunk_sizes_of(job).total, sizeof(float), 1);
}

/* Values as panels. */
static void chunk_pack(const chunk_job *job, const chunk_bench *w, const float *v, size_t n)
{
    const size_t d = job->problem->head_dim;
    for (size_t i = 0; i * TILE_NR < d; i++) {
        const size_t left = d - i * TILE_NR;
        tile_pack_rows(v + i * TILE_NR, d, n, left < TILE_NR ? left : TILE_NR,
                       chunk_values(job, w, i, tile_panel_vectors(d, i)));
    }
}

/* Weights of one row r of the chunk, s[0..r], ready to be multiplied by values; 0 behind, up to n. Returns their sum,
 * to be added up. */
static inline vf chunk_weigh(const chunk_bench *w, float *s, size_t r, size_t n, float top, float spread)
{
    vf sum = vf_zero();
    for (size_t j = 0; j < n; j += VF_N) {
        const size_t seen = r + 1 > j ? r + 1 - j : 0;
        vf x = seen >= VF_N ? vf_load(s + j) : vf_load_n(s + j, seen);
        if (seen)
            x = vf_fma(x, vf_exp2(vf_sub(vf_load(w->weight + j), vf_set(top))), vf_set(spread));
        if (seen < VF_N) {
            vf_store(s + j, x);
            x = vf_load_n(s + j, seen);
        }
        vf_store(s + j, x);
        sum = vf_add(sum, x);
    }
    return sum;
}

/* Rows r0 .. r0+rows-1 of the chunk that begins at token t0. top[i]: M of each row. */
static void chunk_strip(const chunk_job *job, const chunk_sizes *sizes, const chunk_bench *w, const float *q, float *o,
                        size_t t0, size_t r0, size_t rows, const float *top)
{
    const size_t d = job->problem->head_dim, m = job->m, keys = tile_up(r0 + rows, VF_N);
    float share[TILE_MR], spread[TILE_MR], sum[TILE_MR];
    job->queries(job, w, q, rows);
    for (size_t j = 0; j < keys; j += TILE_NR)
        for (size_t i = 0; i < chunk_pieces(m); i++)
            tile_multiply_rows((int)rows, tile_panel_vectors(keys, j / TILE_NR), chunk_piece(m, i),
                               w->q + i * TILE_MR * TILE_STRIDE, w->kt + i * TILE_KC * TILE_STRIDE + j, TILE_STRIDE,
                               w->score + j, TILE_STRIDE, i > 0);
    for (size_t i = 0; i < rows; i++) {
        vf before = vf_zero(), features = vf_zero();
        for (size_t c = 0; c < m; c += VF_N) { /* the last ones behind m are made 0 */
            const vf x = vf_load(chunk_cell(w->q, i, c)),
                     mine = m - c >= VF_N ? x : vf_load_n(chunk_cell(w->q, i, c), m - c);
            before = vf_fma(mine, vf_load(w->z + c), before);
            features = vf_add(features, mine);
        }
        spread[i] = job->offset * vf_sum(features);
        share[i] = exp2f(w->top - top[i]);
        const vf mine = chunk_weigh(w, w->score + i * TILE_STRIDE, r0 + i, keys, top[i], spread[i]);
        sum[i] = spread[i] * (float)t0 + vf_sum(vf_fma(before, vf_set(share[i]), mine));
    }
    for (size_t x = 0; x * TILE_NR < d; x++) {
        const int nv = tile_panel_vectors(d, x);
        float *out = w->out + x * TILE_NR;
        chunk_multiply(rows, nv, m, w->q, chunk_state(job, w, x), out, sizes->d_room, false);
        for (size_t i = 0; i < rows; i++)
            for (int y = 0; y < nv; y++) {
                float *to = out + i * sizes->d_room + (size_t)y * VF_N;
                const vf before = vf_mul(vf_load(w->past + x * TILE_NR + (size_t)y * VF_N), vf_set(spread[i]));
                vf_store(to, vf_fma(vf_load(to), vf_set(share[i]), before));
            }
        tile_multiply((int)rows, nv, r0 + rows, w->score, chunk_values(job, w, x, nv), out, sizes->d_room, true);
    }
    for (size_t i = 0; i < rows; i++) {
        const vf factor = vf_set(1 / sum[i]);
        for (size_t c = 0; c < d; c += VF_N) {
            const vf x = vf_mul(vf_load(w->out + i * sizes->d_room + c), factor);
            if (d - c >= VF_N)
                vf_store(o + i * d + c, x);
            else
                vf_store_n(o + i * d + c, x, d - c);
        }
    }
}

/* The chunk's n keys and values join state, z and past. `top` is M at its last token. */
static void chunk_remember(const chunk_job *job, chunk_bench *w, size_t n, float top)
{
    const size_t d = job->problem->head_dim, m = job->m;
    const float fade = w->top != top ? exp2f(w->top - top) : 1;
    for (size_t j = 0; j < n; j++)
        w->scale[j] = exp2f(w->weight[j] - top);
    for (size_t i = 0; i < m; i++)
        w->z[i] = fade * w->z[i] + vf_dot(w->kt + i * TILE_STRIDE, w->scale, n);
    for (size_t x = 0; x * TILE_NR < d; x++) {
        const size_t nv = (size_t)tile_panel_vectors(d, x), width = nv * VF_N;
        float *values = chunk_values(job, w, x, (int)nv), *state = chunk_state(job, w, x);
        for (size_t i = 0; fade != 1 && i < m * width; i += VF_N)
            vf_store(state + i, vf_mul(vf_load(state + i), vf_set(fade)));
        for (size_t j = 0; j < n; j++)
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

/* Tokens of the next chunk come from memory while this one is worked on. */
static inline void chunk_fetch(const float *x, size_t floats)
{
    VF_UNROLL
    for (size_t i = 0; i < floats; i += 16)
        __builtin_prefetch(x + i, 0, 2);
}

static void chunk_unit(const chunk_job *job, const chunk_sizes *sizes, chunk_bench *w, size_t unit)
{
    const as_problem *p = job->problem;
    const size_t d = p->head_dim, T = p->length, members = p->heads / p->kv_heads;
    const float *k = (const float *)job->call->operand[1] + unit * T * d;
    const float *v = (const float *)job->call->operand[2] + unit * T * d;
    float tops[TILE_STRIDE];
    memset(w->state, 0, sizes->floats[0] * sizeof(float));
    memset(w->z, 0, sizes->floats[1] * sizeof(float));
    memset(w->past, 0, sizes->floats[2] * sizeof(float));
    w->top = -INFINITY;
    for (size_t t0 = 0; t0 < T; t0 += job->C) {
        const size_t n = T - t0 < job->C ? T - t0 : job->C;
        const size_t next = T - t0 - n < job->C ? T - t0 - n : job->C;
        chunk_fetch(k + (t0 + n) * d, next * d);
        chunk_fetch(v + (t0 + n) * d, next * d);
        job->keys(job, w, k + t0 * d, n);
        for (size_t j = 0; j < n; j++)
            tops[j] = fmaxf(j ? tops[j - 1] : w->top, w->weight[j]);
        chunk_pack(job, w, v + t0 * d, n);
        for (size_t g = 0; g < members; g++) {
            const size_t at = ((unit * members + g) * T + t0) * d;
            chunk_fetch((const float *)job->call->operand[0] + at + n * d, next * d);
            chunk_fetch((const float *)job->call->operand[3] + at + n * d, next * d);
            for (size_t r = 0; r < n; r += TILE_MR)
                chunk_strip(job, sizes, w, (const float *)job->call->operand[0] + at + r * d,
                            (float *)job->call->operand[3] + at + r * d, t0, r, n - r < TILE_MR ? n - r : TILE_MR,
                            tops + r);
        }
        chunk_remember(job, w, n, tops[n - 1]);
    }
}

void chunk_run(const chunk_job *job, void *workspace)
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

uint64_t chunk_flops(const chunk_job *job)
{
    const as_problem *p = job->problem;
    const uint64_t d_room = tile_up(p->head_dim, VF_N), m = job->m, T = p->length;
    uint64_t row = 0;
    for (uint64_t r = 0; r < job->C && r < T; r += TILE_MR) {
        const uint64_t whole = T / job->C, rest = T % job->C;
        const uint64_t full = job->C - r < TILE_MR ? job->C - r : TILE_MR;
        const uint64_t last = rest <= r ? 0 : rest - r < TILE_MR ? rest - r : TILE_MR;
        row += whole * full * (tile_up(r + full, VF_N) * m + (r + full) * d_room);
        row += last * (tile_up(r + last, VF_N) * m + (r + last) * d_room);
    }
    row += T * m * d_room;
    return p->batch * (2 * p->heads * row + 2 * p->kv_heads * T * m * d_room +
                       T * (p->kv_heads * m + p->heads * (2 * m + p->head_dim)));
}
