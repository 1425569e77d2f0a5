/* order.h: order statistics: medians, their exact intervals, deviations.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_STATS_ORDER_H
#define AS_STATS_ORDER_H

#include <stddef.h>

/* Ascending. */
void as_stats_sort(double *values, size_t count);

/* Moves the `ends` smallest values to the front and the `ends` largest to the back, in ascending order; those between
 * stay unsorted. Enough for a far quantile, at a tenth of the cost. */
void as_stats_sort_ends(double *values, size_t count, size_t ends);

/* Sorts the values and returns their median; NaN when there are none. */
double as_median(double *values, size_t count);
/* The same for values that are in ascending order already. */
double as_stats_median(const double *sorted, size_t count);

/* Interpolates linearly between sorted values; 0 <= share <= 1; NaN when there are none. */
double as_stats_quantile(const double *sorted, size_t count, double share);

typedef struct {
    double low, high;
    double coverage; /* probability that [low, high] holds the median of what the values were drawn from */
} as_interval;

/* The narrowest pair of order statistics, equally far from both ends, that holds the median with at least 95 %; where
 * no pair does (fewer than 6 values), smallest and largest: 93.75 % for 5, 50 % for 2, 0 for 1. The coverage is the
 * exact binomial one, for any continuous distribution: 1 - 2 P(Bin(n, 1/2) < k). This is the interval that summary.csv
 * shows, and the one whose width ends the measuring of a case. */
as_interval as_stats_median_interval(const double *sorted, size_t count);

/* Median absolute deviation from `centre`; `values` are overwritten. */
double as_stats_mad(double *values, size_t count, double centre);

#endif
