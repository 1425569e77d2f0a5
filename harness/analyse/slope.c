/* slope.c: see slope.h; and the rows of fits.csv. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "slope.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stages.h"
#include "stats.h"

enum { RESAMPLES = 2000 };

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double median_log(const as_slope_point *p, double *room)
{
    memcpy(room, p->times, p->count * sizeof *room);
    as_stats_sort(room, p->count);
    return log(as_stats_median(room, p->count));
}

static double resampled_log(const as_slope_point *p, double *room, uint64_t *random)
{
    for (size_t i = 0; i < p->count; i++)
        room[i] = p->times[next_random(random) % p->count];
    as_stats_sort(room, p->count);
    return log(as_stats_median(room, p->count));
}

static size_t upper_half(const as_slope_point *points, size_t count)
{
    double middle = 0.5 * (log(points[0].x) + log(points[count - 1].x));
    size_t first = 0;
    while (first < count && log(points[first].x) < middle - 1e-9)
        first++;
    return count - first >= 3 ? first : 0;
}

/* The slope is a weighted sum of the logs of the times; these are the weights. false: all x are equal. */
static bool weights(const as_slope_point *points, size_t count, double *w)
{
    double mean = 0, sum = 0;
    for (size_t i = 0; i < count; i++)
        mean += log(points[i].x) / (double)count;
    for (size_t i = 0; i < count; i++) {
        w[i] = log(points[i].x) - mean;
        sum += w[i] * w[i];
    }
    for (size_t i = 0; i < count; i++)
        w[i] /= sum;
    return sum > 0;
}

static void resample(const as_slope_point *p, size_t n, const double *w, double *room, uint64_t seed, as_slope *out)
{
    double *slopes = malloc(RESAMPLES * sizeof *slopes);
    if (!slopes)
        return;
    for (size_t r = 0; r < RESAMPLES; r++) {
        slopes[r] = 0;
        for (size_t i = 0; i < n; i++)
            slopes[r] += w[i] * resampled_log(&p[i], room, &seed);
    }
    as_stats_sort(slopes, RESAMPLES);
    out->low = fmin(out->slope, as_stats_quantile(slopes, RESAMPLES, 0.025));
    out->high = fmax(out->slope, as_stats_quantile(slopes, RESAMPLES, 0.975));
    free(slopes);
}

as_slope as_slope_fit(const as_slope_point *points, size_t count, uint64_t seed)
{
    as_slope out = {NAN, NAN, NAN, 0};
    double *w = malloc((count + 1) * sizeof *w), *room = NULL;
    size_t most = 1, least = SIZE_MAX;
    if (count < 2 || !w)
        goto done;
    out.first = upper_half(points, count);
    const as_slope_point *p = points + out.first;
    size_t n = count - out.first;
    if (!weights(p, n, w))
        goto done;
    for (size_t i = 0; i < n; i++) {
        most = p[i].count > most ? p[i].count : most;
        least = p[i].count < least ? p[i].count : least;
    }
    room = malloc(most * sizeof *room);
    if (!room || !least)
        goto done;
    out.slope = 0;
    for (size_t i = 0; i < n; i++)
        out.slope += w[i] * median_log(&p[i], room);
    if (least >= 2)
        resample(p, n, w, room, seed, &out);
done:
    free(room);
    free(w);
    return out;
}

static uint64_t seed_of(const char *a, const char *b, const char *c)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    const char *texts[] = {a, b, c};
    for (size_t i = 0; i < 3; i++)
        for (const char *t = texts[i]; *t; t++)
            hash = (hash ^ (unsigned char)*t) * 0x100000001b3u;
    return hash;
}

static as_slope fit_curve(const as_findings *f, const as_curve *c)
{
    as_arena *scratch = as_arena_create();
    as_slope_point *points = as_arena_alloc(scratch, c->count * sizeof *points);
    for (size_t i = 0; i < c->count; i++) {
        const as_replicates *r = &f->replicates[c->points[i]];
        double *times = as_arena_alloc(scratch, (r->count + 1) * sizeof *times);
        for (size_t k = 0; k < r->count; k++)
            times[k] = r->of[k].wall_ns;
        points[i] = (as_slope_point){as_curve_x(c->axis, &f->summary[c->points[i]]), times, r->count};
    }
    as_slope slope = as_slope_fit(points, c->count, seed_of(c->kernel, c->pattern, c->fixed));
    as_arena_free(scratch);
    return slope;
}

void as_fits_make(as_findings *f, as_arena *arena)
{
    f->curves = as_curves_find(f->summary, f->case_count, arena, &f->fit_count);
    f->fits = as_arena_alloc(arena, (f->fit_count + 1) * sizeof *f->fits);
    for (size_t i = 0; i < f->fit_count; i++) {
        const as_curve *c = &f->curves[i];
        as_slope slope = fit_curve(f, c);
        f->fits[i] = (as_fit){
            .curve = c->fixed,
            .kernel = c->kernel,
            .pattern = c->pattern,
            .axis = as_axis_name(c->axis),
            .points = c->count,
            .from = as_curve_x(c->axis, &f->summary[c->points[0]]),
            .to = as_curve_x(c->axis, &f->summary[c->points[c->count - 1]]),
            .tail_slope = slope.slope,
            .tail_low = slope.low,
            .tail_high = slope.high,
            .expected_slope = NAN,
        };
        as_order_judge(f, c, slope.first, &f->fits[i]);
    }
}
