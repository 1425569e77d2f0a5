/* strips.h: attention on the register block of gemm.h: a query block is walked strip by strip of format->strip rows, a
 * key block of TILE_KC keys at a time. Part of attend.c; amx_attend.h takes its place where there are tile registers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_STRIPS_H
#define AS_TILE_STRIPS_H

#include "ahead.h"
#include "seen.h"

/* Values are multiplied where they lie, if that takes whole vectors from whole cache lines: they are read as often as
 * when packed, and need neither be written nor take room in a cache twice. */
static bool tile_in_place(const tile_plan *plan, const tile_view *view)
{
    return plan->format->in_place && plan->d % VF_N == 0 && view->context % TILE_NR == 0 && view->step == 1 &&
           (uintptr_t)view->v % TILE_LINE == 0;
}

static tile_source tile_source_of(const tile_plan *plan, const tile_view *view, const float *packed)
{
    if (tile_in_place(plan, view))
        return (tile_source){packed, (const float *)(const void *)view->v, plan->d};
    return (tile_source){packed, packed + plan->S_room * plan->d_cells, 0};
}

/* Weights of n keys from `first` on times their values, added to the outputs of the strip. */
static void tile_add_values(const tile_plan *plan, const tile_bench *w, const tile_source *from, tile_ahead *ahead,
                            size_t row, size_t rows, size_t first, size_t n)
{
    const tile_format *format = plan->format;
    const size_t keys = plan->S_room / format->per_cell, before = first / format->per_cell;
    for (size_t i = 0; i * TILE_NR < plan->d; i++) {
        const int nv = tile_panel_vectors(plan->d, i);
        float *out = w->out + row * plan->d_room + i * TILE_NR;
        tile_ask(ahead);
        if (from->ldv)
            format->multiply_rows((int)rows, nv, n, w->score, from->v + first * from->ldv + i * TILE_NR, from->ldv, out,
                                  plan->d_room, true);
        else
            format->multiply((int)rows, nv, n / format->per_cell, w->score,
                             from->v + i * TILE_NR * keys + before * (size_t)nv * VF_N, out, plan->d_room, true);
    }
}

/* One strip of `rows` rows from `row` on, panels [low, high) of the key block at `from`. */
static void tile_strip(const tile_plan *plan, const tile_bench *w, const tile_source *source, tile_ahead *ahead,
                       size_t row, size_t rows, size_t from, size_t low, size_t high, uint32_t open)
{
    const tile_format *format = plan->format;
    float scale[TILE_STRIP_MAX];
    const size_t first = from + low * TILE_NR, n = tile_strip_keys(plan, w, row, rows, first, (high - low) * TILE_NR);
    for (size_t panel = low; panel < high; panel++) {
        const int nv = tile_panel_vectors(n, panel - low);
        tile_ask(ahead);
        for (size_t c = 0; c < plan->chunks; c++) {
            const size_t left = plan->d_cells - c * TILE_KC, depth = left < TILE_KC ? left : TILE_KC;
            const float *q = w->q + (c * plan->queries + row) * TILE_STRIDE;
            const float *k = source->k + (from + panel * TILE_NR) * plan->d_cells + c * TILE_KC * TILE_NR;
            float *score = w->score + (panel - low) * TILE_NR;
            if (nv < TILE_NV)
                format->multiply_rows((int)rows, nv, depth, q, k, TILE_NR, score, TILE_STRIDE, c > 0);
            else
                format->multiply((int)rows, nv, depth, q, k, score, TILE_STRIDE, c > 0);
        }
    }
    /* All maxima first: one's last steps wait for each other, and those of the next row can be done meanwhile. */
    for (size_t i = 0; i < rows; i++) {
        float *s = w->score + i * TILE_STRIDE;
        if (plan->job->multiset)
            tile_weigh(w, plan, row + i, first, first + n, s);
        else if (!(open >> i & 1))
            tile_hide(w, plan, row + i, first, first + n, s);
        scale[i] = tile_softmax_max(s, n, &w->max[row + i]);
    }
    for (size_t i = 0; i < rows; i++) {
        float *out = w->out + (row + i) * plan->d_room;
        tile_ask(ahead);
        format->weights(w->score + i * TILE_STRIDE, n, w->max[row + i], &w->sum[(row + i) * VF_N], scale[i]);
        if (scale[i] != 1)
            for (size_t c = 0; c < plan->d_room; c += VF_N)
                vf_store(out + c, vf_mul(vf_load(out + c), vf_set(scale[i])));
    }
    tile_add_values(plan, w, source, ahead, row, rows, first, n);
}

/* One key block for one strip: runs of neighbouring panels that some row sees. Whether there were any. */
static bool tile_strip_block(const tile_plan *plan, const tile_bench *w, const tile_source *source, tile_ahead *ahead,
                             size_t row, size_t rows, size_t from)
{
    const bool alike = tile_strip_alike(plan, w, row, rows, from);
    uint32_t open, seen = tile_strip_seen(plan, w, row, rows, from, alike, &open);
    const bool any = seen;
    while (seen) {
        const size_t low = (size_t)__builtin_ctz(seen), length = (size_t)__builtin_ctzll(~((uint64_t)seen >> low));
        const size_t first = from + low * TILE_NR;
        if (alike)
            open = tile_row_open(plan, w, row, first, first + length * TILE_NR) ? UINT32_MAX : 0;
        tile_strip(plan, w, source, ahead, row, rows, from, low, low + length, open);
        seen &= ~(uint32_t)((((uint64_t)1 << length) - 1) << low);
    }
    return any;
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
    const size_t n = view->context - at < TILE_NR ? view->context - at : TILE_NR,
                 keys = plan->S_room / format->per_cell;
    const char *k = view->k + at * ld * plan->bytes, *v = view->v + at * ld * plan->bytes;
    float *v_to = packed + plan->S_room * plan->d_cells;
    format->keys(k, ld, n, d, packed + at * plan->d_cells);
    if (tile_in_place(plan, view))
        return;
    for (size_t i = 0; i * TILE_NR < d; i++) {
        const size_t nv = (size_t)tile_panel_vectors(d, i), left = d - i * TILE_NR;
        format->values(v + i * TILE_NR * plan->bytes, ld, n, left < TILE_NR ? left : TILE_NR,
                       v_to + i * TILE_NR * keys + at / format->per_cell * nv * VF_N);
    }
}

/* Query block `block` of a view against its packed keys and values. Where `ready` is not NULL, only that many panels
 * are packed yet: those that the block sees are packed now, and are still in the cache when it reads them. */
static void tile_query_block(const tile_plan *plan, const tile_bench *w, const tile_view *view, float *packed,
                             size_t block, size_t *ready)
{
    const tile_source source = tile_source_of(plan, view, packed);
    const size_t t = block * plan->queries, strip = plan->format->strip;
    size_t low, high;
    if (t >= view->length)
        return;
    const size_t rows = view->length - t < plan->queries ? view->length - t : plan->queries;
    const size_t position = view->context - view->length + t;
    /* else all keys and values of a head stay in L2 */
    const bool large = 2 * plan->pack_floats * sizeof(float) >= plan->job->problem->cache_bytes[1];
    const bool alone = ready && plan->job->members == 1;
    tile_load_rows(plan, w, view, t, rows);
    tile_load_runs(plan, w, view, t, rows, &low, &high);
    for (; ready && *ready * TILE_NR < high; ++*ready)
        tile_pack_panel(plan, view, packed, *ready);
    for (size_t from = low / TILE_KC * TILE_KC; from < high; from += TILE_KC) {
        tile_ahead ahead = {.count = 0};
        size_t steps = 0;
        if (large && !tile_ahead_next(&ahead, plan, w, &source, rows, from, high, &steps) && steps)
            tile_ahead_rows(&ahead, plan, view, t, rows, alone ? plan->queries : 0, alone ? *ready * TILE_NR : 0);
        tile_ahead_share(&ahead, steps);
        bool any = true;
        for (size_t row = 0, n; row < rows; row += n) {
            n = tile_strip_height(plan->job, strip, position + row, rows - row);
            if (any || !tile_strip_as_before(plan, w, row, n, from))
                any = tile_strip_block(plan, w, &source, &ahead, row, n, from);
        }
    }
    tile_store_rows(plan, w, view, t, rows);
}

static inline void tile_engine_begin(void) {}
static inline void tile_engine_end(void) {}

#endif
