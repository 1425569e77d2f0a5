/* draws.h: medians of processes that were drawn anew with replacement, the same for a seed: what intervals are made of.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DRAWS_H
#define AS_DRAWS_H

#include <stddef.h>
#include <stdint.h>

uint64_t as_random_next(uint64_t *state); /* splitmix64 */

/* A seed from texts (NULL counts as empty); `count` of them. */
uint64_t as_seed_of(const char *const *texts, size_t count);

/* The logarithm of the median of `times`; `room` holds count values. */
double as_median_log(const double *times, size_t count, double *room);
/* The same of as many values drawn from them. */
double as_drawn_median_log(const double *times, size_t count, double *room, uint64_t *random);

#endif
