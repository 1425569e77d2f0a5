/* executed.h: what attend.h really multiplies, counted from the pattern without running it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_EXECUTED_H
#define AS_TILE_EXECUTED_H

#include <stdlib.h>

#include "attend.h"

static int tile_by_first(const void *a, const void *b)
{
    const size_t x = ((const size_t *)a)[0], y = ((const size_t *)b)[0];
    return (x > y) - (x < y);
}

/* Panels that a strip touches: the union of the panel ranges [low, high] of its rows' runs. */
static size_t tile_union(size_t (*range)[2], size_t n)
{
    size_t panels = 0, next = 0;
    qsort(range, n, sizeof *range, tile_by_first);
    for (size_t i = 0; i < n; i++) {
        const size_t low = range[i][0] > next ? range[i][0] : next;
        if (range[i][1] + 1 > low) {
            panels += range[i][1] + 1 - low;
            next = range[i][1] + 1;
        }
    }
    return panels;
}

static size_t tile_ranges(const as_run *r, size_t (*range)[2])
{
    size_t n = 0;
    if (r->step < TILE_NR) {
        range[0][0] = r->first / TILE_NR;
        range[0][1] = (tile_run_end(r) - 1) / TILE_NR;
        return 1;
    }
    for (size_t i = 0; i < r->count; i++, n++)
        range[n][0] = range[n][1] = (r->first + i * r->step) / TILE_NR;
    return n;
}

/* Rows times panels over all strips of one head; 0 when memory ran out. */
static uint64_t tile_row_panels(const as_problem *p, size_t head)
{
    const size_t runs_max = as_pattern_runs_max(p->pattern, p->context);
    const size_t panels = p->context / TILE_NR + 1, room = TILE_MR * (runs_max + panels);
    as_run *runs = malloc(runs_max * sizeof *runs);
    size_t(*range)[2] = malloc(room * sizeof *range);
    uint64_t sum = 0;
    for (size_t t = 0; runs && range && t < p->length;) {
        const size_t block = TILE_QUERIES - t % TILE_QUERIES, left = p->length - t;
        size_t rows = left < TILE_MR ? left : TILE_MR, n = 0;
        rows = rows < block ? rows : block;
        for (size_t i = 0; i < rows; i++) {
            const size_t count =
                as_pattern_row(p->pattern, (as_at){head, p->context - p->length + t + i, p->context}, runs);
            for (size_t j = 0; j < count; j++)
                n += tile_ranges(&runs[j], range + n);
        }
        sum += rows * tile_union(range, n);
        t += rows;
    }
    free(runs);
    free(range);
    return sum;
}

/* Per row and panel TILE_NR scores of depth d and as many values into d_room columns. */
static uint64_t tile_flops_executed(const as_problem *p)
{
    const uint64_t d = p->head_dim, per = 2 * TILE_NR * (d + tile_up(d, VF_N));
    if (!(as_pattern_traits(p->pattern) & AS_PATTERN_PER_HEAD))
        return tile_row_panels(p, 0) * per * p->heads * p->batch;
    uint64_t sum = 0;
    for (size_t h = 0; h < p->heads; h++)
        sum += tile_row_panels(p, h) * per * p->batch;
    return sum;
}

#endif
