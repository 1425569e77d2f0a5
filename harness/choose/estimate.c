/* estimate.c: measured, interpolated, extrapolated, then the plane through the nearest cases.
 * SPDX-License-Identifier: Apache-2.0 */
#include "estimate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FEATURES_MAX = 4 + AS_FREE_MAX, NEAREST = 12 };
#define SLOPE_UNKNOWN 0.25 /* on either side, where a tail slope has no interval */
#define RIDGE 1e-6
#define RIDGE_FREE 0.05 /* what keys per query explain is not explained by the pattern's numbers */

static double x_of(const as_summary *r) { return log((double)r->context); }

static bool same_shape(const as_choose_ask *a, const as_summary *r)
{
    return r->width == a->width && r->heads == a->heads && r->kv_heads == a->kv_heads;
}

/* The rows of the very pattern and shape, ascending in x, each x once. */
static size_t curve_of(const as_estimand *e, const as_summary **out)
{
    size_t n = 0;
    for (size_t i = 0; i < e->family->count; i++) {
        const as_summary *r = &e->ask->rows[e->family->rows[i]];
        size_t at = n;
        if (strcmp(r->pattern, e->pattern) != 0 || !same_shape(e->ask, r))
            continue;
        while (at && x_of(out[at - 1]) > x_of(r))
            at--;
        if (at && x_of(out[at - 1]) == x_of(r))
            continue;
        memmove(&out[at + 1], &out[at], (n - at) * sizeof *out);
        out[at] = r;
        n++;
    }
    return n;
}

static double interpolate(double x, double x0, double y0, double x1, double y1)
{
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
}

static double low_of(const as_summary *r) { return isnan(r->median_low_ns) ? r->median_ns : r->median_low_ns; }
static double high_of(const as_summary *r) { return isnan(r->median_high_ns) ? r->median_ns : r->median_high_ns; }

/* How far point i lies from the line through its neighbours; a quarter of it is what a line misses at half the step. */
static double bend(const as_summary *const *c, size_t n, size_t i)
{
    if (i == 0 || i + 1 >= n)
        return 0;
    return fabs(log(c[i]->median_ns) - interpolate(x_of(c[i]), x_of(c[i - 1]), log(c[i - 1]->median_ns), x_of(c[i + 1]),
                                                   log(c[i + 1]->median_ns))) /
           4;
}

static as_estimate estimate_between(const as_summary *const *c, size_t n, size_t i, double x)
{
    const double x0 = x_of(c[i - 1]), x1 = x_of(c[i]), slack = fmax(bend(c, n, i - 1), bend(c, n, i));
    return (as_estimate){exp(interpolate(x, x0, log(c[i - 1]->median_ns), x1, log(c[i]->median_ns))),
                         exp(interpolate(x, x0, log(low_of(c[i - 1])), x1, log(low_of(c[i]))) - slack),
                         exp(interpolate(x, x0, log(high_of(c[i - 1])), x1, log(high_of(c[i]))) + slack),
                         AS_INTERPOLATED};
}

static const as_fit *fit_of(const as_estimand *e, const as_summary *r)
{
    char width[40], heads[40], isa[40];
    snprintf(width, sizeof width, " D=%llu ", (unsigned long long)r->width);
    snprintf(heads, sizeof heads, " H=%llu ", (unsigned long long)r->heads);
    snprintf(isa, sizeof isa, "isa=%.20s ", r->isa ? r->isa : "?");
    for (size_t i = 0; i < e->ask->fit_count; i++) {
        const as_fit *f = &e->ask->fits[i];
        if (!f->quantity || strcmp(f->quantity, "time") ||
            f->axis != (r->length == 1 ? AS_AXIS_CONTEXT : AS_AXIS_LENGTH) || strcmp(f->kernel, r->kernel) ||
            strcmp(f->pattern, r->pattern) || !strstr(f->curve, width) || !strstr(f->curve, heads) ||
            strncmp(f->curve, isa, strlen(isa)))
            continue;
        return f;
    }
    return NULL;
}

/* ln of the growth from x0 to x by a claimed class; NaN where none is. */
static double claimed_growth(const as_fit *f, double x0, double x)
{
    static const struct {
        const char *name;
        int a, b; /* 0: 1, 1: x, 2: x log x, 3: x^2; -1: none */
    } classes[] = {{"1", 0, -1},          {"*", 1, -1},   {"1 + *", 0, 1},   {"* log *", 2, -1},
                   {"1 + * log *", 0, 2}, {"*^2", 3, -1}, {"1 + *^2", 0, 3}, {"* + *^2", 1, 3}};
    char name[40];
    size_t n = 0;
    if (!f->growth)
        return NAN;
    for (const char *c = f->growth; *c && n + 1 < sizeof name; c++)
        name[n++] = *c == 'T' || *c == 'S' ? '*' : *c;
    name[n] = 0;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strcmp(classes[i].name, name) != 0)
            continue;
        const double t0[] = {1, x0, x0 * log2(x0), x0 * x0}, t1[] = {1, x, x * log2(x), x * x};
        const double b = classes[i].b < 0 ? 0 : f->growth_b;
        const int k = classes[i].b < 0 ? 0 : classes[i].b;
        return log((f->growth_a * t1[classes[i].a] + b * t1[k]) / (f->growth_a * t0[classes[i].a] + b * t0[k]));
    }
    return NAN;
}

/* Beyond the last point, or before the first: by the class of growth, or by the slope; wider with distance. */
static as_estimate beyond(const as_estimand *e, const as_summary *const *c, size_t n, double x)
{
    const bool after = x > x_of(c[n - 1]);
    const as_summary *from = after ? c[n - 1] : c[0], *next = after ? c[n - 2] : c[1];
    const double dx = x - x_of(from);
    const as_fit *f = fit_of(e, from);
    double slope = log(from->median_ns / next->median_ns) / (x_of(from) - x_of(next));
    double half = SLOPE_UNKNOWN;
    if (f && after && !isnan(f->tail_slope)) {
        slope = f->tail_slope;
        half = isnan(f->tail_low) ? half : fmax(0.05, fmax(f->tail_high - slope, slope - f->tail_low));
    }
    double growth = f ? claimed_growth(f, exp(x_of(from)), exp(x)) : NAN;
    growth = isnan(growth) ? slope * dx : growth;
    const double slack = half * fabs(dx) + fabs(growth - slope * dx) / 2;
    return (as_estimate){from->median_ns * exp(growth), low_of(from) * exp(growth - slack),
                         high_of(from) * exp(growth + slack), AS_EXTRAPOLATED};
}

/* --- the family's cost per FLOP ---------------------------------------------------------------------------------- */

typedef struct {
    double f[FEATURES_MAX]; /* logarithms of context, keys per query, width, heads; of the pattern's free numbers */
    double y;               /* logarithm of ns per FLOP */
    double half;            /* of its interval */
    double distance;
} point;

static int by_distance(const void *a, const void *b)
{
    const point *p = a, *q = b;
    return (p->distance > q->distance) - (p->distance < q->distance);
}

/* How many features there are. One free number is told by the keys per query, so that only a second makes them
 * features. */
static size_t features_of(const as_family *f) { return 4 + (f->free_count > 1 ? f->free_count : 0); }

static bool make_point(const as_estimand *e, size_t row, point *p)
{
    const as_summary *r = &e->ask->rows[row];
    const as_case *c = &e->ask->cases[row];
    if (c->flops_useful == AS_NO_COUNT || !c->flops_useful || r->edges == AS_NO_COUNT || !r->edges)
        return false;
    *p = (point){{log((double)r->context), log((double)r->edges / (double)r->length), log((double)r->width),
                  log((double)r->heads)},
                 log(r->median_ns / (double)c->flops_useful),
                 0.5 * log(high_of(r) / low_of(r)),
                 0};
    if (features_of(e->family) > 4)
        as_family_place(e->family, r->pattern, p->f + 4);
    return true;
}

/* Gaussian elimination with pivots; the ridge keeps it regular. */
static void eliminate(double m[FEATURES_MAX + 1][FEATURES_MAX + 2], size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            pivot = fabs(m[i][k]) > fabs(m[pivot][k]) ? i : pivot;
        for (size_t j = 0; j <= n; j++) {
            double swap = m[k][j];
            m[k][j] = m[pivot][j];
            m[pivot][j] = swap;
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = n + 1; i != k && j-- > k;)
                m[i][j] -= m[k][j] * (m[i][k] / m[k][k]);
    }
    for (size_t k = 0; k < n; k++)
        m[k][n] /= m[k][k];
}

typedef struct {
    point *p;
    size_t n, features;
    double at[FEATURES_MAX];
} cloud;

static double weight_of(const point *p) { return 1 / (0.05 + p->distance * p->distance); }

/* The plane by weighted least squares about the target, without point `left_out`: its value there, and its slopes. */
static double plane(const cloud *c, size_t left_out, double slope[FEATURES_MAX])
{
    double m[FEATURES_MAX + 1][FEATURES_MAX + 2] = {{0}};
    const size_t n = c->features;
    for (size_t i = 0; i < c->n; i++) {
        const point *p = &c->p[i];
        double u[FEATURES_MAX + 1] = {1};
        const double w = i == left_out ? 0 : weight_of(p);
        for (size_t k = 0; k < n; k++)
            u[k + 1] = p->f[k] - c->at[k];
        for (size_t a = 0; a <= n; a++) {
            for (size_t b = 0; b <= n; b++)
                m[a][b] += w * u[a] * u[b];
            m[a][n + 1] += w * u[a] * p->y;
        }
    }
    for (size_t k = 1; k <= n; k++)
        m[k][k] += RIDGE + m[0][0] * (k > 4 ? RIDGE_FREE : 0.02 * RIDGE);
    eliminate(m, n + 1);
    for (size_t k = 0; k < n; k++)
        slope[k] = m[k + 1][n + 1];
    return m[0][n + 1];
}

/* How far the points lie from the plane, root mean square, near ones counting more: what a plane cannot follow. */
static double scatter(const cloud *c, double value, const double slope[FEATURES_MAX])
{
    double sum = 0, weights = 0;
    for (size_t i = 0; i < c->n; i++) {
        const point *p = &c->p[i];
        double off = p->y - value;
        for (size_t k = 0; k < c->features; k++)
            off -= slope[k] * (p->f[k] - c->at[k]);
        sum += weight_of(p) * off * off;
        weights += weight_of(p);
    }
    return sqrt(sum / weights);
}

/* What was measured, nearest first; *far: how far the target lies beyond all of it, on the axis where it does most. */
static void list_neighbours(const as_estimand *e, cloud *c, double *far)
{
    double low[FEATURES_MAX], high[FEATURES_MAX];
    for (size_t i = 0; i < e->family->count; i++) {
        point *p = &c->p[c->n];
        if (!make_point(e, e->family->rows[i], p))
            continue;
        for (size_t k = 0; k < c->features; k++) {
            low[k] = c->n ? fmin(low[k], p->f[k]) : p->f[k];
            high[k] = c->n ? fmax(high[k], p->f[k]) : p->f[k];
            p->distance += (p->f[k] - c->at[k]) * (p->f[k] - c->at[k]);
        }
        p->distance = sqrt(p->distance);
        c->n++;
    }
    *far = 0;
    for (size_t k = 0; k < c->features && c->n; k++)
        *far = fmax(*far, fmax(low[k] - c->at[k], c->at[k] - high[k]));
}

static as_estimate by_family(const as_estimand *e)
{
    const as_choose_ask *ask = e->ask;
    const double queries = ask->decode ? 1 : (double)ask->length;
    cloud c = {
        .p = malloc((e->family->count + 1) * sizeof *c.p),
        .features = features_of(e->family),
        .at = {log((double)ask->length), log(e->edges / queries), log((double)ask->width), log((double)ask->heads)}};
    as_estimate out = {NAN, NAN, NAN, AS_BASIS_UNKNOWN};
    double half = 0, miss = 0, far = 0, slope[FEATURES_MAX], other[FEATURES_MAX];
    if (c.features > 4)
        as_family_place(e->family, e->pattern, c.at + 4);
    if (c.p)
        list_neighbours(e, &c, &far);
    if (c.n < 3)
        goto done;
    qsort(c.p, c.n, sizeof *c.p, by_distance);
    const size_t nearest = NEAREST + 4 * (c.features - 4);
    c.n = c.n > nearest ? nearest : c.n;
    const double value = plane(&c, c.n, slope);
    out.ns = exp(value) * e->flops;
    for (size_t i = 0; i < c.n; i++) {
        half = fmax(half, c.p[i].half);
        miss = fmax(miss, fabs(plane(&c, i, other) - value));
    }
    out.basis = far > 1e-6 ? AS_EXTRAPOLATED : AS_INTERPOLATED;
    const double slack = half + miss + scatter(&c, value, slope) + (far > 1e-6 ? SLOPE_UNKNOWN * far : 0);
    out.low = out.ns * exp(-slack);
    out.high = out.ns * exp(slack);
done:
    free(c.p);
    return out;
}

as_estimate as_estimate_find(const as_estimand *e)
{
    const as_summary **c = malloc((e->family->count + 1) * sizeof *c);
    const double x = log((double)e->ask->length);
    as_estimate out = {NAN, NAN, NAN, AS_BASIS_UNKNOWN};
    if (!c)
        return out;
    const size_t n = curve_of(e, c);
    for (size_t i = 0; i < n; i++)
        if (x_of(c[i]) == x)
            out = (as_estimate){c[i]->median_ns, low_of(c[i]), high_of(c[i]), AS_MEASURED};
    for (size_t i = 1; i < n && out.basis == AS_BASIS_UNKNOWN; i++)
        if (x_of(c[i - 1]) < x && x < x_of(c[i]))
            out = estimate_between(c, n, i, x);
    if (n >= 2 && out.basis == AS_BASIS_UNKNOWN)
        out = beyond(e, c, n, x);
    if (out.basis == AS_BASIS_UNKNOWN)
        out = by_family(e);
    free(c);
    return out;
}
