/* order.c: the growth that a kernel declares, held against the slope that was measured.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A slope over a finite range is not an exponent: T log T has slope 1 + 1/ln T, and the edges of a window bend where T
 * passes w. So what is declared is turned into the slope that it has over the very points of the tail, by the same
 * least squares. The verdict is confirmed         the interval of the measured slope meets expected +- MARGIN,
 * whichever length is left out refuted           it does not, whichever length is left out, over OCTAVES_REFUTE octaves
 * or more not enough range  fewer than POINTS_MIN points or OCTAVES_MIN octaves, an interval wider than WIDTH_MAX, or a
 * slope that misses, but comes closer by more than STEP and the noise, from the points before the tail to the tail or
 * from the tail to its upper half: it is still bending. Or a slope that would meet, or meets only, because somewhere in
 * the tail all times beyond are longer by one factor: a working set may have left a cache there. Or one length that
 * decides alone MARGIN is wide because a machine bends curves, too: a working set that leaves a cache adds a tenth or
 * so. */
#include <math.h>
#include <string.h>

#include "exponent.h"
#include "stages.h"

#define MARGIN 0.15
#define WIDTH_MAX 0.5
#define STEP 0.05
/* By how much a step improves count x log of the squared errors; of 6 points 1 in 6 by chance. */
#define STANDS_OUT 8.0
#define OCTAVES_MIN 3.0
#define OCTAVES_REFUTE 5.0 /* over fewer a constant part can still be most of the time */
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
    {"flops", flops_of,
     1u << AS_AXIS_LENGTH | 1u << AS_AXIS_CONTEXT | 1u << AS_AXIS_WIDTH}, /* sums of T D^2 and T^2 D */
    {"T", linear, 1u << AS_AXIS_LENGTH},
    {"T log T", linearithmic, 1u << AS_AXIS_LENGTH},
    {"T^2", quadratic, 1u << AS_AXIS_LENGTH},
};
enum { ORDERS = sizeof orders / sizeof *orders };

/* The measured time over the declared growth along a curve, in logarithms: flat where the declaration is true. */
typedef struct {
    double *x, *rest, *declared;
    size_t count;
} excess;

static excess excess_of(const as_findings *f, const as_curve *c, size_t order, as_arena *arena)
{
    excess e = {.count = c->count};
    e.x = as_arena_alloc(arena, c->count * sizeof *e.x);
    e.rest = as_arena_alloc(arena, c->count * sizeof *e.rest);
    e.declared = as_arena_alloc(arena, c->count * sizeof *e.declared);
    for (size_t i = 0; i < c->count; i++) {
        const size_t row = c->points[i];
        const double x = as_curve_x(c->axis, &f->summary[row]);
        e.x[i] = log(x);
        e.declared[i] = log(orders[order].growth(x, &f->cases[row]));
        e.rest[i] = log(f->summary[row].median_ns) - e.declared[i];
    }
    return e;
}

/* How much more steeply than declared the time rises over points [first, end). */
static as_exponent rise(const excess *e, size_t first, size_t end)
{
    return as_exponent_fit(e->x + first, e->rest + first, end - first, 0);
}

/* The same without a step, where one stands out there. */
static as_exponent rise_unstepped(const excess *e, size_t first, size_t end)
{
    const double *x = e->x + first, *rest = e->rest + first;
    const size_t n = end - first;
    const as_exponent plain = as_exponent_fit(x, rest, n, 0);
    as_exponent best = plain;
    for (size_t split = 1; split < n; split++) {
        const as_exponent stepped = as_exponent_fit(x, rest, n, split);
        if (stepped.rss < best.rss && (double)n * log(plain.rss / stepped.rss) > STANDS_OUT)
            best = stepped;
    }
    return best;
}

/* The end of the tail: its upper half, and two different x at least. */
static size_t last_part(const excess *e, size_t first)
{
    size_t i = first + (e->count - first) / 2;
    while (i > 0 && !(e->x[i] < e->x[e->count - 1]))
        i--;
    return i;
}

/* By more than STEP, and by more than two standard errors, for which `unit` is that of a rise over points of xx = 1. */
static bool is_closer(const as_exponent *near, const as_exponent *far, double unit)
{
    return fabs(near->power) < fabs(far->power) - STEP - 2 * unit * sqrt(1 / near->xx + 1 / far->xx);
}

/* Whether the tail rises no more than allowed once a step between two of its points is taken out. */
static bool is_stepped(const excess *e, size_t first, double allowed)
{
    for (size_t split = 1; split < e->count - first; split++) {
        const as_exponent stepped = as_exponent_fit(e->x + first, e->rest + first, e->count - first, split);
        if (stepped.split && stepped.power <= allowed)
            return true;
    }
    return false;
}

/* Does the interval of the slope, moved to where that is without the points at `without`, meet the slope expected
 * there? */
static bool meets(const excess *e, size_t first, double without, const as_fit *fit)
{
    double n = 0, mx = 0, xx = 0, xy = 0;
    for (size_t i = first; i < e->count; i++)
        if (e->x[i] != without) {
            n++;
            mx += e->x[i];
        }
    for (size_t i = first; i < e->count; i++)
        if (e->x[i] != without) {
            xx += (e->x[i] - mx / n) * (e->x[i] - mx / n);
            xy += (e->x[i] - mx / n) * e->rest[i];
        }
    const double slope = xy / xx, low = fit->tail_low - fit->tail_slope, high = fit->tail_high - fit->tail_slope;
    return slope + low <= MARGIN && slope + high >= -MARGIN;
}

static bool one_decides(const excess *e, size_t first, const as_fit *fit)
{
    const bool met = meets(e, first, NAN, fit);
    for (size_t i = first; i < e->count; i++)
        if (meets(e, first, e->x[i], fit) != met)
            return true;
    return false;
}

static as_fit_verdict verdict_of(const excess *e, size_t first, const as_fit *fit)
{
    const double due = fit->expected_slope, width = fit->tail_high - fit->tail_low;
    if (e->count < POINTS_MIN || !(log2(fit->to / fit->from) >= OCTAVES_MIN - 1e-9) || !(width <= WIDTH_MAX) ||
        one_decides(e, first, fit))
        return AS_FIT_NOT_ENOUGH_RANGE;
    if (fit->tail_low <= due + MARGIN && fit->tail_high >= due - MARGIN)
        return fabs(rise_unstepped(e, first, e->count).power) <= MARGIN + width ? AS_FIT_CONFIRMED
                                                                                : AS_FIT_NOT_ENOUGH_RANGE;
    if (log2(fit->to / fit->from) < OCTAVES_REFUTE - 1e-9)
        return AS_FIT_NOT_ENOUGH_RANGE;
    const as_exponent before = rise_unstepped(e, 0, first + 1), tail = rise_unstepped(e, first, e->count);
    const as_exponent last = rise(e, last_part(e, first), e->count);
    const double unit = width / 4 * sqrt(rise(e, first, e->count).xx);
    const bool stepped = fit->tail_slope > due && is_stepped(e, first, MARGIN + width / 2);
    return stepped || is_closer(&tail, &before, unit) || is_closer(&last, &tail, unit) ? AS_FIT_NOT_ENOUGH_RANGE
                                                                                       : AS_FIT_REFUTED;
}

void as_order_judge(const as_findings *f, const as_curve *c, size_t first, as_fit *fit)
{
    const char *declared = f->cases[c->points[0]].declared;
    size_t i = 0;
    while (declared && i < ORDERS && strcmp(orders[i].order, declared))
        i++;
    if (!declared || i == ORDERS || !(orders[i].axes & 1u << c->axis))
        return;
    as_arena *scratch = as_arena_create();
    const excess e = excess_of(f, c, i, scratch);
    const double due = as_exponent_fit(e.x + first, e.declared + first, c->count - first, 0).power;
    fit->declared = orders[i].order;
    fit->expected_slope = isfinite(due) ? due : NAN;
    if (!isnan(fit->expected_slope) && !isnan(fit->tail_slope))
        fit->verdict = verdict_of(&e, first, fit);
    as_arena_free(scratch);
}
