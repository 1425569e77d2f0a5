/* slope.c: a line through logarithms, and its quantiles over resampled processes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "slope.h"

#include <math.h>
#include <stdlib.h>

#include "../stats/draws.h"
#include "../stats/order.h"

enum { RESAMPLES = 1000 };

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

static void resample(const as_draws *d, size_t n, const double *w, uint64_t seed, as_slope *out)
{
    double *slopes = calloc(RESAMPLES, sizeof *slopes);
    if (!slopes)
        return;
    for (size_t i = 0; i < n; i++)
        as_draws_add(&d[i], &seed, w[i], slopes, RESAMPLES);
    as_stats_sort_ends(slopes, RESAMPLES, RESAMPLES / 40 + 1); /* as far as the quantiles reach */
    out->low = fmin(out->slope, as_stats_quantile(slopes, RESAMPLES, 0.025));
    out->high = fmax(out->slope, as_stats_quantile(slopes, RESAMPLES, 0.975));
    free(slopes);
}

as_slope as_slope_fit(const as_slope_point *points, size_t count, uint64_t seed)
{
    as_slope out = {NAN, NAN, NAN, 0};
    double *w = malloc((count + 1) * sizeof *w), *room = NULL;
    as_draws *draws = malloc((count + 1) * sizeof *draws);
    size_t all = 0, least = SIZE_MAX;
    if (count < 2 || !w || !draws)
        goto done;
    out.first = upper_half(points, count);
    const as_slope_point *p = points + out.first;
    size_t n = count - out.first;
    if (!weights(p, n, w))
        goto done;
    for (size_t i = 0; i < n; i++) {
        all += AS_DRAWS_ROOM(p[i].count);
        least = p[i].count < least ? p[i].count : least;
    }
    room = malloc(all * sizeof *room);
    if (!room || !least)
        goto done;
    out.slope = 0;
    all = 0;
    for (size_t i = 0; i < n; i++) {
        draws[i] = as_draws_from(p[i].times, p[i].count, room + all);
        all += AS_DRAWS_ROOM(p[i].count);
        out.slope += w[i] * as_draws_median(&draws[i]);
    }
    if (least >= 2)
        resample(draws, n, w, seed, &out);
done:
    free(draws);
    free(room);
    free(w);
    return out;
}
