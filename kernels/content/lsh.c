/* lsh.c: Reformer's attention (Kitaev et al., 2020): tokens whose shared query and key hash alike are sorted side by
 * side and attend within their neighbourhood. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "content/lsh.h"
#include "tile/pack.h"
#include "tile/softmax.h"
#include "vec/row.h"

/* Per round: bucket(x) = argmax of [xR; -xR], R (d, buckets/2) normal and the round's own; tokens are sorted by
 * (bucket, position) and cut into chunks of m. A query sees, of its own chunk and the one before, the tokens earlier
 * than itself: keys are the queries divided by their length. A key seen in two rounds counts twice, as merging the
 * rounds by the logarithms of their sums has it. Who sees nobody in any round sees itself, and only then. */

static size_t d_room(const as_problem *p) { return tile_up(p->head_dim, VF_N); }
static size_t pieces(size_t n) { return (n + TILE_KC - 1) / TILE_KC; }
static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Cells of a strip of rows, in pieces of TILE_KC. */
static float *cell(float *strip, size_t i, size_t c)
{
    return strip + (c / TILE_KC * TILE_MR + i) * TILE_STRIDE + c % TILE_KC;
}

/* C = strip (rows x d) b (d x nv vectors) */
static void multiply(size_t rows, int nv, size_t d, const float *strip, const float *b, float *c, size_t ldc)
{
    for (size_t x = 0; x < pieces(d); x++)
        tile_multiply((int)rows, nv, least(d - x * TILE_KC, TILE_KC), strip + x * TILE_MR * TILE_STRIDE,
                      b + x * TILE_KC * (size_t)nv * VF_N, c, ldc, x > 0);
}

/* ---- once: the rotations */

static void prepare(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t n = p->head_dim * lsh_half(p);
    float *r = call->operand[LSH_ROTATIONS];
    for (size_t i = 0; i < lsh_rounds(p) * n; i++)
        r[i] = lsh_rotation(p, i / n, i % n);
}

/* ---- select: hash and sort */

typedef struct {
    size_t strip, hash, panels, count, thread; /* floats */
} hash_sizes;

static hash_sizes hash_sizes_of(const as_problem *p)
{
    hash_sizes s = {.strip = pieces(p->head_dim) * TILE_MR * TILE_STRIDE};
    s.hash = TILE_MR * tile_up(lsh_half(p), TILE_NR);
    s.panels = tile_up(p->head_dim * tile_up(lsh_half(p), VF_N), 16);
    s.count = tile_up(lsh_buckets(p) + 1, 16);
    s.thread = tile_up(s.strip + s.hash, 16) + s.panels + s.count;
    return s;
}

/* x (n) is a row of xR. */
static size_t bucket_of(const float *x, size_t n)
{
    size_t high = 0, low = 0;
    for (size_t i = 1; i < n; i++) {
        high = x[i] > x[high] ? i : high;
        low = x[i] < x[low] ? i : low;
    }
    return x[high] >= -x[low] ? high : n + low;
}

/* Buckets of the T tokens x (T,d), R packed as panels. */
static void hash(const as_problem *p, const float *x, const float *panels, float *strip, float *product, float *bucket)
{
    const size_t d = p->head_dim, half = lsh_half(p), ld = tile_up(half, TILE_NR);
    for (size_t t = 0; t < p->length; t += TILE_MR) {
        const size_t rows = least(p->length - t, TILE_MR);
        for (size_t i = 0; i < rows; i++)
            for (size_t c = 0; c < d; c++)
                *cell(strip, i, c) = x[(t + i) * d + c];
        for (size_t j = 0; j * TILE_NR < half; j++)
            multiply(rows, tile_panel_vectors(half, j), d, strip, panels + j * TILE_NR * d, product + j * TILE_NR, ld);
        for (size_t i = 0; i < rows; i++)
            bucket[t + i] = (float)bucket_of(product + i * ld, half);
    }
}

/* order (T): positions sorted by bucket, and by position within a bucket. count: (buckets + 1) */
static void sort(const as_problem *p, const float *bucket, uint32_t *count, float *order)
{
    memset(count, 0, (lsh_buckets(p) + 1) * sizeof *count);
    for (size_t t = 0; t < p->length; t++)
        count[(size_t)bucket[t] + 1]++;
    for (size_t i = 1; i < lsh_buckets(p); i++)
        count[i] += count[i - 1];
    for (size_t t = 0; t < p->length; t++)
        order[count[(size_t)bucket[t]]++] = (float)t;
}

static void lsh_choose(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t d = p->head_dim, T = p->length, rounds = lsh_rounds(p), half = lsh_half(p);
    const hash_sizes s = hash_sizes_of(p);
#pragma omp parallel num_threads(p->threads) if (p->threads > 1)
    {
        float *strip = (float *)call->workspace + (size_t)omp_get_thread_num() * s.thread, *product = strip + s.strip;
        float *panels = strip + tile_up(s.strip + s.hash, 16), *count = panels + s.panels;
#pragma omp for schedule(static)
        for (size_t i = 0; i < p->batch * p->heads * rounds; i++) {
            const float *r = (const float *)call->operand[LSH_ROTATIONS] + i % rounds * d * half;
            float *bucket = (float *)call->operand[LSH_BUCKET] + i * T;
            for (size_t j = 0; j * TILE_NR < half; j++)
                tile_pack_rows(r + j * TILE_NR, half, d, least(half - j * TILE_NR, TILE_NR), panels + j * TILE_NR * d);
            if (half)
                hash(p, (const float *)call->operand[LSH_QK] + i / rounds * T * d, panels, strip, product, bucket);
            else
                memset(bucket, 0, T * sizeof *bucket);
            sort(p, bucket, (uint32_t *)(void *)count, (float *)call->operand[LSH_ORDER] + i * T);
        }
    }
}

/* ---- attend: a chunk against itself and the one before */

/* A thread's own. The window of a chunk is up to 2 m keys. */
typedef struct {
    float *keys;     /* panels: (d, TILE_NR) each */
    float *values;   /* panels of d: (window, panel) each */
    float *position; /* (window), -1 behind */
    float *q, *score, *out;
    float *max, *sum;
} bench;

typedef struct {
    size_t window, state, floats[8], thread;
} attend_sizes;

static attend_sizes attend_sizes_of(const as_problem *p)
{
    attend_sizes s = {.window = tile_up(least(2 * lsh_chunk(p), p->length), TILE_NR)};
    const size_t floats[8] = {
        s.window * p->head_dim, s.window * d_room(p), s.window, pieces(p->head_dim) * TILE_MR * TILE_STRIDE,
        TILE_MR * TILE_STRIDE,  TILE_MR * d_room(p),  TILE_MR,  TILE_MR * VF_N};
    memcpy(s.floats, floats, sizeof floats);
    for (size_t i = 0; i < 8; i++)
        s.thread += tile_up(floats[i], 16);
    s.state = tile_up(p->batch * p->heads * p->length * (p->head_dim + 2), 16);
    return s;
}

static bench bench_at(const attend_sizes *s, float *memory)
{
    float *at[8];
    for (size_t i = 0; i < 8; memory += tile_up(s->floats[i], 16), i++)
        at[i] = memory;
    return (bench){at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]};
}

/* The n tokens order[0..n-1] of x (T,d) and v (T,d) as keys of length 1 and values. */
static void pack_window(const as_problem *p, const bench *w, const float *x, const float *v, const float *order,
                        size_t n)
{
    const size_t d = p->head_dim, room = tile_up(n, TILE_NR);
    for (size_t j = 0; j < room; j++) {
        const float *key = x + (j < n ? (size_t)order[j] : 0) * d;
        const float unit = j < n ? 1 / sqrtf(vf_dot(key, key, d)) : 0;
        float *panel = w->keys + j / TILE_NR * TILE_NR * d + j % TILE_NR;
        for (size_t c = 0; c < d; c++)
            panel[c * TILE_NR] = key[c] * unit;
        w->position[j] = j < n ? order[j] : INFINITY;
        for (size_t i = 0; i * TILE_NR < d; i++)
            tile_pack_rows(v + (j < n ? (size_t)order[j] : 0) * d + i * TILE_NR, d, 1, least(d - i * TILE_NR, TILE_NR),
                           w->values + i * TILE_NR * room + j * (size_t)tile_panel_vectors(d, i) * VF_N);
    }
}

/* State of a token between rounds: max, sum, output not yet divided. */
static void load_rows(const as_problem *p, const bench *w, const float *x, const float *state, const float *order,
                      size_t rows, bool begin)
{
    const size_t d = p->head_dim;
    memset(w->sum, 0, rows * VF_N * sizeof(float));
    memset(w->out, 0, rows * d_room(p) * sizeof(float));
    for (size_t i = 0; i < rows; i++) {
        const size_t t = (size_t)order[i];
        for (size_t c = 0; c < d; c++)
            *cell(w->q, i, c) = x[t * d + c] * p->scale * AS_LOG2E;
        w->max[i] = -INFINITY;
        if (begin)
            continue;
        w->max[i] = state[t * (d + 2)];
        w->sum[i * VF_N] = state[t * (d + 2) + 1];
        memcpy(w->out + i * d_room(p), state + t * (d + 2) + 2, d * sizeof(float));
    }
}

static void store_rows(const as_problem *p, const bench *w, float *state, const float *order, size_t rows)
{
    const size_t d = p->head_dim;
    for (size_t i = 0; i < rows; i++) {
        float *to = state + (size_t)order[i] * (d + 2);
        to[0] = w->max[i];
        to[1] = vf_sum(vf_load(w->sum + i * VF_N));
        memcpy(to + 2, w->out + i * d_room(p), d * sizeof *to);
    }
}

/* `rows` rows, already loaded, over the window's keys [from, from+n); `room` keys are packed. */
static void strip_block(const as_problem *p, const bench *w, const float *order, size_t rows, size_t from, size_t n,
                        size_t room)
{
    const size_t d = p->head_dim;
    for (size_t j = 0; j < n; j += TILE_NR)
        multiply(rows, TILE_NV, d, w->q, w->keys + (from + j) * d, w->score + j, TILE_STRIDE);
    for (size_t i = 0; i < rows; i++) {
        float *s = w->score + i * TILE_STRIDE, *out = w->out + i * d_room(p);
        for (size_t j = 0; j < n; j++)
            s[j] = w->position[from + j] < order[i] ? s[j] : -INFINITY;
        const float scale = tile_softmax_row(s, n, &w->max[i], &w->sum[i * VF_N]);
        for (size_t c = 0; scale != 1 && c < d_room(p); c += VF_N)
            vf_store(out + c, vf_mul(vf_load(out + c), vf_set(scale)));
    }
    for (size_t i = 0; i * TILE_NR < d; i++) {
        const int nv = tile_panel_vectors(d, i);
        tile_multiply((int)rows, nv, n, w->score, w->values + i * TILE_NR * room + from * (size_t)nv * VF_N,
                      w->out + i * TILE_NR, d_room(p), true);
    }
}

static void chunk(const as_call *call, const bench *w, float *states, size_t unit, size_t round, size_t c)
{
    const as_problem *p = call->problem;
    const size_t T = p->length, d = p->head_dim, m = lsh_chunk(p);
    const float *order = (const float *)call->operand[LSH_ORDER] + (unit * lsh_rounds(p) + round) * T;
    const float *x = (const float *)call->operand[LSH_QK] + unit * T * d,
                *v = (const float *)call->operand[LSH_V] + unit * T * d;
    const size_t first = c ? (c - 1) * m : 0, begin = c * m, end = least(begin + m, T);
    float *state = states + unit * T * (d + 2);
    pack_window(p, w, x, v, order + first, end - first);
    const size_t room = tile_up(end - first, TILE_NR);
    for (size_t i = begin; i < end; i += TILE_MR) {
        const size_t rows = least(end - i, TILE_MR);
        load_rows(p, w, x, state, order + i, rows, round == 0);
        for (size_t from = 0; from < room; from += TILE_KC)
            strip_block(p, w, order + i, rows, from, least(room - from, TILE_KC), room);
        store_rows(p, w, state, order + i, rows);
    }
}

static void finish(const as_call *call, const float *state, size_t i)
{
    const size_t d = call->problem->head_dim;
    const float *from = state + i * (d + 2), *v = (const float *)call->operand[LSH_V] + i * d;
    float *o = (float *)call->operand[LSH_O] + i * d;
    for (size_t c = 0; c < d; c++)
        o[c] = from[0] == -INFINITY ? v[c] : from[2 + c] * (1 / from[1]); /* saw nobody: itself */
}

static void lsh_attend(const as_call *call)
{
    const as_problem *p = call->problem;
    const attend_sizes s = attend_sizes_of(p);
    const size_t units = p->batch * p->heads, chunks = (p->length + lsh_chunk(p) - 1) / lsh_chunk(p);
    float *states = call->workspace;
#pragma omp parallel num_threads(p->threads) if (p->threads > 1)
    {
        const bench w = bench_at(&s, states + s.state + (size_t)omp_get_thread_num() * s.thread);
        for (size_t round = 0; round < lsh_rounds(p); round++) {
#pragma omp for schedule(static)
            for (size_t i = 0; i < units * chunks; i++)
                chunk(call, &w, states, i / chunks, round, i % chunks);
        }
#pragma omp for schedule(static)
        for (size_t i = 0; i < units * p->length; i++)
            finish(call, states, i);
    }
}

/* ---- the descriptor */

/* Pairs that a query sees, each as often as rounds show it. */
static uint64_t chosen(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t T = p->length, m = lsh_chunk(p);
    uint64_t pairs = 0;
    for (size_t i = 0; i < p->batch * p->heads * lsh_rounds(p); i++) {
        const float *order = (const float *)call->operand[LSH_ORDER] + i * T;
        for (size_t a = 0; a < T; a++) {
            const size_t begin = a / m * m;
            for (size_t b = begin < m ? 0 : begin - m; b < least(begin + m, T); b++)
                pairs += order[b] < order[a];
        }
    }
    return pairs;
}

static size_t lsh_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t B = p->batch, H = p->heads, T = p->length, d = p->head_dim, rounds = lsh_rounds(p);
    const size_t half = lsh_half(p) ? lsh_half(p) : 1;
    out[LSH_QK] = AS_OPERAND("qk", AS_IN, AS_FILL_NORMAL, AS_F32, B, H, T, d);
    out[LSH_V] = AS_OPERAND("v", AS_IN, AS_FILL_NORMAL, AS_F32, B, H, T, d);
    out[LSH_O] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, AS_F32, B, H, T, d);
    out[LSH_ROTATIONS] = AS_OPERAND("rotations", AS_OUT, AS_FILL_ZERO, AS_F32, rounds, d, half);
    out[LSH_BUCKET] = AS_OPERAND("bucket", AS_OUT, AS_FILL_ZERO, AS_F32, B, H, rounds, T);
    out[LSH_ORDER] = AS_OPERAND("order", AS_OUT, AS_FILL_ZERO, AS_F32, B, H, rounds, T);
    return 6;
}

static size_t lsh_workspace(const as_problem *p)
{
    const attend_sizes a = attend_sizes_of(p);
    const size_t hash = as_product((size_t)p->threads, hash_sizes_of(p).thread, sizeof(float), 1);
    const size_t threads = as_product((size_t)p->threads, a.thread, sizeof(float), 1);
    size_t attend;
    if (threads == SIZE_MAX || __builtin_add_overflow(threads, a.state * sizeof(float), &attend))
        return SIZE_MAX;
    return hash > attend ? hash : attend;
}

/* Hashing 2 d (buckets/2) a token and round. Then, as published, all pairs of a chunk with itself and the one before, 4
 * d each: which of them a query may see, about half, is known only when the content is (`chosen`). */
static as_work lsh_work(const as_problem *p)
{
    const uint64_t d = p->head_dim, T = p->length, m = lsh_chunk(p), half = lsh_half(p),
                   half_room = tile_up(half, VF_N);
    const uint64_t times = lsh_rounds(p) * p->heads * p->batch;
    uint64_t pairs = 0, executed = 0;
    for (uint64_t begin = 0; begin < T; begin += m) {
        const uint64_t rows = least(m, T - begin), window = rows + (begin ? m : 0);
        pairs += rows * window;
        executed += rows * tile_up(window, TILE_NR) * 2 * (d + d_room(p));
    }
    as_work work = as_attention_work(p, times * (executed + 2 * d * half_room * T));
    work.flops_useful = times * (4 * d * pairs + 2 * d * half * T);
    work.exps = times * pairs;
    work.bytes_min = 4 * p->batch * p->heads * T * (3 * d + 2 * lsh_rounds(p));
    return work;
}

static bool lsh_refuse(const as_problem *p, char *why, size_t cap)
{
    if (as_refuse_but_f32(p, why, cap) || as_refuse_but_causal(p, why, cap) ||
        as_refuse_more_than(lsh_buckets(p), "buckets", p->length, "the length", why, cap) ||
        as_refuse_more_than(lsh_chunk(p), "m", p->length, "the length", why, cap) ||
        as_refuse_more_than(lsh_rounds(p), "rounds", 64, "what is allowed", why, cap) ||
        as_refuse_more_than(p->length, "the length", (size_t)1 << 24, "what float32 counts exactly", why, cap))
        return true;
    if (lsh_buckets(p) > 1 && lsh_buckets(p) % 2)
        return as_refuse(why, cap, "%zu buckets do not divide by two: each direction of the hash makes two, x and -x",
                         lsh_buckets(p));
    if (p->heads != p->kv_heads || p->length != p->context)
        return as_refuse(why, cap, "queries are the keys here: takes kv_heads = heads and context = length");
    return false;
}

static const as_phase phases[] = {{.name = "prepare", .once = true, .run = prepare},
                                  {.name = "select", .run = lsh_choose},
                                  {.name = "attend", .run = lsh_attend},
                                  {0}};
static const as_kernel_param params[] = {
    {"buckets", 1, 65536, 16, "1, or an even number: what a round's hash tells apart"},
    {"m", 1, (uint64_t)1 << 24, 64, "tokens of a chunk; a query sees its own and the one before"},
    {"rounds", 1, 64, 2, "hashings, merged by the logarithms of their sums"},
    {"seed", 0, (uint64_t)1 << 53, 1, "of the rotations"},
    {0},
};

const as_kernel AS_KERNEL(content_lsh) = {
    AS_BUILTIN,
    .name = "content/lsh",
    .help =
        "Reformer: shared queries and keys, hashed, sorted and cut into chunks; linear at fixed buckets, m and rounds",
    .order = "T",
    AS_CALLBACKS(lsh_refuse, lsh_operands, lsh_workspace, lsh_work, as_attention_tolerance),
    .phases = phases,
    .params = params,
    .chosen = chosen,
};
