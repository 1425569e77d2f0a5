/* executed.c: what attend.c really multiplies, counted from the views' rows without running the job.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "plan.h"

static int tile_by_first(const void *a, const void *b)
{
    const size_t x = ((const size_t *)a)[0], y = ((const size_t *)b)[0];
    return (x > y) - (x < y);
}

/* Panels that a strip touches: the union of the panel ranges [low, high] of its rows' runs. */
static size_t tile_union(size_t (*range)[2], size_t n)
{
    size_t panels = 0, next = 0;
    bool sorted = true;
    for (size_t i = 1; i < n && sorted; i++)
        sorted = range[i - 1][0] <= range[i][0];
    if (!sorted)
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

#if defined AS_ISA_amx
/* Whole tiles are multiplied: 16 rows, 32 elements of depth or columns of values. */
static size_t tile_rows_executed(size_t rows) { return tile_up(rows, 16); }
static size_t tile_columns_executed(size_t d) { return 2 * tile_up(d, 32); }
#else
static size_t tile_rows_executed(size_t rows) { return rows; }
static size_t tile_columns_executed(size_t d) { return d + tile_up(d, VF_N); }
#endif

/* Rows times keys over all strips of a view. `runs` and `range` have room for one row's and one strip's. */
static uint64_t tile_row_keys(const tile_plan *plan, const tile_view *view, as_run *runs, size_t (*range)[2])
{
    const tile_job *job = plan->job;
    const size_t before = view->context - view->length;
    uint64_t sum = 0;
    for (size_t t = 0; t < view->length;) {
        const size_t block = plan->queries - t % plan->queries,
                     left = view->length - t < block ? view->length - t : block;
        const size_t rows = tile_strip_height(job, plan->format->strip, before + t, left);
        size_t n = 0, end = 0;
        for (size_t i = 0; i < rows; i++) {
            const size_t count = job->row(job, view, before + t + i, runs);
            for (size_t j = 0; j < count; j++) {
                n += tile_ranges(&runs[j], range + n);
                end = tile_run_end(&runs[j]) > end ? tile_run_end(&runs[j]) : end;
            }
        }
        const size_t beyond = plan->format->multiply_rows ? tile_up(end, TILE_NR) - tile_up(end, VF_N) : 0;
        sum += tile_rows_executed(rows) * (tile_union(range, n) * TILE_NR - beyond);
        t += rows;
    }
    return sum;
}

/* Per row and key a score of depth d and a value into d_room columns. Views that equal the one before (heads of one
 * pattern) are counted once. */
uint64_t tile_flops_executed(const tile_job *job)
{
    static void *const none[AS_OPERANDS_MAX] = {0};
    const as_call shapes = {.problem = job->problem, .operand = none};
    tile_job counted = *job;
    const tile_plan plan = tile_plan_make(&counted);
    const size_t strip = plan.format->strip, panels = job->context_max / TILE_NR + 1, d = job->problem->head_dim;
    as_run *runs = malloc(job->runs_max * sizeof *runs);
    size_t(*range)[2] = malloc(strip * (job->runs_max + panels) * sizeof *range);
    const bool heads_alike = !(as_pattern_traits(job->problem->pattern) & AS_PATTERN_PER_HEAD);
    uint64_t sum = 0, last = 0;
    size_t last_length = 0, last_context = 0;
    counted.call = &shapes;
    for (size_t unit = 0; runs && range && unit < job->units; unit++)
        for (size_t member = 0; member < job->members; member++) {
            const tile_view view = job->view(&counted, unit, member);
            if (!heads_alike || view.length != last_length || view.context != last_context)
                last = tile_row_keys(&plan, &view, runs, range);
            last_length = view.length;
            last_context = view.context;
            sum += last;
        }
    free(runs);
    free(range);
    return sum * 2 * tile_columns_executed(d);
}
