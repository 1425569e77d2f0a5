/* binomial.h: how often of n tries, and what a count of hits says about the share behind it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_STATS_BINOMIAL_H
#define AS_STATS_BINOMIAL_H

#include <stddef.h>

/* P(k hits in n tries), each a hit with probability p; 0 < p < 1. */
double as_binomial(size_t n, size_t k, double p);

/* The share behind `hits` of `n`: the exact interval of Clopper and Pearson, 95 %. NaN for no tries. */
void as_binomial_interval(size_t hits, size_t n, double *low, double *high);

#endif
