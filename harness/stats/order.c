/* order.c: sorting, quantiles, and the exact coverage of an interval between two order statistics.
 * SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* values[at] moves down to its place among the ascending ones before it. */
static void sink_value(double *values, size_t at)
{
    const double value = values[at];
    for (; at && values[at - 1] > value; at--)
        values[at] = values[at - 1];
    values[at] = value;
}

void as_stats_sort(double *values, size_t count)
{
    if (count > 16) {
        qsort(values, count, sizeof *values, compare_doubles);
        return;
    }
    for (size_t i = 1; i < count; i++)
        sink_value(values, i);
}

static void swap_values(double *a, double *b)
{
    const double kept = *a;
    *a = *b;
    *b = kept;
}

void as_stats_sort_ends(double *values, size_t count, size_t ends)
{
    if (!ends || 2 * ends >= count) {
        as_stats_sort(values, count);
        return;
    }
    as_stats_sort(values, ends);
    for (size_t i = ends; i < count; i++)
        if (values[i] < values[ends - 1]) {
            swap_values(&values[i], &values[ends - 1]);
            sink_value(values, ends - 1);
        }
    double *last = values + count - ends;
    as_stats_sort(last, ends);
    for (size_t i = ends; i < count - ends; i++)
        if (values[i] > last[0]) {
            swap_values(&values[i], &last[0]);
            for (size_t k = 0; k + 1 < ends && last[k] > last[k + 1]; k++)
                swap_values(&last[k], &last[k + 1]);
        }
}

double as_stats_median(const double *sorted, size_t count)
{
    if (!count)
        return NAN;
    return count % 2 ? sorted[count / 2] : 0.5 * (sorted[count / 2 - 1] + sorted[count / 2]);
}

double as_median(double *values, size_t count)
{
    as_stats_sort(values, count);
    return as_stats_median(values, count);
}

double as_stats_quantile(const double *sorted, size_t count, double share)
{
    if (!count)
        return NAN;
    double at = share * (double)(count - 1);
    size_t below = (size_t)at;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

/* C(n, i) / 2^n: exact in binary where the power is a normal number, by logarithms beyond. */
static double fair_coin(size_t n, size_t i)
{
    if (n > 1000)
        return exp(lgamma((double)n + 1) - lgamma((double)i + 1) - lgamma((double)(n - i) + 1) - (double)n * log(2));
    double ways = ldexp(1, -(int)n);
    for (size_t j = 1; j <= i; j++)
        ways = ways * (double)(n - j + 1) / (double)j;
    return ways;
}

as_interval as_stats_median_interval(const double *sorted, size_t count)
{
    if (!count)
        return (as_interval){NAN, NAN, NAN};
    if (count == 1)
        return (as_interval){sorted[0], sorted[0], 0};
    size_t k = 1; /* the pair is the k-th smallest and the k-th largest */
    double below = fair_coin(count, 0);
    while (2 * (k + 1) <= count) {
        double more = below + fair_coin(count, k);
        if (1 - 2 * more < 0.95)
            break;
        below = more;
        k++;
    }
    return (as_interval){sorted[k - 1], sorted[count - k], 1 - 2 * below};
}

double as_stats_mad(double *values, size_t count, double centre)
{
    for (size_t i = 0; i < count; i++)
        values[i] = fabs(values[i] - centre);
    return as_median(values, count);
}
