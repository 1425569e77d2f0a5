/* binomial.c: binomial probabilities by logarithms of the gamma function, and their inversion by bisection.
 * SPDX-License-Identifier: Apache-2.0 */
#include "binomial.h"

#include <math.h>

double as_binomial(size_t n, size_t k, double p)
{
    return exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) + (double)k * log(p) +
               (double)(n - k) * log1p(-p));
}

/* The share at which no more than `hits` are seen with probability `tail`; it falls as the share grows. */
static double share_where(size_t hits, size_t n, double tail)
{
    double low = 0, high = 1;
    for (int i = 0; i < 60; i++) {
        const double middle = 0.5 * (low + high);
        double below = 0;
        for (size_t k = 0; k <= hits; k++)
            below += as_binomial(n, k, middle);
        *(below > tail ? &low : &high) = middle;
    }
    return 0.5 * (low + high);
}

void as_binomial_interval(size_t hits, size_t n, double *low, double *high)
{
    *low = !n ? (double)NAN : hits ? share_where(hits - 1, n, 0.975) : 0;
    *high = !n ? (double)NAN : hits < n ? share_where(hits, n, 0.025) : 1;
}
