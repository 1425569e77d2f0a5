/* seen.h: which keys the rows of a strip see: panels of a key block, and the scores that are hidden. Part of attend.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_SEEN_H
#define AS_TILE_SEEN_H

#include "plan.h"

static inline bool tile_run_covers(const as_run *r, size_t from, size_t to)
{
    return r->step == 1 && r->first <= from && r->first + r->count >= to;
}

/* Bits of the panels of keys [from, from + TILE_KC) that row `row` sees; *all: every key of the block is seen. */
static inline uint32_t tile_panels_seen(const tile_bench *w, const tile_plan *plan, size_t row, size_t from, bool *all)
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
static inline void tile_hide(const tile_bench *w, const tile_plan *plan, size_t row, size_t from, size_t to, float *s)
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
static inline void tile_weigh(const tile_bench *w, const tile_plan *plan, size_t row, size_t from, size_t to, float *s)
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

/* Whether all rows of the strip see the same of the key block at `from`: it ends before their last runs do. */
static inline bool tile_strip_alike(const tile_plan *plan, const tile_bench *w, size_t row, size_t rows, size_t from)
{
    const size_t last = w->count[row] - 1;
    return !plan->job->multiset && w->alike[row + rows - 1] + 1 >= rows && w->count[row] &&
           tile_run_end(&w->runs[row * plan->runs_max + last]) >= from + TILE_KC;
}

/* Whether all rows of the strip see of the key block what the row before them sees: all runs but the last are the same,
 * and that one lies elsewhere. */
static inline bool tile_strip_as_before(const tile_plan *plan, const tile_bench *w, size_t row, size_t rows,
                                        size_t from)
{
    const size_t end = row + rows - 1;
    if (plan->job->multiset || w->alike[end] < rows || !w->count[end])
        return false;
    const as_run *last = &w->runs[end * plan->runs_max + w->count[end] - 1];
    return last->first >= from + TILE_KC || tile_run_end(last) <= from;
}

/* Bits of the panels that some row sees, and in *open of the rows that see the whole key block. */
static inline uint32_t tile_strip_seen(const tile_plan *plan, const tile_bench *w, size_t row, size_t rows, size_t from,
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
static inline bool tile_row_open(const tile_plan *plan, const tile_bench *w, size_t row, size_t from, size_t to)
{
    const as_run *runs = w->runs + row * plan->runs_max;
    for (size_t i = w->next[row]; i < w->count[row] && runs[i].first <= from; i++)
        if (tile_run_covers(&runs[i], from, to))
            return true;
    return false;
}

/* Of n keys from `first` on, in whole panels, how many the strip works on: vectors of the last panel that no row sees
 * are left out. */
static inline size_t tile_strip_keys(const tile_plan *plan, const tile_bench *w, size_t row, size_t rows, size_t first,
                                     size_t n)
{
    size_t end = 0;
    if (!plan->format->multiply_rows)
        return n;
    for (size_t i = row; i < row + rows; i++)
        end = w->end[i] > end ? w->end[i] : end;
    return end < first + n ? tile_up(end - first, VF_N) : n;
}

/* The runs of row i of the block, at `position`. Where it is alike the row before, that one is copied: of a row of
 * random blocks, every block before the query would be drawn again. */
static void tile_load_row_runs(const tile_plan *plan, const tile_bench *w, const tile_view *view, size_t position,
                               size_t i)
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
        w->end[i] = 0;
        for (size_t j = 0; j < w->count[i]; j++) {
            const size_t end = tile_run_end(&runs[j]);
            *low = runs[j].first < *low ? runs[j].first : *low;
            w->end[i] = end > w->end[i] ? end : w->end[i];
        }
        *high = w->end[i] > *high ? w->end[i] : *high;
    }
}

#endif
