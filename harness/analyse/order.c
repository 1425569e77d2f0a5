/* order.c: the growth that a kernel declares, held against the slope that was measured.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A slope over a finite range is not an exponent: T log T has slope 1 + 1/ln T, and the edges of a window bend where T
 * passes w. So what is declared is turned into the slope that it has over the very points of the tail, by the same least
 * squares. The verdict is
 *   confirmed         the interval of the measured slope meets expected +- MARGIN
 *   refuted           it does not
 *   not enough range  fewer than POINTS_MIN points or OCTAVES_MIN octaves, an interval wider than WIDTH_MAX, or a slope
 *                     that misses, but whose last step comes closer by more than STEP: the tail is still bending
 * MARGIN is wide because a machine bends curves, too: a working set that leaves a cache adds a tenth or so. */
#include <math.h>
#include <string.h>

#include "stages.h"

#define MARGIN 0.15
#define WIDTH_MAX 0.5
#define STEP 0.05
#define OCTAVES_MIN 3.0
enum { POINTS_MIN = 4 };

static double edges_of(double x, const as_summary *row)
{
    (void)x;
    return row->edges == AS_NO_COUNT ? NAN : (double)row->edges;
}
static double linear(double x, const as_summary *row) { return (void)row, x; }
static double linearithmic(double x, const as_summary *row) { return (void)row, x * log2(x); }
static double quadratic(double x, const as_summary *row) { return (void)row, x * x; }

/* What can be declared, and the axes of which that says something. */
static const struct {
    const char *order;
    double (*growth)(double x, const as_summary *row);
    unsigned axes;
} orders[] = {
    {"edges", edges_of, 1u << AS_AXIS_LENGTH | 1u << AS_AXIS_CONTEXT | 1u << AS_AXIS_EDGES},
    {"T", linear, 1u << AS_AXIS_LENGTH},
    {"T log T", linearithmic, 1u << AS_AXIS_LENGTH},
    {"T^2", quadratic, 1u << AS_AXIS_LENGTH},
};
enum { ORDERS = sizeof orders / sizeof *orders };

/* Least squares of log growth against log x over points [first, count). */
static double expected_slope(const as_findings *f, const as_curve *c, size_t first, size_t order)
{
    const double n = (double)(c->count - first);
    double mx = 0, my = 0, xx = 0, xy = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = first; i < c->count; i++) {
            const as_summary *row = &f->summary[c->points[i]];
            const double x = as_curve_x(c->axis, row), lx = log(x), ly = log(orders[order].growth(x, row));
            if (pass == 0) {
                mx += lx / n;
                my += ly / n;
            } else {
                xx += (lx - mx) * (lx - mx);
                xy += (lx - mx) * (ly - my);
            }
        }
    return xx > 0 && isfinite(xy) ? xy / xx : NAN;
}

/* The measured slope between the last x and the one before it, less the declared one there. */
static double last_miss(const as_findings *f, const as_curve *c, size_t order)
{
    const as_summary *last = &f->summary[c->points[c->count - 1]];
    const double x1 = as_curve_x(c->axis, last);
    for (size_t i = c->count - 1; i-- > 0;) {
        const as_summary *row = &f->summary[c->points[i]];
        const double x0 = as_curve_x(c->axis, row);
        if (x0 < x1)
            return (log(last->median_ns / row->median_ns) -
                    log(orders[order].growth(x1, last) / orders[order].growth(x0, row))) /
                   log(x1 / x0);
    }
    return NAN;
}

static const char *verdict_of(const as_findings *f, const as_curve *c, size_t order, const as_fit *fit)
{
    const double e = fit->expected_slope;
    if (c->count < POINTS_MIN || !(log2(fit->to / fit->from) >= OCTAVES_MIN - 1e-9) ||
        !(fit->tail_high - fit->tail_low <= WIDTH_MAX))
        return "not enough range";
    if (fit->tail_low <= e + MARGIN && fit->tail_high >= e - MARGIN)
        return "confirmed";
    return fabs(last_miss(f, c, order)) < fabs(fit->tail_slope - e) - STEP ? "not enough range" : "refuted";
}

void as_order_judge(const as_findings *f, const as_curve *c, size_t first, as_fit *fit)
{
    const char *declared = f->cases[c->points[0]].declared;
    size_t i = 0;
    while (declared && i < ORDERS && strcmp(orders[i].order, declared))
        i++;
    if (!declared || i == ORDERS || !(orders[i].axes & 1u << c->axis))
        return;
    fit->declared = orders[i].order;
    fit->expected_slope = expected_slope(f, c, first, i);
    if (!isnan(fit->expected_slope) && !isnan(fit->tail_slope))
        fit->verdict = verdict_of(f, c, i, fit);
}
