/* select.c: every query scores its candidates on the tile room and keeps the best k of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "content/content.h"
#include "tile/pack.h"
#include "vec/row.h"

#define CONTENT_QUERIES (8 * TILE_MR) /* rows that are scored together */

/* ---- the best of a row */

static inline size_t content_best_cap(size_t k, size_t candidates)
{
    const size_t most = tile_up(candidates, TILE_NR) + TILE_NR, cap = 2 * k + 8 * TILE_NR;
    return cap < most ? cap : most;
}

/* Whole numbers in the order of floats, and back. */
static inline int32_t content_key(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? bits ^ 0x7fffffff : bits;
}

static inline float content_unkey(int32_t key)
{
    float x;
    key = key < 0 ? key ^ 0x7fffffff : key;
    memcpy(&x, &key, sizeof x);
    return x;
}

/* Between two keys: half way by value for the first rounds, as scores spread; then by key, which ends. */
static inline int32_t content_middle(int64_t low, int64_t high, int round)
{
    const float a = content_unkey((int32_t)low), b = content_unkey((int32_t)high), half = 0.5f * a + 0.5f * b;
    const int32_t middle = isfinite(half) && round < 12 ? content_key(half) : INT32_MIN;
    return middle > low && middle < high ? middle : (int32_t)((low + high) >> 1);
}

/* A floor that at least k of the n keys reach: those above it are *above. Where the bisection meets k .. most of them
 * above, it ends there; else at the k-th key itself, fewer than k above it and the rest equal to it. Counting without a
 * branch is many times faster than a quickselect, which a CPU cannot predict. */
static int32_t content_floor(const int32_t *key, size_t n, size_t k, size_t most, size_t *above)
{
    int64_t low = INT32_MAX, high = INT32_MIN;
    for (size_t i = 0; i < n; i++) {
        low = key[i] < low ? key[i] : low;
        high = key[i] > high ? key[i] : high;
    }
    low--;
    *above = 0;
    for (int round = 0; high - low > 1; round++) {
        const int32_t middle = content_middle(low, high, round);
        uint32_t count = 0;
        for (size_t i = 0; i < n; i++)
            count += key[i] > middle;
        if (count < k) {
            high = middle;
            *above = count;
            continue;
        }
        low = middle;
        if (count <= most) {
            *above = count;
            return middle;
        }
    }
    return (int32_t)high;
}

/* Keeps the k best, in order, and up to most-k more; of equals the earlier ones. scratch: (cap) */
static void content_best_trim(content_best *b, size_t most, float *scratch)
{
    int32_t *key = (int32_t *)(void *)scratch;
    size_t above, kept = 0;
    if (b->count <= most)
        return;
    for (size_t i = 0; i < b->count; i++)
        key[i] = content_key(b->score[i] + 0.0f); /* no -0, as comparing floats cannot tell it from 0 */
    const int32_t floor = content_floor(key, b->count, b->k, most, &above);
    size_t i = 0, equal = above < b->k ? b->k - above : 0;
    b->floor = content_unkey(floor);
    for (; !equal && i + VF_N <= b->count; i += VF_N)
        kept += vf_keep(vf_load(b->score + i), vf_load(b->index + i), b->floor, b->score + kept, b->index + kept);
    for (; i < b->count; i++) {
        const bool ties = key[i] == floor && equal > 0;
        b->score[kept] = b->score[i];
        b->index[kept] = b->index[i];
        kept += (key[i] > floor) | ties;
        equal -= ties;
    }
    b->count = kept;
}

static const float content_lanes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* Candidates first .. first+n-1 (n <= TILE_NR) with scores s (room for whole vectors). */
static inline void content_best_add(content_best *b, const float *s, size_t first, size_t n, float *scratch)
{
    if (n == TILE_NR) {
        vf top = vf_load(s);
        for (size_t j = VF_N; j < n; j += VF_N)
            top = vf_max(top, vf_load(s + j));
        if (!(vf_top(top) > b->floor))
            return;
    }
    if (b->count + TILE_NR > b->cap)
        content_best_trim(b, b->k + b->k / 4, scratch);
    size_t count = b->count, j = 0;
    for (; j + VF_N <= n; j += VF_N)
        count += vf_keep(vf_load(s + j), vf_add(vf_set((float)(first + j)), vf_load(content_lanes)), b->floor,
                         b->score + count, b->index + count);
    for (; j < n; j++) {
        b->score[count] = s[j];
        b->index[count] = (float)(first + j);
        count += s[j] > b->floor;
    }
    b->count = count;
}

/* ---- scoring */

/* A few rows are scored as they are; more make packing the candidates worth while. */
static inline bool content_packs(const as_problem *p) { return content_rows(p) >= 4 * TILE_MR; }
static inline size_t content_pieces(size_t depth) { return (depth + TILE_KC - 1) / TILE_KC; }

typedef struct {
    size_t packed, q, score, cap, scratch, lists, thread; /* floats */
} content_sizes;

static content_sizes content_sizes_of(const content_job *job)
{
    content_sizes s = {.packed = content_packs(job->problem) ? tile_up(job->n, TILE_NR) * job->depth : 0};
    const size_t rows = content_rows(job->problem) < CONTENT_QUERIES ? content_rows(job->problem) : CONTENT_QUERIES;
    s.q = content_pieces(job->depth) * CONTENT_QUERIES * TILE_STRIDE;
    s.score = TILE_MR * TILE_STRIDE;
    s.cap = tile_up(content_best_cap(job->k, job->n), 16);
    s.scratch = s.cap;
    s.lists = 2 * rows * s.cap;
    s.thread = s.q + s.score + s.scratch + s.lists;
    s.packed = tile_up(s.packed, 16);
    return s;
}

size_t content_select_bytes(const content_job *job)
{
    const content_sizes s = content_sizes_of(job);
    const size_t threads = as_product((size_t)job->problem->threads, s.thread, sizeof(float), 1);
    size_t all;
    return __builtin_add_overflow(threads, s.packed * sizeof(float), &all) || threads == SIZE_MAX ? SIZE_MAX : all;
}

typedef struct {
    float *q, *score, *scratch;
    content_best best[CONTENT_QUERIES];
    size_t low[CONTENT_QUERIES], high[CONTENT_QUERIES];
} content_bench;

/* Row i of the block as cells, in pieces of TILE_KC: scale q, or its negative and its positive half. */
static void content_load(const content_job *job, const content_bench *w, const float *q, size_t i)
{
    const size_t d = job->problem->head_dim;
    for (size_t c = 0; c < job->depth; c++) {
        const float x = job->problem->scale * q[c % d];
        const float half = c < d ? (x < 0 ? x : 0) : (x > 0 ? x : 0);
        w->q[(c / TILE_KC * CONTENT_QUERIES + i) * TILE_STRIDE + c % TILE_KC] = job->halves ? half : x;
    }
}

/* Scores of rows [row, row+rows) for candidates [from, from+n), n <= TILE_KC. */
static void content_score(const content_job *job, const content_bench *w, const float *candidates, const float *packed,
                          size_t row, size_t rows, size_t from, size_t n)
{
    for (size_t x = 0; x < content_pieces(job->depth); x++) {
        const size_t depth = content_least(job->depth - x * TILE_KC, TILE_KC);
        const float *q = w->q + (x * CONTENT_QUERIES + row) * TILE_STRIDE;
        for (size_t j = 0; packed && j < n; j += TILE_NR)
            tile_multiply((int)rows, TILE_NV, depth, q, packed + (from + j) * job->depth + x * TILE_KC * TILE_NR,
                          w->score + j, TILE_STRIDE, x > 0);
        for (size_t i = 0; !packed && i < rows; i++)
            for (size_t j = 0; j < n; j++) {
                const float part =
                    vf_dot(q + i * TILE_STRIDE, candidates + (from + j) * job->depth + x * TILE_KC, depth);
                w->score[i * TILE_STRIDE + j] = x ? w->score[i * TILE_STRIDE + j] + part : part;
            }
    }
}

/* The part of candidates [from, to) that row i may see joins its list. */
static void content_list(content_bench *w, size_t i, const float *s, size_t from, size_t to)
{
    const size_t low = w->low[i] > from ? w->low[i] : from, high = w->high[i] < to ? w->high[i] : to;
    for (size_t j = low; j < high; j += TILE_NR)
        content_best_add(&w->best[i], s + (j - from), j, content_least(high - j, TILE_NR), w->scratch);
}

/* Rows [r0, r0+rows) of a unit choose. */
static void content_block(const content_job *job, content_bench *w, const float *packed, size_t unit, size_t r0,
                          size_t rows)
{
    const as_problem *p = job->problem;
    const size_t first = unit * content_rows(p) + r0;
    const float *candidates = job->candidates + unit * job->n * job->depth;
    size_t high = 0;
    for (size_t i = 0; i < rows; i++) {
        w->best[i].count = 0;
        w->best[i].floor = -INFINITY;
        job->open(job, content_position(p, r0 + i), &w->low[i], &w->high[i]);
        high = w->high[i] > high ? w->high[i] : high;
        content_load(job, w, (const float *)job->call->operand[0] + (first + i) * p->head_dim, i);
    }
    for (size_t from = 0; from < high; from += TILE_KC)
        for (size_t row = 0; row < rows; row += TILE_MR) {
            const size_t strip = content_least(rows - row, TILE_MR);
            size_t to = 0;
            for (size_t i = row; i < row + strip; i++)
                to = w->high[i] > to ? w->high[i] : to;
            if (to <= from)
                continue;
            to = content_least(to, from + TILE_KC);
            content_score(job, w, candidates, packed, row, strip, from, to - from);
            for (size_t i = row; i < row + strip; i++)
                content_list(w, i, w->score + (i - row) * TILE_STRIDE, from, to);
        }
    for (size_t i = 0; i < rows; i++) {
        content_best_trim(&w->best[i], job->k, w->scratch);
        job->take(job, first + i, content_position(p, r0 + i), &w->best[i]);
    }
}

static void content_bench_at(const content_job *job, const content_sizes *s, float *memory, content_bench *w)
{
    const size_t lists = s->lists / 2 / s->cap;
    w->q = memory;
    w->score = w->q + s->q;
    w->scratch = w->score + s->score;
    float *list = w->scratch + s->scratch;
    for (size_t i = 0; i < lists; i++, list += 2 * s->cap)
        w->best[i] = (content_best){job->k, s->cap, 0, 0, list, list + s->cap};
}

void content_select(const content_job *job, void *workspace)
{
    const as_problem *p = job->problem;
    const content_sizes s = content_sizes_of(job);
    const size_t rows = content_rows(p), blocks = (rows + CONTENT_QUERIES - 1) / CONTENT_QUERIES;
    float *packed = s.packed ? workspace : NULL;
#pragma omp parallel num_threads(p->threads) if (p->threads > 1)
    {
        content_bench w;
        content_bench_at(job, &s, (float *)workspace + s.packed + (size_t)omp_get_thread_num() * s.thread, &w);
        for (size_t unit = 0; unit < p->batch * p->kv_heads; unit++) {
            const float *candidates = job->candidates + unit * job->n * job->depth;
#pragma omp for schedule(static)
            for (size_t j = 0; j < (packed ? job->n : 0); j += TILE_NR)
                tile_pack_transposed(candidates + j * job->depth, job->depth, job->n - j, job->depth,
                                     packed + j * job->depth);
#pragma omp for schedule(dynamic, 1)
            for (size_t b = 0; b < blocks; b++)
                content_block(job, &w, packed, unit, b * CONTENT_QUERIES,
                              content_least(rows - b * CONTENT_QUERIES, CONTENT_QUERIES));
        }
    }
}

void content_flops(const content_job *job, uint64_t *useful, uint64_t *executed)
{
    const as_problem *p = job->problem;
    const size_t rows = content_rows(p), panel = content_packs(p) ? TILE_NR : 1;
    uint64_t open = 0, done = 0;
    for (size_t r = 0; r < rows;) {
        const size_t block = CONTENT_QUERIES - r % CONTENT_QUERIES,
                     strip = content_least(content_least(rows - r, TILE_MR), block);
        size_t high = 0;
        for (size_t i = 0; i < strip; i++) {
            size_t from, to;
            job->open(job, content_position(p, r + i), &from, &to);
            open += to > from ? to - from : 0;
            high = to > high ? to : high;
        }
        done += strip * tile_up(high, panel);
        r += strip;
    }
    *useful = 2 * job->depth * open * p->batch * p->kv_heads;
    *executed = 2 * job->depth * done * p->batch * p->kv_heads;
}
