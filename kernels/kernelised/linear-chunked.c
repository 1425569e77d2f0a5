/* linear-chunked.c: linear attention (elu + 1) in chunks on the tile room: a state between chunks, a masked product
 * inside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <string.h>

#include "kernelised/kernelised.h"
#include "tile/dtype.h"
#include "tile/element.h"
#include "tile/pack.h"
#include "tile/wide.h"
#include "vec/elu.h"

#if defined AS_ISA_amx

#include "kernelised/amx_linear.h"

#else

/* A unit is a key head; its query heads share keys, values and state. For each chunk of C tokens:
 *   1. own <- features of the keys, row by row; right <- values, below the state
 *   2. for each query head and strip of STRIP queries: left <- features of the queries, transposed; below them own
 * times left: the products with z, then the weights of the chunk's keys, those of later tokens made 0. Everything that
 * a query is multiplied by is one column of left now, everything that it multiplies one row of right: o = left^T right.
 *   3. state += own^T values; z += own's rows
 * The weights of a query lie in one lane, so their sum takes no sum over lanes. */
enum {
    STRIP = 16,
    PIECE = 160,  /* rows of right that stay in the first level while a strip passes */
    LONGEST = 64, /* chunk where none is asked for: a quarter of d, up to this */
    ASKED = 64,   /* floats of each operand that are asked for at a time */
    SIDE = 4,     /* vectors whose features are worked out side by side */
};

/* What one thread works with. */
typedef struct {
    float *own;   /* pieces of WIDE_KC columns: (1 + C, WIDE_KC) each: z, then features of the chunk's keys */
    float *left;  /* (m + 1 + C, STRIP), and room for SIDE - 1 rows */
    float *right; /* panels of d: (m + 1 + C, panel) each: state, a row of zeros for z's products, the chunk's values */
    float *rows;  /* (STRIP, tile_up(d, SIDE)) queries of a strip that is not whole, or ends within SIDE columns */
    float *out;   /* (STRIP, WIDE_NR) a strip's outputs in a panel that ends within a vector */
    float *wide;  /* bfloat16: (4, C, d) a chunk's k, v, q and o as float32 */
} bench;

enum { ROOMS = 6 };

typedef struct {
    const as_problem *problem;
    const as_call *call;
    size_t d, room, C, depth; /* m = d; room: whole vectors */
    size_t floats[ROOMS], total;
} job;

static job linear_chunked_make(const as_problem *p, const as_call *call)
{
    const size_t d = p->head_dim, quarter = tile_up((d + 3) / 4, STRIP), suits = quarter < LONGEST ? quarter : LONGEST;
    const size_t C = p->param[0] ? p->param[0] : suits, room = tile_up(d, VF_N), depth = d + 1 + C;
    const size_t left =
        d + SIDE + C; /* a row below the last column may be written with it, before it gets what is its own */
    job j = {p,
             call,
             d,
             room,
             C,
             depth,
             {(1 + C) * tile_up(d, WIDE_KC), left * STRIP, depth * room, STRIP * tile_up(d, SIDE), STRIP * WIDE_NR,
              p->dtype == AS_F32 ? 0 : 4 * C * d},
             0};
    for (size_t i = 0; i < ROOMS; i++)
        j.total += j.floats[i] = tile_up(j.floats[i], 16);
    return j;
}

static bench bench_at(const job *j, float *memory)
{
    float *at[ROOMS];
    for (size_t i = 0; i < ROOMS; memory += j->floats[i], i++)
        at[i] = memory;
    return (bench){at[0], at[1], at[2], at[3], at[4], at[5]};
}

static size_t panel_vectors(const job *j, size_t x)
{
    const size_t left = (j->room - x * WIDE_NR) / VF_N;
    return left < WIDE_NV ? left : WIDE_NV;
}

/* Panel x of right, and how many vectors wide it is. */
static float *panel(const job *j, const bench *w, size_t x, size_t *nv)
{
    *nv = panel_vectors(j, x);
    return w->right + x * WIDE_NR * j->depth;
}

/* The piece of own that begins with column c, and how many columns it has. */
static float *piece(const job *j, const bench *w, size_t c, size_t *n)
{
    *n = j->d - c < WIDE_KC ? j->d - c : WIDE_KC;
    return w->own + c * (1 + j->C);
}

/* phi of x (n) to y (n, to whole vectors) */
static void features(const float *x, size_t n, float *y)
{
    size_t c = 0;
    for (vf side[SIDE]; c + SIDE * VF_N <= n; c += SIDE * VF_N) {
        VF_UNROLL
        for (size_t k = 0; k < SIDE; k++)
            side[k] = vf_load(x + c + k * VF_N);
        vf_elu1_four(side);
        VF_UNROLL
        for (size_t k = 0; k < SIDE; k++)
            vf_store(y + c + k * VF_N, side[k]);
    }
    for (; c < n; c += VF_N)
        vf_store(y + c, vf_elu1(n - c < VF_N ? vf_load_n(x + c, n - c) : vf_load(x + c)));
}

/* own's rows below z = phi of k (n,d) */
static void linear_chunked_keys(const job *j, const bench *w, const float *k, size_t n)
{
    for (size_t c = 0, columns; c < j->d; c += columns) {
        float *to = piece(j, w, c, &columns) + WIDE_KC;
        for (size_t i = 0; i < n; i++)
            features(k + i * j->d + c, columns, to + i * WIDE_KC);
    }
}

/* to (n; to whole vectors where `room`) = from (n), at most a panel's width */
static inline void copy(float *to, const float *from, size_t n, bool room)
{
    if (n >= WIDE_NR) {
        VF_UNROLL
        for (size_t y = 0; y < WIDE_NR; y += VF_N)
            vf_store(to + y, vf_load(from + y));
        return;
    }
    for (size_t y = 0; y < n; y += VF_N) {
        const size_t left = n - y < VF_N ? n - y : VF_N;
        vf_store_n(to + y, vf_load_n(from + y, left), room ? VF_N : left);
    }
}

/* Rows of q (rows,d) with room for whole strips and for SIDE columns at a time; what is in that room does not matter.
 */
static const float *padded(const job *j, const float *q, size_t rows, const bench *w, size_t *ld)
{
    *ld = j->d;
    if (rows == STRIP && j->d % SIDE == 0)
        return q;
    *ld = tile_up(j->d, SIDE);
    memset(w->rows, 0, STRIP * *ld * sizeof(float));
    for (size_t r = 0; r < rows; r++)
        memcpy(w->rows + r * *ld, q + r * j->d, j->d * sizeof(float));
    return w->rows;
}

/* left (d,STRIP) = phi of rows of q (rows,d), transposed. */
static void columns(const job *j, const float *q, size_t rows, const bench *w)
{
    size_t ld;
    const float *from = padded(j, q, rows, w, &ld);
    for (size_t y = 0; y < STRIP; y += VF_N)
        for (size_t c = 0; c < j->d; c += SIDE) {
            vf side[SIDE];
            vf_columns(from + y * ld + c, ld, side);
            vf_elu1_four(side);
            VF_UNROLL
            for (size_t k = 0; k < SIDE; k++)
                vf_store(w->left + (c + k) * STRIP + y, side[k]);
        }
}

static void pack_values(const job *j, const bench *w, const float *v, size_t n)
{
    for (size_t x = 0, nv; x * WIDE_NR < j->d; x++) {
        float *to = panel(j, w, x, &nv) + (j->d + 1) * nv * VF_N;
        for (size_t i = 0; i < n; i++)
            copy(to + i * nv * VF_N, v + i * j->d + x * WIDE_NR, j->d - x * WIDE_NR, true);
    }
}

/* Where the next chunk's tokens are: asked for little by little, between all products, as all at once would hold up the
 * loads of this chunk. */
typedef struct {
    const float *k, *v, *q, *o;
    size_t members, per_member, at, end; /* floats */
} ahead;

/* A number of lines that is always the same: the end of a loop over fewer would be guessed wrongly as often as they
 * come. */
static inline void fetch(const float *x)
{
    VF_UNROLL
    for (size_t i = 0; i < ASKED; i += 16)
        __builtin_prefetch(x + i, 0, 2);
}

static void ask(ahead *a)
{
    if (a->at >= a->end)
        return;
    fetch(a->k + a->at);
    fetch(a->v + a->at);
    for (size_t g = 0; g < a->members; g++) {
        fetch(a->q + g * a->per_member + a->at);
        fetch(a->o + g * a->per_member + a->at);
    }
    a->at += ASKED;
}

/* left for the strip of queries r0.. of the chunk; one over the sum of weights of each to `share`. */
static void strip_left(const job *j, const bench *w, const float *q, size_t r0, size_t rows, size_t keys,
                       float share[STRIP])
{
    float *weight = w->left + j->d * STRIP;
    columns(j, q, rows, w);
    for (size_t c = 0, n; c < j->d; c += n) {
        const float *own = piece(j, w, c, &n);
        for (size_t y = 0; y < STRIP; y += WIDE_NR)
            wide_multiply_rows(1 + keys, STRIP < WIDE_NR ? STRIP / VF_N : WIDE_NV, n, own, w->left + c * STRIP + y,
                               STRIP, weight + y, STRIP, c > 0);
    }
    for (size_t k = r0 + 1; k < keys; k++) /* queries before the key */
        for (size_t y = 0; y < k - r0; y += VF_N)
            vf_store_n(weight + (1 + k) * STRIP + y, vf_zero(), k - r0 - y < VF_N ? k - r0 - y : VF_N);
    for (size_t y = 0; y < STRIP; y += VF_N) {
        vf sum = vf_load(weight + y);
        for (size_t k = 1; k <= keys; k++)
            sum = vf_add(sum, vf_load(weight + k * STRIP + y));
        vf_store(share + y, vf_div(vf_set(1), sum));
    }
}

/* Queries r0 .. r0+rows-1 of the chunk. A block of rows stops at the last key that one of them sees. A panel of whole
 * vectors is summed up where it belongs, another one in out first, as there may be no room behind o. */
static void strip(const job *j, const bench *w, const float *q, float *o, size_t r0, size_t rows, ahead *next)
{
    const size_t before = j->d + 1 + r0, pieces = (before + rows + PIECE - 1) / PIECE;
    float share[STRIP];
    strip_left(j, w, q, r0, rows, r0 + rows, share);
    ask(next);
    for (size_t x = 0, nv; x * WIDE_NR < j->d; x++) {
        const float *right = panel(j, w, x, &nv);
        const bool whole = x * WIDE_NR + nv * VF_N <= j->d;
        const size_t ld = whole ? j->d : WIDE_NR;
        float *sums = whole ? o + x * WIDE_NR : w->out;
        for (size_t i = 0; i < pieces; i++) {
            const size_t from = (before + rows) * i / pieces, to = (before + rows) * (i + 1) / pieces;
            for (size_t r = 0, n; r < rows; r += n) {
                n = wide_next(rows - r, (int)nv);
                const size_t sees = before + r + n, until = sees < to ? sees : to;
                if (from < until)
                    wide_multiply(n, (int)nv, until - from, w->left + from * STRIP + r, STRIP, right + from * nv * VF_N,
                                  nv * VF_N, sums + r * ld, ld, i > 0, until == sees ? share + r : NULL);
                ask(next);
            }
        }
        for (size_t r = 0; !whole && r < rows; r++)
            copy(o + r * j->d + x * WIDE_NR, w->out + r * WIDE_NR, j->d - x * WIDE_NR, false);
    }
}

/* The chunk's n keys join z. */
static void sum_keys(const job *j, const bench *w, size_t n)
{
    for (size_t from = 0, columns; from < j->d; from += columns) {
        float *z = piece(j, w, from, &columns);
        for (size_t c = 0; c < columns; c += VF_N) {
            vf sum = vf_load(z + c);
            for (size_t i = 1; i <= n; i++)
                sum = vf_add(sum, vf_load(z + i * WIDE_KC + c));
            vf_store(z + c, sum);
        }
    }
}

/* The chunk's n keys and values join the state, and the keys z. */
static void remember(const job *j, const bench *w, size_t n, ahead *next)
{
    sum_keys(j, w, n);
    for (size_t x = 0, nv; x * WIDE_NR < j->d; x++) {
        float *state = panel(j, w, x, &nv);
        const float *values = state + (j->d + 1) * nv * VF_N;
        for (size_t c = 0, columns; c < j->d; c += columns) {
            const float *first = piece(j, w, c, &columns) + WIDE_KC;
            for (size_t i = 0, rows; i < columns; i += rows) {
                rows = wide_next(columns - i, WIDE_NV);
                wide_add(rows, (int)nv, n, first + i, WIDE_KC, values, state + (c + i) * nv * VF_N);
                ask(next);
            }
        }
    }
}

/* A chunk of n tokens: its keys and values; then strips of queries, n of them for each of `members`, `ld` elements from
 * one member to the next. */
static void chunk_keys(const job *j, const bench *w, const float *k, const float *v, size_t n, ahead *next)
{
    linear_chunked_keys(j, w, k, n);
    ask(next);
    pack_values(j, w, v, n);
}

static void chunk_queries(const job *j, const bench *w, const float *q, float *o, size_t n, ahead *next)
{
    for (size_t r = 0; r < n; r += STRIP)
        strip(j, w, q + r * j->d, o + r * j->d, r, n - r < STRIP ? n - r : STRIP, next);
}

static void unit_f32(const job *j, const bench *w, size_t unit)
{
    const as_problem *p = j->problem;
    const size_t d = j->d, T = p->length, members = p->heads / p->kv_heads;
    const float *q = (const float *)j->call->operand[0] + unit * members * T * d;
    const float *k = (const float *)j->call->operand[1] + unit * T * d;
    const float *v = (const float *)j->call->operand[2] + unit * T * d;
    float *o = (float *)j->call->operand[3] + unit * members * T * d;
    for (size_t t0 = 0; t0 < T; t0 += j->C) {
        const size_t n = T - t0 < j->C ? T - t0 : j->C, end = t0 + n, left = T - end < j->C ? T - end : j->C;
        ahead next = {k + end * d, v + end * d, q + end * d, o + end * d, members, T * d, 0, left * d};
        chunk_keys(j, w, k + t0 * d, v + t0 * d, n, &next);
        for (size_t g = 0; g < members; g++)
            chunk_queries(j, w, q + (g * T + t0) * d, o + (g * T + t0) * d, n, &next);
        remember(j, w, n, &next);
        while (next.at < next.end)
            ask(&next);
    }
}

/* The same, widened chunk by chunk. */
static void unit_bf16(const job *j, const bench *w, size_t unit)
{
    const as_problem *p = j->problem;
    const size_t d = j->d, T = p->length, members = p->heads / p->kv_heads, each = j->C * d;
    const uint16_t *q = (const uint16_t *)j->call->operand[0] + unit * members * T * d;
    const uint16_t *k = (const uint16_t *)j->call->operand[1] + unit * T * d;
    const uint16_t *v = (const uint16_t *)j->call->operand[2] + unit * T * d;
    uint16_t *o = (uint16_t *)j->call->operand[3] + unit * members * T * d;
    ahead none = {.end = 0};
    for (size_t t0 = 0; t0 < T; t0 += j->C) {
        const size_t n = T - t0 < j->C ? T - t0 : j->C;
        tile_widen(k + t0 * d, n * d, n * d, w->wide);
        tile_widen(v + t0 * d, n * d, n * d, w->wide + each);
        chunk_keys(j, w, w->wide, w->wide + each, n, &none);
        for (size_t g = 0; g < members; g++) {
            tile_widen(q + (g * T + t0) * d, n * d, n * d, w->wide + 2 * each);
            chunk_queries(j, w, w->wide + 2 * each, w->wide + 3 * each, n, &none);
            tile_round(w->wide + 3 * each, n * d, o + (g * T + t0) * d);
        }
        remember(j, w, n, &none);
    }
}

static void unit_run(const job *j, const as_call *call, const bench *w, size_t unit)
{
    (void)call;
    memset(w->own, 0, j->floats[0] * sizeof(float));
    memset(w->right, 0, j->floats[2] * sizeof(float));
    if (j->problem->dtype == AS_F32)
        unit_f32(j, w, unit);
    else
        unit_bf16(j, w, unit);
}

static size_t job_floats(const job *j) { return j->total; }

/* Blocks of rows r0 .. r0+rows-1 of the chunk with their rows of right, and a factor for each output. */
static uint64_t strip_flops(const job *j, uint64_t r0, uint64_t rows)
{
    uint64_t sum = rows * j->d;
    for (size_t x = 0; x * WIDE_NR < j->d; x++) {
        const size_t nv = panel_vectors(j, x);
        for (uint64_t r = 0, n; r < rows; r += n) {
            n = wide_next(rows - r, (int)nv);
            sum += n * 2 * (j->d + 1 + r0 + r + n) * nv * VF_N;
        }
    }
    return sum;
}

/* What run multiplies: whole strips of queries with z and the keys, then each query's rows of right; and keys into the
 * state. Besides, a sum of each strip's weights, and one of the keys' features. */
static uint64_t flops(const as_problem *p)
{
    const job j = linear_chunked_make(p, NULL);
    const uint64_t d = j.d, room = j.room, T = p->length;
    uint64_t queries = 0;
    for (uint64_t t0 = 0; t0 < T; t0 += j.C) {
        const uint64_t n = T - t0 < j.C ? T - t0 : j.C;
        for (uint64_t r = 0; r < n; r += STRIP) {
            const uint64_t rows = n - r < STRIP ? n - r : STRIP;
            queries += (1 + r + rows) * STRIP * (2 * d + 1) + strip_flops(&j, r, rows);
        }
    }
    return p->batch * (p->heads * queries + p->kv_heads * T * (2 * d * room + d));
}

#endif

static void linear_chunked_run(const as_call *call)
{
    const job j = linear_chunked_make(call->problem, call);
#pragma omp parallel num_threads(j.problem->threads) if (j.problem->threads > 1)
    {
        const bench w = bench_at(&j, (float *)call->workspace + (size_t)omp_get_thread_num() * job_floats(&j));
#pragma omp for schedule(static)
        for (size_t unit = 0; unit < j.problem->batch * j.problem->kv_heads; unit++)
            unit_run(&j, call, &w, unit);
    }
}

static size_t linear_chunked_workspace(const as_problem *p)
{
    const job j = linear_chunked_make(p, NULL);
    return as_product((size_t)p->threads, job_floats(&j), sizeof(float), 1);
}

static as_work linear_chunked_work(const as_problem *p)
{
    const uint64_t features = p->batch * p->length * p->head_dim * (p->heads + p->kv_heads);
    return kernelised_work(p, kernelised_flops(p, p->head_dim), flops(p), features);
}

static bool linear_chunked_refuse(const as_problem *p, char *why, size_t cap)
{
    if (tile_refuse_dtype(p, why, cap) || as_refuse_but_causal(p, why, cap) ||
        (p->param[0] && as_refuse_more_than(p->param[0], "chunk", 256, "the longest", why, cap)))
        return true;
    if (p->length == p->context)
        return false;
    snprintf(why, cap, "takes as many queries as keys; kernelised/linear-recurrent goes on from a state");
    return true;
}

static const as_phase phases[] = {{.name = "run", .run = linear_chunked_run}, {0}};
static const as_kernel_param params[] = {
    {"chunk", 0, 256, 0, "tokens that are multiplied with each other before the state takes them in; 0: what suits d"},
    {0},
};

const as_kernel AS_KERNEL(kernelised_linear_chunked) = {
    AS_BUILTIN,
    .name = "kernelised/linear-chunked",
    .help = "linear attention, elu + 1: products of chunks, and a state of d x d between them",
    .order = "T",
    .refuse = linear_chunked_refuse,
    .operands = as_attention_operands,
    .workspace = linear_chunked_workspace,
    .work = linear_chunked_work,
    .tolerance = kernelised_tolerance,
    .phases = phases,
    .params = params,
};
