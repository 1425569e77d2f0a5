/* ahead.h: what is read next is asked for while a key block is worked on. Part of attend.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The keys and values of a head that do not fit L2 come from L3 once for each query block, and the first strip of a key
 * block used to wait for all of them. A core has few buffers for lines that it waits for (16 on Golden Cove), and the
 * register block itself needs some for what it streams from L2: so a few lines are asked for at a time, at every step
 * of every strip. */
#ifndef AS_TILE_AHEAD_H
#define AS_TILE_AHEAD_H

#include "plan.h"

#define TILE_ASK 12    /* lines at a time, at most */
#define TILE_PIECES 10 /* what does not fit is not asked for */

/* The keys and values of a view, as they are multiplied. */
typedef struct {
    const float *k, *v; /* panels of TILE_NR keys; of TILE_NR columns, S_room keys each */
    size_t ldv;         /* not 0: v is the operand, its rows so far apart */
} tile_source;

/* Pieces of memory to ask for, one behind the other. */
typedef struct {
    struct {
        const char *at;
        size_t lines;
    } piece[TILE_PIECES];
    size_t count, now; /* pieces; the one that is asked for, which shrinks */
    size_t step;       /* lines to ask for at a time */
} tile_ahead;

static inline void tile_ahead_add(tile_ahead *a, const void *at, size_t bytes)
{
    if (a->count == TILE_PIECES)
        return;
    a->piece[a->count].at = at;
    a->piece[a->count++].lines = bytes / TILE_LINE;
}

/* Rows that stand for all of a query block, the first and the last among them. */
#define TILE_SAMPLES 4

/* The keys of [*low, *high) that some of the samples see, narrowed down to them; how many of the samples do. */
static inline size_t tile_samples_see(const tile_plan *plan, const tile_bench *w, size_t rows, size_t *low,
                                      size_t *high)
{
    size_t seeing = 0, first = *high, end = *low;
    for (size_t i = 0; i < TILE_SAMPLES; i++) {
        const size_t row = i * (rows - 1) / (TILE_SAMPLES - 1);
        const as_run *runs = w->runs + row * plan->runs_max;
        const bool ascending = !plan->job->multiset;
        bool sees = false;
        for (size_t j = ascending ? w->next[row] : 0; j < w->count[row] && (runs[j].first < *high || !ascending); j++) {
            const size_t from = runs[j].first > *low ? runs[j].first : *low;
            const size_t to = tile_run_end(&runs[j]) < *high ? tile_run_end(&runs[j]) : *high;
            if (from >= to)
                continue;
            sees = true;
            first = from < first ? from : first;
            end = to > end ? to : end;
        }
        seeing += sees;
    }
    *low = first;
    *high = end;
    return seeing;
}

/* The panels of keys [low, high) and their values. */
static inline void tile_ahead_keys(tile_ahead *a, const tile_plan *plan, const tile_source *source, size_t low,
                                   size_t high)
{
    const size_t from = low / TILE_NR * TILE_NR, keys = tile_up(high, TILE_NR) - from,
                 cells = keys / plan->format->per_cell;
    tile_ahead_add(a, source->k + from * plan->d_cells, keys * plan->d_cells * sizeof(float));
    if (source->ldv)
        tile_ahead_add(a, source->v + from * source->ldv, keys * source->ldv * sizeof(float));
    for (size_t i = 0; !source->ldv && i * TILE_NR < plan->d_room; i++) {
        const size_t columns = (size_t)tile_panel_vectors(plan->d_room, i) * VF_N,
                     all = plan->S_room / plan->format->per_cell;
        tile_ahead_add(a, source->v + i * TILE_NR * all + from / plan->format->per_cell * columns,
                       cells * columns * sizeof(float));
    }
}

/* Where rows [t, t + rows) of the view are written, and of the next `next` rows what is read first: queries, and the
 * keys from `key` on that are packed then. */
static inline void tile_ahead_rows(tile_ahead *a, const tile_plan *plan, const tile_view *view, size_t t, size_t rows,
                                   size_t next, size_t key)
{
    const size_t row = plan->d * plan->bytes, left = view->length - t - rows, more = left < next ? left : next;
    const size_t keys = key < view->context ? view->context - key : 0;
    if (view->step != 1 || view->state)
        return;
    tile_ahead_add(a, view->o + t * row, rows * row);
    tile_ahead_add(a, view->q + (t + rows) * row, more * row);
    tile_ahead_add(a, view->k + key * row, (keys < more ? keys : more) * row);
}

/* Adds what `rows` rows see of the next key block behind the one at `from`, up to `high`, of which they see anything.
 * False: there is none. *steps is how many steps the one at `from` will take. */
static inline bool tile_ahead_next(tile_ahead *a, const tile_plan *plan, const tile_bench *w, const tile_source *source,
                                   size_t rows, size_t from, size_t high, size_t *steps)
{
    size_t low = from, end = from + TILE_KC;
    const size_t working = tile_samples_see(plan, w, rows, &low, &end),
                 strips = (rows + plan->format->strip - 1) / plan->format->strip;
    *steps = working ? (strips * working / TILE_SAMPLES + 1) * plan->asks : 0;
    for (from += TILE_KC; working && from < high; from += TILE_KC) {
        low = from;
        end = from + TILE_KC < high ? from + TILE_KC : high;
        if (!tile_samples_see(plan, w, rows, &low, &end))
            continue;
        tile_ahead_keys(a, plan, source, low, end);
        return true;
    }
    return false;
}

/* All pieces in so many steps. */
static inline void tile_ahead_share(tile_ahead *a, size_t steps)
{
    size_t lines = 0;
    for (size_t i = 0; i < a->count; i++)
        lines += a->piece[i].lines;
    lines = steps ? (lines + steps - 1) / steps : 0;
    a->step = lines < TILE_ASK ? lines : TILE_ASK;
}

static inline void tile_ask(tile_ahead *a)
{
    if (a->now == a->count)
        return;
    const size_t left = a->piece[a->now].lines, n = left < a->step ? left : a->step;
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(a->piece[a->now].at + i * TILE_LINE, 0, 2);
    a->piece[a->now].at += n * TILE_LINE;
    a->piece[a->now].lines -= n;
    a->now += left == n;
}

#endif
