/* slope.h: how steeply time grows at the far end of a curve.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_ANALYSE_SLOPE_H
#define AS_ANALYSE_SLOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One point: the times of the processes that measured it. */
typedef struct {
    double x;
    const double *times;
    size_t count;
} as_slope_point;

typedef struct {
    double slope;     /* NaN where there are fewer than two different x */
    double low, high; /* NaN where some point has a single process: nothing to resample */
    size_t first;     /* the fit is over points[first..] */
} as_slope;

/* The least-squares slope of log(median time) against log(x) over the upper half of the range on a log scale, or over
 * all points where the upper half has fewer than three. The interval is the 2.5 % and 97.5 % quantile of 1000 slopes in
 * which the processes of every point were drawn anew with replacement; `seed` makes it the same every time. Points
 * ascend in x. */
as_slope as_slope_fit(const as_slope_point *points, size_t count, uint64_t seed);

#endif
