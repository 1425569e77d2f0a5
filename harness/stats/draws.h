/* draws.h: the bootstrap: medians of processes drawn with replacement, the same numbers for a seed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_STATS_DRAWS_H
#define AS_STATS_DRAWS_H

#include <stddef.h>
#include <stdint.h>

/* A seed made from `count` texts; NULL counts as empty. */
uint64_t as_seed_of(const char *const *texts, size_t count);

/* Times of processes, ready to be drawn from. For an odd number n of times, the probability that the median of n draws
 * is the j-th smallest time is known, so that one random number replaces n; for an even number, n times are drawn. */
typedef struct {
    double *logs;  /* ascending */
    double *share; /* probability that the median of as many draws is at most the j-th */
    double median; /* its logarithm */
    size_t count;
} as_draws;

#define AS_DRAWS_ROOM(count) (2 * (size_t)(count) + 1) /* doubles that as_draws_from needs for `count` times */

as_draws as_draws_from(const double *times, size_t count, double *room);
/* The logarithm of the median of the times. */
double as_draws_median(const as_draws *d);
/* The logarithm of the median of as many times drawn with replacement, moved towards the true median so that it
 * scatters as the median of so few times does. */
double as_draws_next(const as_draws *d, uint64_t *random);
/* Adds `weight` times a draw to each of the sums. */
void as_draws_add(const as_draws *d, uint64_t *random, double weight, double *sums, size_t count);

#endif
