/* ahead.h: the next key block is asked for while this one is worked on. Part of attend.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The keys and values of a head that do not fit L2 come from L3 once for each query block, and the first strip of a key block
 * used to wait for all of them. A core has few buffers for lines that it waits for (16 on Golden Cove), and the register block
 * itself needs some for what it streams from L2: so a few lines are asked for at a time, at every step of every strip. */
#ifndef AS_TILE_AHEAD_H
#define AS_TILE_AHEAD_H

#include "plan.h"

#define TILE_ASK 12 /* lines at a time, at most */

/* The keys and values of a view, as they are multiplied. */
typedef struct {
    const float *k, *v; /* panels of TILE_NR keys; of TILE_NR columns, S_room keys each */
    size_t ldv;         /* not 0: v is the operand, its rows so far apart */
} tile_source;

/* Lines to ask for: pieces of memory, one behind the other. */
typedef struct {
    const char *at;
    size_t left;               /* lines of this piece */
    const char *v;             /* the next piece: values lie in */
    size_t pieces, piece;      /* so many more, of so many lines, */
    size_t apart;              /* so many bytes apart */
    size_t step;               /* lines to ask for at a time */
} tile_ahead;

/* Rows that stand for all of a query block, the first and the last among them. */
#define TILE_SAMPLES 8

/* The keys of [*low, *high) that some of the samples see, narrowed down to them; how many of the samples do. */
static inline size_t tile_samples_see(const tile_plan *plan, const tile_bench *w, size_t rows, size_t *low, size_t *high)
{
    size_t seeing = 0, first = *high, end = *low;
    for (size_t i = 0; i < TILE_SAMPLES; i++) {
        const size_t row = i * (rows - 1) / (TILE_SAMPLES - 1);
        const as_run *runs = w->runs + row * plan->runs_max;
        bool sees = false;
        for (size_t j = 0; j < w->count[row]; j++) {
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

/* The panels of keys [low, high) and their values, a few lines at each of so many steps. */
static inline tile_ahead tile_ahead_over(const tile_plan *plan, const tile_source *source, size_t low, size_t high, size_t steps)
{
    const size_t from = low / TILE_NR * TILE_NR, keys = tile_up(high, TILE_NR) - from, per_cell = plan->format->per_cell;
    const size_t line = TILE_LINE / sizeof(float);
    tile_ahead a = {.at = (const char *)(source->k + from * plan->d_cells), .left = keys * plan->d_cells / line};
    if (source->ldv) {
        a.v = (const char *)(source->v + from * source->ldv);
        a.pieces = 1;
        a.piece = keys * source->ldv / line;
    } else {
        a.v = (const char *)(source->v + from / per_cell * TILE_NR);
        a.pieces = plan->d / TILE_NR; /* a last panel that is narrower lies elsewhere, and is small */
        a.piece = keys / per_cell * TILE_NR / line;
        a.apart = plan->S_room / per_cell * TILE_NR * sizeof(float);
    }
    a.step = (a.left + a.pieces * a.piece + steps - 1) / steps;
    a.step = a.step < TILE_ASK ? a.step : TILE_ASK;
    return a;
}

/* What to ask for while `rows` rows work on the key block at `from`: what they see of the next one, up to `high`, of which they see
 * anything. Nothing where all keys and values of a head stay in L2 anyway. */
static inline tile_ahead tile_ahead_of(const tile_plan *plan, const tile_bench *w, const tile_source *source, size_t rows, size_t from,
                                       size_t high)
{
    size_t low = from, end = from + TILE_KC;
    if (2 * plan->pack_floats * sizeof(float) < plan->job->problem->cache_bytes[1])
        return (tile_ahead){.left = 0};
    const size_t working = tile_samples_see(plan, w, rows, &low, &end);
    for (from += TILE_KC; working && from < high; from += TILE_KC) {
        low = from;
        end = from + TILE_KC < high ? from + TILE_KC : high;
        if (!tile_samples_see(plan, w, rows, &low, &end))
            continue;
        const size_t strips = (rows + plan->format->strip - 1) / plan->format->strip * working / TILE_SAMPLES + 1;
        return tile_ahead_over(plan, source, low, end,
                               strips * (TILE_PANELS + plan->format->strip + (plan->d + TILE_NR - 1) / TILE_NR));
    }
    return (tile_ahead){.left = 0};
}

static inline void tile_ask(tile_ahead *a)
{
    const size_t n = a->left < a->step ? a->left : a->step;
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(a->at + i * TILE_LINE, 0, 2);
    a->at += n * TILE_LINE;
    a->left -= n;
    if (!a->left && a->pieces) {
        a->at = a->v;
        a->left = a->piece;
        a->v += a->apart;
        a->pieces--;
    }
}

#endif
