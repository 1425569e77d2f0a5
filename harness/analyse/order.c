/* order.c: the growth that a kernel declares, held against the slope that was measured.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A slope over a finite range is not an exponent: T log T has slope 1 + 1/ln T, and the edges of a window bend where T
 * passes w. So what is declared is turned into the slope that it has over the very points of the tail, by the same least
 * squares. The verdict is
 *   confirmed         the interval of the measured slope meets expected +- MARGIN, whichever length is left out
 *   refuted           it misses, whichever length is left out, and the curve does not bend to where it would meet
 *   not enough range  fewer than POINTS_MIN points or OCTAVES_MIN octaves, an interval wider than WIDTH_MAX, one length that
 *                     decides alone, or a bend that within as many doublings as were measured may lead to expected +- MARGIN
 * The bend is c in log(time / declared growth) = a + b u + c u^2, u = log x, with its 95 % interval from what the lengths
 * scatter about that: over all points, and over the tail, and both have to lead there. A curve without bend has c about 0,
 * and noise that could hide a bend widens the interval: then nothing is refuted.
 * MARGIN is wide because a machine bends curves, too: a working set that leaves a cache adds a tenth or so. */
#include <math.h>
#include <string.h>

#include "stages.h"

#define MARGIN 0.15
#define WIDTH_MAX 0.5
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

static double log_x(const as_findings *f, const as_curve *c, size_t i) { return log(as_curve_x(c->axis, &f->summary[c->points[i]])); }

/* Least squares of log growth against log x over points [first, count), without those at log x = `without`. */
static double slope_over(const as_findings *f, const as_curve *c, size_t first, size_t order, double without)
{
    double n = 0, mx = 0, my = 0, xx = 0, xy = 0;
    for (size_t i = first; i < c->count; i++)
        if (log_x(f, c, i) != without) {
            n++;
            mx += log_x(f, c, i);
            my += log_growth(f, c, i, order);
        }
    for (size_t i = first; i < c->count; i++)
        if (log_x(f, c, i) != without) {
            const double dx = log_x(f, c, i) - mx / n;
            xx += dx * dx;
            xy += dx * (log_growth(f, c, i, order) - my / n);
        }
    return xx > 0 && isfinite(xy) ? xy / xx : NAN;
}

typedef struct {
    double low, high;
} range;

/* c, as above, over points [first, count). Infinitely wide where there are too few to say. */
static range bend_over(const as_findings *f, const as_curve *c, size_t first, size_t order)
{
    static const double t[] = {12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228}; /* Student, 97.5 % */
    const double n = (double)(c->count - first);
    double m[3] = {0}, xx = 0, xq = 0, xy = 0, ww = 0, wy = 0, rest = 0;
    for (size_t i = first; i < c->count; i++)
        m[0] += log_x(f, c, i) / n;
    for (size_t i = first; i < c->count; i++) {
        const double x = log_x(f, c, i) - m[0], y = log_growth(f, c, i, ORDERS) - log_growth(f, c, i, order);
        m[1] += x * x / n;
        m[2] += y / n;
        xx += x * x;
        xq += x * x * x;
        xy += x * y;
    }
    for (int pass = 0; pass < 2; pass++) /* w: x^2 without what a straight line has of it */
        for (size_t i = first; i < c->count; i++) {
            const double x = log_x(f, c, i) - m[0], y = log_growth(f, c, i, ORDERS) - log_growth(f, c, i, order);
            const double w = x * x - m[1] - x * xq / xx, off = y - m[2] - x * xy / xx;
            if (pass == 0) {
                ww += w * w;
                wy += w * y;
            } else
                rest += (off - w * wy / ww) * (off - w * wy / ww);
        }
    if (c->count - first < 4 || !(ww > 1e-9))
        return (range){-INFINITY, INFINITY};
    const size_t free = c->count - first - 3;
    const double wide = (free <= sizeof t / sizeof *t ? t[free - 1] : 2.228) * sqrt(rest / (double)free / ww);
    return (range){wy / ww - wide, wy / ww + wide};
}

/* Does the slope, bent on as it may be, come to the expected one? From the middle of the tail to as far beyond the last
 * point as that is from the first. */
static bool bends_there(const as_findings *f, const as_curve *c, size_t order, size_t first, const as_fit *fit)
{
    const double end = log_x(f, c, c->count - 1), ahead = end - log_x(f, c, 0) + (end - log_x(f, c, first)) / 2;
    const size_t from[] = {0, first};
    bool there = true;
    for (size_t i = 0; i < 2 && there; i++) {
        const range bend = bend_over(f, c, from[i], order);
        there = fit->tail_slope < fit->expected_slope
                    ? fit->tail_high + 2 * bend.high * ahead >= fit->expected_slope - MARGIN
                    : fit->tail_low + 2 * bend.low * ahead <= fit->expected_slope + MARGIN;
    }
    return there;
}

/* Does the interval, moved to where the slope is without the points at `without`, meet the slope expected there? */
static bool meets(const as_findings *f, const as_curve *c, size_t order, size_t first, const as_fit *fit, double without)
{
    const double slope = slope_over(f, c, first, ORDERS, without), due = slope_over(f, c, first, order, without);
    return slope + fit->tail_low - fit->tail_slope <= due + MARGIN && slope + fit->tail_high - fit->tail_slope >= due - MARGIN;
}

static const char *verdict_of(const as_findings *f, const as_curve *c, size_t order, size_t first, const as_fit *fit)
{
    if (c->count < POINTS_MIN || !(log2(fit->to / fit->from) >= OCTAVES_MIN - 1e-9) ||
        !(fit->tail_high - fit->tail_low <= WIDTH_MAX))
        return "not enough range";
    const bool met = meets(f, c, order, first, fit, NAN);
    for (size_t i = first; i < c->count; i++)
        if (meets(f, c, order, first, fit, log_x(f, c, i)) != met)
            return "not enough range";
    if (met)
        return "confirmed";
    return bends_there(f, c, order, first, fit) ? "not enough range" : "refuted";
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
    fit->expected_slope = slope_over(f, c, first, i, NAN);
    if (!isnan(fit->expected_slope) && !isnan(fit->tail_slope))
        fit->verdict = verdict_of(f, c, i, first, fit);
}
