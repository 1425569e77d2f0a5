/* draw.h: randomness as a function: the same (seed, stream, index) is the same number on every machine, in any order.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DRAW_H
#define AS_DRAW_H

#include "../common/random.h"
#include "term.h"

static inline uint64_t as_draw(uint64_t seed, uint64_t stream, uint64_t index)
{
    return as_mix(as_mix(as_random_first(seed) + (stream + 1) * AS_RANDOM_STEP) + (index + 1) * AS_RANDOM_STEP);
}

/* Evenly from 0..n-1. */
static inline uint64_t as_draw_below(uint64_t seed, uint64_t stream, uint64_t index, uint64_t n)
{
    return (uint64_t)((unsigned __int128)as_draw(seed, stream, index) * n >> 64);
}

/* sample.c: min(r, n) distinct numbers of 0..n-1 as ascending runs; neighbours are one run. `runs` has room for
 * min(r, n) and is all the memory that it takes. */
size_t as_draw_distinct(uint64_t seed, uint64_t stream, size_t n, size_t r, as_run *runs);

#endif
