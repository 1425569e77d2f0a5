/* order_gate.c: slopes of counts over lengths. Counts are exact, so a slope needs no interval.
 * SPDX-License-Identifier: Apache-2.0 */
#include "order_gate.h"

#include <string.h>

#include "../model/curve.h"

enum { POINTS_LEAST = 3 };

#define RANGE_LEAST 4.0

_Static_assert(offsetof(as_case, flops_useful) == offsetof(as_summary, median_ns), "both rows begin with the factors");

static const struct {
    const char *what;
    size_t at; /* in as_exact */
} quantities[] = {
    {"edges", offsetof(as_exact, edges)},
    {"FLOPs", offsetof(as_exact, flops_executed)},
    {"instructions", offsetof(as_exact, instructions)},
};

enum { QUANTITIES = sizeof quantities / sizeof *quantities };

/* The points of all sweeps, with what was counted of each. */
typedef struct {
    as_summary *rows;
    const as_exact **base, **new;
    size_t count;
} points;

/* The cases that are whole; a curve takes only what is ok and has a median, which here stands for the counts. */
static points list_points(const as_exact_input *in, as_arena *arena)
{
    points p = {.rows = as_arena_alloc(arena, (in->count + 1) * sizeof *p.rows),
                .base = as_arena_alloc(arena, (in->count + 1) * sizeof *p.base),
                .new = as_arena_alloc(arena, (in->count + 1) * sizeof *p.new)};
    for (size_t i = 0; i < in->count; i++) {
        if (!in->rows[i] || !as_exact_ready(in, i))
            continue;
        as_summary *row = &p.rows[p.count];
        as_record_clear(&as_summary_schema, row);
        memcpy(row, in->rows[i], offsetof(as_summary, median_ns));
        row->median_ns = 1;
        row->status = AS_STATUS_OK;
        p.base[p.count] = in->pairs[i].base;
        p.new[p.count++] = in->pairs[i].new;
    }
    return p;
}

/* The least-squares slope of log(count) over log(x); NaN where something is not counted, or nothing there. */
static double fit_slope(const points *p, const as_exact *const *side, const as_curve *c, size_t first, size_t at)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (size_t i = first; i < c->count; i++) {
        const uint64_t count = *(const uint64_t *)((const char *)side[c->points[i]] + at);
        if (count == AS_NO_COUNT || !count)
            return (double)NAN;
        const double x = log(as_curve_x(c->axis, &p->rows[c->points[i]])), y = log((double)count);
        n++;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

static bool find_change(const points *p, const as_curve *c, as_growth_row *out)
{
    const size_t first = c->count / 2 > c->count - POINTS_LEAST ? c->count - POINTS_LEAST : c->count / 2;
    double most = -1;
    for (size_t q = 0; q < QUANTITIES; q++) {
        const double base = fit_slope(p, p->base, c, first, quantities[q].at),
                     new = fit_slope(p, p->new, c, first, quantities[q].at);
        if (isnan(base) || isnan(new) || fabs(new - base) <= most)
            continue;
        most = fabs(new - base);
        out->what = quantities[q].what;
        out->slope_base = base;
        out->slope_new = new;
    }
    return most >= 0;
}

as_growth_rows as_growths_find(const as_exact_input *in, as_arena *arena)
{
    const points p = list_points(in, arena);
    size_t found = 0;
    const as_curve *curves = as_curves_find(p.rows, p.count, arena, &found);
    as_growth_rows out = {.of = as_arena_alloc(arena, (found + 1) * sizeof *out.of)};
    for (size_t i = 0; i < found; i++) {
        const as_curve *c = &curves[i];
        if ((c->axis != AS_AXIS_LENGTH && c->axis != AS_AXIS_CONTEXT) || c->count < POINTS_LEAST)
            continue;
        const as_summary *last = &p.rows[c->points[c->count - 1]];
        as_growth_row *row = &out.of[out.count];
        row->longest = last->case_;
        row->symbol = as_axis_symbol(c->axis);
        row->from = as_curve_x(c->axis, &p.rows[c->points[0]]);
        row->to = as_curve_x(c->axis, last);
        out.count += row->to >= RANGE_LEAST * row->from && find_change(&p, c, row);
    }
    return out;
}
