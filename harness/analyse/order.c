/* order.c: the growth that a kernel declares, held against the slope that was measured.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A slope over a finite range is not an exponent: T log T has slope 1 + 1/ln T, and the edges of a window bend where T
 * passes w. So what is declared is turned into the slope that it has over the very points of the tail, by the same least
 * squares. The verdict is
 *   confirmed         the interval of the measured slope meets expected +- MARGIN
 *   refuted           it does not
 *   not enough range  fewer than POINTS_MIN points or OCTAVES_MIN octaves, an interval wider than WIDTH_MAX, or a slope
 *                     that misses, but comes closer by more than STEP, from the points before the tail to the tail or from
 *                     the tail to its last step: it is still bending
 * MARGIN is wide because a machine bends curves, too: a working set that leaves a cache adds a tenth or so. */
#include <math.h>
#include <string.h>

#include "stages.h"

#define MARGIN 0.15
#define WIDTH_MAX 0.5
#define STEP 0.05
#define OCTAVES_MIN 3.0
enum { POINTS_MIN = 4 };

static double counted(uint64_t count) { return count == AS_NO_COUNT ? NAN : (double)count; }
static double edges_of(double x, const as_case *row) { return (void)x, counted(row->edges); }
static double flops_of(double x, const as_case *row) { return (void)x, counted(row->flops_useful); }
static double linear(double x, const as_case *row) { return (void)row, x; }
static double linearithmic(double x, const as_case *row) { return (void)row, x * log2(x); }
static double quadratic(double x, const as_case *row) { return (void)row, x * x; }

/* What can be declared, and the axes of which that says something. */
static const struct {
    const char *order;
    double (*growth)(double x, const as_case *row);
    unsigned axes;
} orders[] = {
    {"edges", edges_of, 1u << AS_AXIS_LENGTH | 1u << AS_AXIS_CONTEXT | 1u << AS_AXIS_EDGES},
    {"flops", flops_of, 1u << AS_AXIS_LENGTH | 1u << AS_AXIS_CONTEXT | 1u << AS_AXIS_WIDTH}, /* sums of T D^2 and T^2 D */
    {"T", linear, 1u << AS_AXIS_LENGTH},
    {"T log T", linearithmic, 1u << AS_AXIS_LENGTH},
    {"T^2", quadratic, 1u << AS_AXIS_LENGTH},
};
enum { ORDERS = sizeof orders / sizeof *orders };

/* log of the declared growth at a point; order ORDERS: of the time that was measured. */
static double log_growth(const as_findings *f, const as_curve *c, size_t i, size_t order)
{
    const size_t row = c->points[i];
    const double x = as_curve_x(c->axis, &f->summary[row]);
    return log(order == ORDERS ? f->summary[row].median_ns : orders[order].growth(x, &f->cases[row]));
}

/* Least squares of log growth against log x over points [first, end). */
static double slope_over(const as_findings *f, const as_curve *c, size_t first, size_t end, size_t order)
{
    const double n = (double)(end - first);
    double mx = 0, my = 0, xx = 0, xy = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = first; i < end; i++) {
            const double lx = log(as_curve_x(c->axis, &f->summary[c->points[i]])), ly = log_growth(f, c, i, order);
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

/* How far the measured slope is from the declared one over points [first, end); NaN where there is none. */
static double miss(const as_findings *f, const as_curve *c, size_t first, size_t end, size_t order)
{
    return fabs(slope_over(f, c, first, end, ORDERS) - slope_over(f, c, first, end, order));
}

/* The first of the points that the last x and the one before it have. */
static size_t last_step(const as_findings *f, const as_curve *c)
{
    size_t i = c->count - 1;
    for (int steps = 0; i > 0; i--) {
        steps += as_curve_x(c->axis, &f->summary[c->points[i - 1]]) < as_curve_x(c->axis, &f->summary[c->points[i]]);
        if (steps == 2)
            break;
    }
    return i;
}

static const char *verdict_of(const as_findings *f, const as_curve *c, size_t order, size_t first, const as_fit *fit)
{
    const double e = fit->expected_slope, missed = fabs(fit->tail_slope - e);
    if (c->count < POINTS_MIN || !(log2(fit->to / fit->from) >= OCTAVES_MIN - 1e-9) ||
        !(fit->tail_high - fit->tail_low <= WIDTH_MAX))
        return "not enough range";
    if (fit->tail_low <= e + MARGIN && fit->tail_high >= e - MARGIN)
        return "confirmed";
    const bool closer = missed < miss(f, c, 0, first + 1, order) - STEP ||
                        miss(f, c, last_step(f, c), c->count, order) < missed - STEP;
    return closer ? "not enough range" : "refuted";
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
    fit->expected_slope = slope_over(f, c, first, c->count, i);
    if (!isnan(fit->expected_slope) && !isnan(fit->tail_slope))
        fit->verdict = verdict_of(f, c, i, first, fit);
}
