/* growth.c: every class is fitted to the points by least squares; AICc chooses.
 * SPDX-License-Identifier: Apache-2.0 */
#include "growth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "exponent.h"

#define DROP 0.10         /* share at the largest x below which a term is dropped */
#define RESIDUAL_MAX 0.15 /* root mean square: beyond, no class describes the points */
#define RESIDUAL_MIN 1e-4 /* exact counts: finer agreement than this decides nothing */
#define STEP_MAX 8.0
#define SLOPE_MARGIN 0.15
#define CLAIM_BENT 20.0 /* in place of AS_GROWTH_CLAIM, between two laws with a constant */
#define CLAIM_TWO 10.0  /* for two terms, where one with a step would do: a step bends a curve, too */
#define POWER_NEAR 0.05 /* a free power no further than this from the slope of a class is the class */
enum {
    STEP_SIDE = 2, /* points on either side of a step, at least; of a rival's 1 */
    COARSE = 12,
    FINE = 24, /* turns of the golden section: the height to within 1 in 100, 2 in 100000 */
};

typedef double (*term)(double x, double z);

static double one(double x, double z) { return (void)x, (void)z, 1; }
static double linear(double x, double z) { return (void)z, x; }
static double linearithmic(double x, double z) { return (void)z, x * log2(fmax(x, 1)); }
static double square(double x, double z) { return (void)z, x * x; }
static double three_halves(double x, double z) { return (void)z, x * sqrt(x); }
static double x_z(double x, double z) { return x * z; }
static double x_zz(double x, double z) { return x * z * z; }
static double xx_z(double x, double z) { return x * x * z; }

struct as_growth_law {
    const char *name; /* with * for the symbol of x */
    term terms[2];
    bool surface;
};

/* What is left of a law when a term is dropped is a law of this table, too. */
static const as_growth_law laws[] = {
    {"1", {one, NULL}, false},
    {"*", {linear, NULL}, false},
    {"1 + *", {one, linear}, false},
    {"* log *", {linearithmic, NULL}, false},
    {"1 + * log *", {one, linearithmic}, false},
    {"*^1.5", {three_halves, NULL}, false},
    {"*^2", {square, NULL}, false},
    {"1 + *^2", {one, square}, false},
    {"* + *^2", {linear, square}, false},
    {"* D", {x_z, NULL}, true},
    {"* D^2", {x_zz, NULL}, true},
    {"*^2 D", {xx_z, NULL}, true},
    {"* D + * D^2", {x_z, x_zz}, true},
    {"* D + *^2 D", {x_z, xx_z}, true},
    {"* D^2 + *^2 D", {x_zz, xx_z}, true},
};
enum { LAWS = sizeof laws / sizeof *laws };

/* A fit of one law: with a step before point `split` (0: none). */
typedef struct {
    double a, b, step, rss;
    size_t split, law;
} fit;

/* Two coefficients that are not negative, minimising the sum of (1 - a u - b v)^2: the normal equations, or, where
 * these leave the quadrant, the better of its two edges. */
static void solve(const double s[5], double n, double *a, double *b, double *rss)
{
    const double uu = s[0], uv = s[1], vv = s[2], u = s[3], v = s[4], det = uu * vv - uv * uv;
    *a = *b = 0;
    if (det > 1e-12 * uu * vv) {
        *a = (u * vv - v * uv) / det;
        *b = (v * uu - u * uv) / det;
    }
    if (!(*a > 0) || !(*b > 0)) {
        bool second = vv > 0 && (!(uu > 0) || v * v / vv > u * u / uu);
        *a = second || !(uu > 0) ? 0 : u / uu;
        *b = second ? v / vv : 0;
    }
    *rss = fmax(0, n - 2 * (*a * u + *b * v) + *a * *a * uu + 2 * *a * *b * uv + *b * *b * vv);
}

static void add_sums(const as_growth_law *law, const as_growth_point *p, double s[5])
{
    const double u = law->terms[0](p->x, p->z) / p->y;
    const double v = law->terms[1] ? law->terms[1](p->x, p->z) / p->y : 0;
    const double add[5] = {u * u, u * v, v * v, u, v};
    for (int i = 0; i < 5; i++)
        s[i] += add[i];
}

/* From the sums below the split and those beyond it, where every u and v is `step` larger. */
static fit fit_sums(const double below[5], const double beyond[5], double step, size_t n)
{
    double s[5];
    fit f = {.step = step};
    for (int i = 0; i < 5; i++)
        s[i] = below[i] + beyond[i] * (i < 3 ? step * step : step);
    solve(s, (double)n, &f.a, &f.b, &f.rss);
    return f;
}

static fit fit_plain(const as_growth_law *law, const as_growth_point *p, size_t n)
{
    double s[5] = {0};
    static const double none[5] = {0};
    for (size_t i = 0; i < n; i++)
        add_sums(law, &p[i], s);
    return fit_sums(s, none, 1, n);
}

/* The best height of a step between the sums below and those beyond it, by golden section on its logarithm. */
static fit fit_step(const double below[5], const double beyond[5], size_t n, int turns)
{
    const double golden = 0.6180339887498949;
    double low = 0, high = log(STEP_MAX), left = high - golden * (high - low), right = low + golden * (high - low);
    fit at_left = fit_sums(below, beyond, exp(left), n), at_right = fit_sums(below, beyond, exp(right), n);
    for (int i = 0; i < turns; i++) {
        if (at_left.rss < at_right.rss) {
            high = right;
            right = left;
            at_right = at_left;
            left = high - golden * (high - low);
            at_left = fit_sums(below, beyond, exp(left), n);
        } else {
            low = left;
            left = right;
            at_left = at_right;
            right = low + golden * (high - low);
            at_right = fit_sums(below, beyond, exp(right), n);
        }
    }
    return at_left.rss < at_right.rss ? at_left : at_right;
}

static void split_sums(const as_growth_law *law, const as_growth_point *p, size_t n, size_t split, double below[5],
                       double beyond[5])
{
    for (size_t i = 0; i < n; i++)
        add_sums(law, &p[i], i < split ? below : beyond);
}

/* The step before point `split`, as exactly as it can be had. */
static fit fit_split(const as_growth_law *law, const as_growth_point *p, size_t n, size_t split)
{
    double below[5] = {0}, beyond[5] = {0};
    split_sums(law, p, n, split, below, beyond);
    fit f = fit_step(below, beyond, n, FINE);
    f.split = split;
    return f;
}

/* The best step with at least STEP_SIDE points on either side, and the best of all; their rss is infinite where there
 * is none. Places are compared coarsely, and the two that win are fitted again. */
static void fit_stepped(const as_growth_law *law, const as_growth_point *p, size_t n, fit *inner, fit *any)
{
    double below[5] = {0}, beyond[5] = {0}, whole[5] = {0};
    inner->rss = any->rss = INFINITY;
    split_sums(law, p, n, n, whole, beyond);
    for (size_t split = 1; split < n; split++) {
        add_sums(law, &p[split - 1], below);
        if (p[split].x <= p[split - 1].x)
            continue;
        for (int i = 0; i < 5; i++)
            beyond[i] = whole[i] - below[i];
        fit f = fit_step(below, beyond, n, COARSE);
        f.split = split;
        if (f.rss < any->rss)
            *any = f;
        if (f.rss < inner->rss && split >= STEP_SIDE && split + STEP_SIDE <= n)
            *inner = f;
    }
    if (isfinite(any->rss))
        *any = fit_split(law, p, n, any->split);
    if (isfinite(inner->rss))
        *inner = inner->split == any->split ? *any : fit_split(law, p, n, inner->split);
}

/* n ln(RSS/n) + 2k, and what AICc adds for few points; infinite where there are too few. The spread is one too. */
static double aic(double rss, size_t n, size_t parameters, bool corrected)
{
    const double k = (double)parameters + 1, m = (double)n;
    const double variance = fmax(rss / m, RESIDUAL_MIN * RESIDUAL_MIN);
    if (corrected && m - k - 1 <= 0)
        return INFINITY;
    return m * log(variance) + 2 * k + (corrected ? 2 * k * (k + 1) / (m - k - 1) : 0);
}

/* The law that is left when small terms are dropped at the largest x (and z). */
static size_t reduced(size_t law, const fit *f, const as_growth_point *last)
{
    const as_growth_law *l = &laws[law];
    if (!l->terms[1])
        return law;
    const double a = f->a * l->terms[0](last->x, last->z), b = f->b * l->terms[1](last->x, last->z);
    const term kept = a < DROP * (a + b) ? l->terms[1] : b < DROP * (a + b) ? l->terms[0] : NULL;
    for (size_t i = 0; kept && i < LAWS; i++)
        if (laws[i].terms[0] == kept && !laws[i].terms[1])
            return i;
    return law;
}

/* Each class, after reduction, with the score of its best fit, and of its best as a rival. */
typedef struct {
    double score[LAWS], rival[LAWS];
    fit best[LAWS];
} board;

static size_t parameters_of(size_t law, const fit *f)
{
    return 1u + (laws[law].terms[1] != NULL) + (f->split ? 2u : 0u);
}

static void enter_rival(board *b, size_t law, const fit *f, const as_growth_point *p, size_t n)
{
    const size_t class = reduced(law, f, &p[n - 1]);
    b->rival[class] = fmin(b->rival[class], aic(f->rss, n, parameters_of(law, f), f->split == 0));
}

static void enter(board *b, size_t law, const fit *f, const as_growth_point *p, size_t n)
{
    const size_t class = reduced(law, f, &p[n - 1]);
    const double score = aic(f->rss, n, parameters_of(law, f), true);
    if (score < b->score[class]) {
        b->score[class] = score;
        b->best[class] = *f;
        b->best[class].law = law;
    }
    enter_rival(b, law, f, p, n);
}

static void enter_law(board *b, size_t law, const as_growth_point *p, size_t n)
{
    const fit plain = fit_plain(&laws[law], p, n);
    enter(b, law, &plain, p, n);
    if (laws[law].surface)
        return;
    fit inner, any;
    fit_stepped(&laws[law], p, n, &inner, &any);
    if (isfinite(inner.rss))
        enter(b, law, &inner, p, n);
    if (isfinite(any.rss))
        enter_rival(b, law, &any, p, n);
}

/* The slope that the law has over the upper half of the range, step included, as the tail slope is measured. */
static bool meets_tail(const as_growth *g, const as_growth_point *p, size_t n, double low, double high)
{
    double mx = 0, my = 0, xx = 0, xy = 0, m = 0;
    const double middle = sqrt(p[0].x * p[n - 1].x);
    if (isnan(low) || isnan(high))
        return true;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++) {
            if (p[i].x < middle * (1 - 1e-9))
                continue;
            double x = log(p[i].x), y = log(as_growth_at(g, p[i].x, p[i].z));
            if (pass == 0)
                mx += x, my += y, m++;
            else
                xx += (x - mx / m) * (x - mx / m), xy += (x - mx / m) * (y - my / m);
        }
    const double slope = xy / xx;
    return !(xx > 0) || (slope >= low - SLOPE_MARGIN && slope <= high + SLOPE_MARGIN);
}

/* How much worse `other` must be for `winner` to be claimed. */
static double lead_needed(size_t winner, size_t other)
{
    if (laws[winner].terms[0] == one && laws[other].terms[0] == one)
        return CLAIM_BENT;
    return laws[winner].terms[1] && !laws[other].terms[1] ? CLAIM_TWO : AS_GROWTH_CLAIM;
}

static void name_rivals(as_growth *g, const board *b, size_t winner, double own)
{
    bool named[LAWS] = {false};
    for (;;) {
        size_t next = LAWS;
        for (size_t i = 0; i < LAWS; i++)
            if (i != winner && !named[i] && b->rival[i] <= own + lead_needed(winner, i) &&
                (next == LAWS || b->rival[i] < b->rival[next]))
                next = i;
        if (next == LAWS || g->rival_count == sizeof g->rivals / sizeof *g->rivals)
            return;
        named[next] = true;
        g->rivals[g->rival_count++] = &laws[next];
    }
}

/* Whether a power that is not the class's own describes the points better by more than AS_GROWTH_CLAIM: then none of
 * the classes is meant, and they only bend and step until they come near. NaN: no. */
static double power_instead(const as_growth *g, const as_growth_point *p, size_t n, double own)
{
    double *x = malloc(3 * n * sizeof *x), *y = x + n, *law = x + 2 * n, least = own + AS_GROWTH_CLAIM, power = NAN;
    if (!x)
        return NAN;
    for (size_t i = 0; i < n; i++) {
        x[i] = log(p[i].x);
        y[i] = log(p[i].y);
        law[i] = log(g->law->terms[0](p[i].x, p[i].z));
    }
    const double class = g->law->terms[1] ? NAN : as_exponent_fit(x, law, n, 0).power;
    for (size_t split = 0; split < n; split++) {
        const as_exponent e = as_exponent_fit(x, y, n, split);
        const double score = aic(e.rss, n, e.split ? 4 : 2, e.split == 0);
        if (score < least && !(fabs(e.power - class) <= POWER_NEAR)) {
            least = score;
            power = e.power;
        }
    }
    free(x);
    return power;
}

static as_growth choose_class(const as_growth_point *p, size_t n, bool surface)
{
    as_growth g = {.step_x = NAN, .step = 1, .residual = NAN, .margin = NAN, .power = NAN};
    board b;
    size_t winner = LAWS;
    for (size_t i = 0; i < LAWS; i++)
        b.score[i] = b.rival[i] = INFINITY;
    for (size_t i = 0; i < LAWS && n; i++) {
        if (laws[i].surface != surface || (i == 0 && !surface)) /* "1" alone is only what others reduce to */
            continue;
        enter_law(&b, i, p, n);
    }
    if (!surface && isfinite(b.rival[0])) {
        fit flat = fit_plain(&laws[0], p, n);
        enter(&b, 0, &flat, p, n);
    }
    for (size_t i = 0; i < LAWS; i++)
        if (isfinite(b.score[i]) && (winner == LAWS || b.score[i] < b.score[winner]))
            winner = i;
    if (winner == LAWS)
        return g;
    const fit *f = &b.best[winner];
    g.law = &laws[winner];
    g.form = &laws[f->law];
    g.a = f->a;
    g.b = f->b;
    g.step = f->split ? f->step : 1;
    g.step_x = f->split ? p[f->split - 1].x : NAN;
    g.residual = sqrt(f->rss / (double)n);
    const double own = fmin(b.score[winner], b.rival[winner]);
    for (size_t i = 0; i < LAWS; i++)
        if (i != winner && isfinite(b.rival[i]))
            g.margin = fmin(isnan(g.margin) ? INFINITY : g.margin, b.rival[i] - own);
    name_rivals(&g, &b, winner, own);
    if (!surface)
        g.power = power_instead(&g, p, n, own);
    g.claimed = g.rival_count == 0 && g.residual <= RESIDUAL_MAX && isnan(g.power);
    return g;
}

static size_t different(const as_growth_point *p, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += i == 0 || p[i].x > p[i - 1].x;
    return count;
}

as_growth as_growth_fit(const as_growth_point *points, size_t count, double tail_low, double tail_high)
{
    as_growth g = choose_class(points, count, false);
    g.claimed = g.claimed && different(points, count) >= AS_GROWTH_POINTS_MIN &&
                log2(points[count - 1].x / points[0].x) >= AS_GROWTH_OCTAVES_MIN - 1e-9 &&
                meets_tail(&g, points, count, tail_low, tail_high);
    return g;
}

as_growth as_growth_fit_surface(const as_growth_point *points, size_t count)
{
    as_growth g = choose_class(points, count, true);
    g.claimed = g.claimed && count >= AS_GROWTH_POINTS_MIN;
    return g;
}

double as_growth_at(const as_growth *g, double x, double z)
{
    if (!g->law)
        return NAN;
    double y = g->a * g->form->terms[0](x, z) + (g->form->terms[1] ? g->b * g->form->terms[1](x, z) : 0);
    return !isnan(g->step_x) && x > g->step_x ? y * g->step : y;
}

void as_growth_coefficients(const as_growth *g, double *a, double *b)
{
    *a = g->law->terms[0] == g->form->terms[0] ? g->a : g->b;
    *b = g->law->terms[1] ? g->b : 0;
}

const char *as_growth_name(const as_growth_law *law, const char *symbol, as_arena *arena)
{
    as_text out = {0};
    for (const char *c = law->name; *c; c++)
        as_text_append(&out, *c == '*' ? symbol : c, *c == '*' ? strlen(symbol) : 1);
    return as_text_keep(&out, arena);
}
