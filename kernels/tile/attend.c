/* attend.c: the work of attend.h: keys packed once, query blocks walked strip by strip, on one thread or on several.
 * SPDX-License-Identifier: Apache-2.0 */
#include "attend.h"

#include <omp.h>

#include "format.h"

#define TILE_QUERIES_MAX 512

/* Sizes that follow from a job. */
typedef struct {
    const tile_job *job;
    const tile_format *format;
    size_t d, bytes;     /* of one element */
    size_t S_room;       /* keys, rounded up to whole panels */
    size_t d_room;       /* d, rounded up to whole vectors */
    size_t d_cells;      /* cells of d */
    size_t chunks;       /* of TILE_KC cells that d takes */
    size_t queries;      /* rows of a query block */
    size_t blocks;       /* query blocks of the longest view */
    size_t in_flight;    /* units packed at a time */
    size_t runs_max;
    size_t pack_floats;  /* of one unit */
    size_t thread_bytes;
} tile_plan;

static size_t tile_row_bytes(const tile_plan *plan)
{
    return (plan->chunks * TILE_STRIDE + plan->d_room + 1 + VF_N) * sizeof(float) + plan->runs_max * sizeof(as_run) +
           3 * sizeof(size_t);
}

/* Whole strips. Packed keys and values are read once for each query block, from L3 when a head's are many, so a block is
 * large: its rows take a quarter of L2, beside the keys and values of one key block. Threads need blocks to share out. */
static size_t tile_queries(const tile_plan *plan)
{
    const as_problem *p = plan->job->problem;
    const size_t strip = plan->format->strip, least = 8 * TILE_MR, threads = (size_t)p->threads;
    size_t rows = p->cache_bytes[1] / 4 / tile_row_bytes(plan);
    const size_t share = plan->job->units * plan->job->members * plan->job->length_max / (8 * threads);
    if (threads > 1 && rows > share)
        rows = share;
    rows = rows < TILE_QUERIES_MAX ? rows : TILE_QUERIES_MAX;
    return tile_up(rows > least ? rows : least, strip);
}

static tile_plan tile_plan_make(const tile_job *job)
{
    const as_problem *p = job->problem;
    const tile_format *format = tile_format_for(p->dtype);
    const size_t d_cells = (p->head_dim + format->per_cell - 1) / format->per_cell;
    tile_plan plan = {
        .job = job,
        .format = format,
        .d = p->head_dim,
        .bytes = p->dtype == AS_F32 ? 4 : 2,
        .S_room = tile_up(job->context_max, TILE_NR),
        .d_room = tile_up(p->head_dim, VF_N),
        .d_cells = d_cells,
        .chunks = (d_cells + TILE_KC - 1) / TILE_KC,
        .in_flight = 1,
        .runs_max = job->runs_max,
    };
    plan.queries = tile_queries(&plan);
    plan.blocks = (job->length_max + plan.queries - 1) / plan.queries;
    /* one thread: a unit at a time; more: enough units for four query blocks a thread */
    const size_t wanted = 4 * (size_t)p->threads;
    while (p->threads > 1 && plan.in_flight < job->units && plan.in_flight * job->members * plan.blocks < wanted)
        plan.in_flight++;
    plan.pack_floats = plan.S_room * d_cells + plan.S_room / format->per_cell * plan.d_room;
    plan.thread_bytes =
        tile_up(plan.queries * tile_row_bytes(&plan) + TILE_STRIP_MAX * TILE_STRIDE * sizeof(float), 64);
    return plan;
}

size_t tile_workspace(const tile_job *job)
{
    const tile_plan plan = tile_plan_make(job);
    size_t packed = as_product(plan.in_flight, plan.S_room, plan.d_cells + plan.d_room, sizeof(float));
    size_t threads = as_product((size_t)job->problem->threads, plan.thread_bytes, 1, 1), all;
    if (packed == SIZE_MAX || threads == SIZE_MAX || __builtin_add_overflow(tile_up(packed, 64), threads, &all))
        return SIZE_MAX;
    return all;
}

/* What a thread works with: one query block of one head. */
typedef struct {
    float *q;      /* (chunks, queries, TILE_STRIDE) cells, times scale and log2 e */
    float *out;    /* (queries, d_room) */
    float *max;    /* (queries) */
    float *sum;    /* (queries, VF_N) */
    float *score;  /* (TILE_STRIP_MAX, TILE_STRIDE): scores, then weights in cells */
    as_run *runs;  /* (queries, runs_max) */
    size_t *count; /* runs of each row */
    size_t *next;  /* the first run that is not wholly behind */
    size_t *alike; /* rows just before that see the same, but for the end of the last run */
} tile_bench;

static tile_bench tile_bench_at(const tile_plan *plan, void *memory)
{
    tile_bench w; /* vectors first, so that they lie as the workspace is aligned */
    w.q = memory;
    w.score = w.q + plan->chunks * plan->queries * TILE_STRIDE;
    w.out = w.score + TILE_STRIP_MAX * TILE_STRIDE;
    w.sum = w.out + plan->queries * plan->d_room;
    w.runs = (as_run *)(void *)(w.sum + plan->queries * VF_N);
    w.count = (size_t *)(w.runs + plan->queries * plan->runs_max);
    w.next = w.count + plan->queries;
    w.alike = w.next + plan->queries;
    w.max = (float *)(w.alike + plan->queries);
    return w;
}

static inline bool tile_run_covers(const as_run *r, size_t from, size_t to)
{
    return r->step == 1 && r->first <= from && r->first + r->count >= to;
}

/* Bits of the panels of keys [from, from + TILE_KC) that row `row` sees; *all: every key of the block is seen. */
static uint32_t tile_panels_seen(const tile_bench *w, const tile_plan *plan, size_t row, size_t from, bool *all)
{
    const as_run *runs = w->runs + row * plan->runs_max;
    const size_t to = from + TILE_KC;
    uint32_t seen = 0;
    *all = false;
    const bool ascending = !plan->job->multiset;
    while (ascending && w->next[row] < w->count[row] && tile_run_end(&runs[w->next[row]]) <= from)
        w->next[row]++;
    if (ascending && w->next[row] < w->count[row] && tile_run_covers(&runs[w->next[row]], from, to)) {
        *all = true;
        return (uint32_t)(((uint64_t)1 << TILE_PANELS) - 1);
    }
    for (size_t i = w->next[row]; i < w->count[row] && (runs[i].first < to || !ascending); i++) {
        const as_run *r = &runs[i];
        const size_t end = tile_run_end(r) < to ? tile_run_end(r) : to;
        size_t key = r->first;
        if (r->first >= to || end <= from)
            continue;
        if (key < from)
            key += (from - key + r->step - 1) / r->step * r->step;
        if (r->step < TILE_NR && key < end) {
            const uint32_t low = (uint32_t)((key - from) / TILE_NR), high = (uint32_t)((end - 1 - from) / TILE_NR);
            seen |= (uint32_t)(((uint64_t)2 << high) - ((uint64_t)1 << low));
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

/* The same where a key may be named more than once: named m times, its weight counts m times, so log2 m is added. */
static void tile_weigh(const tile_bench *w, const tile_plan *plan, size_t row, size_t from, size_t to, float *s)
{
    const as_run *runs = w->runs + row * plan->runs_max;
    unsigned short times[TILE_KC] = {0};
    for (size_t i = 0; i < w->count[row]; i++) {
        const as_run *r = &runs[i];
        const size_t end = tile_run_end(r) < to ? tile_run_end(r) : to;
        size_t key = r->first < from ? r->first + (from - r->first + r->step - 1) / r->step * r->step : r->first;
        for (; key < end; key += r->step)
            times[key - from]++;
    }
    for (size_t j = 0; j < to - from; j++)
        s[j] = times[j] ? s[j] + (times[j] > 1 ? log2f(times[j]) : 0) : -INFINITY;
}

/* One strip of `rows` rows from `row` on, panels [low, high) of the key block at `from`. */
static void tile_strip(const tile_plan *plan, const tile_bench *w, const float *k, const float *v, size_t row,
                       size_t rows, size_t from, size_t low, size_t high, uint32_t open)
{
    const tile_format *format = plan->format;
    const size_t d = plan->d, first = from + low * TILE_NR, n = (high - low) * TILE_NR;
    for (size_t panel = low; panel < high; panel++)
        for (size_t c = 0; c < plan->chunks; c++) {
            const size_t left = plan->d_cells - c * TILE_KC, depth = left < TILE_KC ? left : TILE_KC;
            format->multiply((int)rows, TILE_NV, depth, w->q + (c * plan->queries + row) * TILE_STRIDE,
                             k + (from + panel * TILE_NR) * plan->d_cells + c * TILE_KC * TILE_NR,
                             w->score + (panel - low) * TILE_NR, TILE_STRIDE, c > 0);
        }
    for (size_t i = 0; i < rows; i++) {
        float *s = w->score + i * TILE_STRIDE, *out = w->out + (row + i) * plan->d_room;
        if (plan->job->multiset)
            tile_weigh(w, plan, row + i, first, first + n, s);
        else if (!(open >> i & 1))
            tile_hide(w, plan, row + i, first, first + n, s);
        const float scale = format->softmax(s, n, &w->max[row + i], &w->sum[(row + i) * VF_N]);
        if (scale != 1)
            for (size_t c = 0; c < plan->d_room; c += VF_N)
                vf_store(out + c, vf_mul(vf_load(out + c), vf_set(scale)));
    }
    const size_t keys = plan->S_room / format->per_cell, before = first / format->per_cell;
    for (size_t i = 0; i * TILE_NR < d; i++) {
        const int nv = tile_panel_vectors(d, i);
        format->multiply((int)rows, nv, n / format->per_cell, w->score,
                         v + i * TILE_NR * keys + before * (size_t)nv * VF_N,
                         w->out + row * plan->d_room + i * TILE_NR, plan->d_room, true);
    }
}

/* Whether all rows of the strip see the same of the key block at `from`: it ends before their last runs do. */
static bool tile_strip_alike(const tile_plan *plan, const tile_bench *w, size_t row, size_t rows, size_t from)
{
    const size_t last = w->count[row] - 1;
    return !plan->job->multiset && w->alike[row + rows - 1] + 1 >= rows && w->count[row] &&
           tile_run_end(&w->runs[row * plan->runs_max + last]) >= from + TILE_KC;
}

/* Bits of the panels that some row sees, and in *open of the rows that see the whole key block. */
static uint32_t tile_strip_seen(const tile_plan *plan, const tile_bench *w, size_t row, size_t rows, size_t from,
                                bool alike, uint32_t *open)
{
    uint32_t seen = 0;
    *open = 0;
    for (size_t i = 0; i < (alike ? 1 : rows); i++) {
        bool all;
        seen |= tile_panels_seen(w, plan, row + i, from, &all);
        *open |= (uint32_t)all << i;
    }
    for (size_t i = 1; alike && i < rows; i++)
        w->next[row + i] = w->next[row];
    return seen;
}

/* Whether one run of the row holds all of keys [from, to). */
static bool tile_row_open(const tile_plan *plan, const tile_bench *w, size_t row, size_t from, size_t to)
{
    const as_run *runs = w->runs + row * plan->runs_max;
    for (size_t i = w->next[row]; i < w->count[row] && runs[i].first <= from; i++)
        if (tile_run_covers(&runs[i], from, to))
            return true;
    return false;
}

/* One key block for one strip: runs of neighbouring panels that some row sees. */
static void tile_strip_block(const tile_plan *plan, const tile_bench *w, const float *k, const float *v, size_t row,
                             size_t rows, size_t from)
{
    const bool alike = tile_strip_alike(plan, w, row, rows, from);
    uint32_t open, seen = tile_strip_seen(plan, w, row, rows, from, alike, &open);
    while (seen) {
        const size_t low = (size_t)__builtin_ctz(seen), length = (size_t)__builtin_ctzll(~((uint64_t)seen >> low));
        const size_t first = from + low * TILE_NR;
        if (alike)
            open = tile_row_open(plan, w, row, first, first + length * TILE_NR) ? UINT32_MAX : 0;
        tile_strip(plan, w, k, v, row, rows, from, low, low + length, open);
        seen &= ~(uint32_t)((((uint64_t)1 << length) - 1) << low);
    }
}

/* A query as cells: row i of each chunk of w->q. */
static void tile_load_query(const tile_plan *plan, const tile_bench *w, const char *q, size_t i)
{
    const size_t elements = TILE_KC * plan->format->per_cell;
    for (size_t chunk = 0; chunk < plan->chunks; chunk++) {
        const size_t first = chunk * elements, left = plan->d - first;
        plan->format->query(q + first * plan->bytes, left < elements ? left : elements,
                            plan->job->problem->scale * AS_LOG2E, w->q + (chunk * plan->queries + i) * TILE_STRIDE);
    }
}

/* Rows t.. of the view: scaled queries, and where their softmax stands. */
static void tile_load_rows(const tile_plan *plan, const tile_bench *w, const tile_view *view, size_t t, size_t rows)
{
    memset(w->sum, 0, rows * VF_N * sizeof(float));
    memset(w->out, 0, rows * plan->d_room * sizeof(float));
    for (size_t i = 0; i < rows; i++) {
        tile_load_query(plan, w, view->q + (t + i) * view->step * plan->d * plan->bytes, i);
        w->max[i] = -INFINITY;
        w->next[i] = 0;
        if (!view->state)
            continue;
        const float *state = view->state + (t + i) * view->step * TILE_STATE(plan->d);
        w->max[i] = state[0];
        w->sum[i * VF_N] = state[1];
        memcpy(w->out + i * plan->d_room, state + 2, plan->d * sizeof(float));
    }
}

/* The runs of row i of the block, at `position`. Where it is alike the row before, that one is copied: of a row of
 * random blocks, every block before the query would be drawn again. */
static void tile_load_row_runs(const tile_plan *plan, const tile_bench *w, const tile_view *view, size_t position, size_t i)
{
    as_run *runs = w->runs + i * plan->runs_max;
    if (i == 0 || plan->job->alike < 2 || position % plan->job->alike == 0) {
        w->count[i] = plan->job->row(plan->job, view, position, runs);
        w->alike[i] = 0;
        return;
    }
    w->alike[i] = w->alike[i - 1] + 1;
    w->count[i] = w->count[i - 1];
    memcpy(runs, runs - plan->runs_max, w->count[i] * sizeof *runs);
    runs[w->count[i] - 1].count++;
}

/* The rows' runs; returns the keys [*low, *high) outside of which no row sees anything. */
static void tile_load_runs(const tile_plan *plan, const tile_bench *w, const tile_view *view, size_t t, size_t rows,
                           size_t *low, size_t *high)
{
    *low = SIZE_MAX;
    *high = 0;
    for (size_t i = 0; i < rows; i++) {
        const as_run *runs = w->runs + i * plan->runs_max;
        tile_load_row_runs(plan, w, view, view->context - view->length + t + i, i);
        for (size_t j = 0; j < w->count[i]; j++) {
            const size_t end = tile_run_end(&runs[j]);
            *low = runs[j].first < *low ? runs[j].first : *low;
            *high = end > *high ? end : *high;
        }
    }
}

/* o = out / sum, zeros where nothing was seen; or the state, where others go on. */
static void tile_store_rows(const tile_plan *plan, const tile_bench *w, const tile_view *view, size_t t, size_t rows)
{
    const size_t d = plan->d;
    for (size_t i = 0; i < rows; i++) {
        const float sum = vf_sum(vf_load(w->sum + i * VF_N));
        float *out = w->out + i * plan->d_room;
        if (view->state) {
            float *state = view->state + (t + i) * view->step * TILE_STATE(d);
            state[0] = w->max[i];
            state[1] = sum;
            memcpy(state + 2, out, d * sizeof(float));
            continue;
        }
        char *o = view->o + (t + i) * view->step * d * plan->bytes;
        if (!w->count[i])
            memset(out, 0, d * sizeof(float));
        plan->format->output(o, out, d, w->count[i] ? 1 / sum : 0);
    }
}

/* Packs key panel `panel` of a view. */
static void tile_pack_panel(const tile_plan *plan, const tile_view *view, float *packed, size_t panel)
{
    const tile_format *format = plan->format;
    const size_t d = plan->d, ld = view->step * d, at = panel * TILE_NR;
    if (at >= view->context)
        return;
    const size_t n = view->context - at < TILE_NR ? view->context - at : TILE_NR, keys = plan->S_room / format->per_cell;
    const char *k = view->k + at * ld * plan->bytes, *v = view->v + at * ld * plan->bytes;
    float *v_to = packed + plan->S_room * plan->d_cells;
    format->keys(k, ld, n, d, packed + at * plan->d_cells);
    for (size_t i = 0; i * TILE_NR < d; i++) {
        const size_t nv = (size_t)tile_panel_vectors(d, i), left = d - i * TILE_NR;
        format->values(v + i * TILE_NR * plan->bytes, ld, n, left < TILE_NR ? left : TILE_NR,
                       v_to + i * TILE_NR * keys + at / format->per_cell * nv * VF_N);
    }
}

/* Query block `block` of a view against its packed keys and values. Where `ready` is not NULL, only that many panels are
 * packed yet: those that the block sees are packed now, and are still in the cache when it reads them. */
static void tile_query_block(const tile_plan *plan, const tile_bench *w, const tile_view *view, float *packed,
                             size_t block, size_t *ready)
{
    const float *k = packed, *v = packed + plan->S_room * plan->d_cells;
    const size_t t = block * plan->queries, strip = plan->format->strip;
    size_t low, high;
    if (t >= view->length)
        return;
    const size_t rows = view->length - t < plan->queries ? view->length - t : plan->queries;
    tile_load_rows(plan, w, view, t, rows);
    tile_load_runs(plan, w, view, t, rows, &low, &high);
    for (; ready && *ready * TILE_NR < high; ++*ready)
        tile_pack_panel(plan, view, packed, *ready);
    for (size_t from = low / TILE_KC * TILE_KC; from < high; from += TILE_KC)
        for (size_t row = 0; row < rows; row += strip)
            tile_strip_block(plan, w, k, v, row, rows - row < strip ? rows - row : strip, from);
    tile_store_rows(plan, w, view, t, rows);
}

/* One thread: unit by unit, keys packed as the query blocks come to them. */
static void tile_attend_alone(const tile_plan *plan, float *packed, void *memory)
{
    const tile_job *job = plan->job;
    const tile_bench w = tile_bench_at(plan, memory);
    for (size_t unit = 0; unit < job->units; unit++) {
        size_t ready = 0;
        for (size_t block = 0; block < plan->blocks; block++)
            for (size_t member = 0; member < job->members; member++) {
                const tile_view view = job->view(job, unit, member);
                tile_query_block(plan, &w, &view, packed, block, &ready);
            }
    }
    if (plan->format->end)
        plan->format->end();
}

/* More threads: as many units at a time as keep them busy, packed by all, then shared out block by block. */
static void tile_attend_together(const tile_plan *plan, float *packed, char *memory)
{
    const tile_job *job = plan->job;
    const size_t panels = plan->S_room / TILE_NR;
#pragma omp parallel num_threads(job->problem->threads)
    {
        const tile_bench w = tile_bench_at(plan, memory + (size_t)omp_get_thread_num() * plan->thread_bytes);
        for (size_t first = 0; first < job->units; first += plan->in_flight) {
            const size_t units = job->units - first < plan->in_flight ? job->units - first : plan->in_flight;
#pragma omp for schedule(static)
            for (size_t i = 0; i < units * panels; i++) {
                const tile_view view = job->view(job, first + i / panels, 0);
                tile_pack_panel(plan, &view, packed + i / panels * plan->pack_floats, i % panels);
            }
            /* the last query blocks first: under a causal pattern they are the longest */
#pragma omp for schedule(dynamic, 1)
            for (size_t i = 0; i < units * job->members * plan->blocks; i++) {
                const size_t block = plan->blocks - 1 - i / (units * job->members), j = i % (units * job->members);
                const tile_view view = job->view(job, first + j / job->members, j % job->members);
                tile_query_block(plan, &w, &view, packed + j / job->members * plan->pack_floats, block, NULL);
            }
        }
        if (plan->format->end)
            plan->format->end();
    }
}

void tile_attend(const tile_job *job, void *workspace)
{
    const tile_plan plan = tile_plan_make(job);
    float *packed = workspace;
    char *threads = (char *)workspace + tile_up(plan.in_flight * plan.pack_floats * sizeof(float), 64);
    if (job->problem->threads == 1)
        tile_attend_alone(&plan, packed, threads);
    else
        tile_attend_together(&plan, packed, threads);
}

size_t tile_strip_rows(as_dtype dtype) { return tile_format_for(dtype)->strip; }
