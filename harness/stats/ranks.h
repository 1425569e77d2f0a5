/* ranks.h: how far two builds lie apart: estimates, intervals and p-values from ranks, exact, without random numbers.
 * SPDX-License-Identifier: Apache-2.0
 * One sample (paired turns): Hodges-Lehmann's median of the Walsh averages with the interval of Wilcoxon's signed
 * ranks. Two samples (processes measured apart): the median of all differences with the interval of the rank sum.
 * Hollander and Wolfe, Nonparametric Statistical Methods, chapters 3 and 4. */
#ifndef AS_STATS_RANKS_H
#define AS_STATS_RANKS_H

#include <stddef.h>

typedef struct {
    double estimate, low, high;
    double coverage; /* of [low, high]: at least 1 - alpha, or less if so few values give no such interval */
    double p;        /* two-sided, of the hypothesis that the shift is 0; a tie with 0 counts for the hypothesis */
} as_shift;

/* One sample. All NaN for no values. For more than 256 values, coverage and p come from Edgeworth's series, which is
 * off by less than 5e-6 (test_ranks); p beyond five standard deviations is the normal law's, which is larger. O(n log
 * n). */
as_shift as_signed_ranks(const double *values, size_t n, double alpha);
/* Its estimate alone. */
double as_hodges_lehmann(const double *values, size_t n);
/* How far `b` lies above `a`. */
as_shift as_rank_sum(const double *a, size_t n, const double *b, size_t m, double alpha);

/* Holm's correction: level[i] is what p[i] must not exceed to be rejected at `alpha` over all `count` tests:
 * alpha / (count - rank of p[i]). Once one p exceeds its level, the level of every larger p is 0. */
void as_holm(const double *p, size_t count, double alpha, double *level);

#endif
