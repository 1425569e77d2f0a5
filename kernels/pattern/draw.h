/* draw.h: randomness as a function: the same (seed, stream, index) is the same number on every machine, in any order.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DRAW_H
#define AS_DRAW_H

#include "term.h"

/* splitmix64's finaliser (Steele, Lea and Flood, 2014): every bit of x moves every bit of the result. */
static inline uint64_t as_mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static inline uint64_t as_draw(uint64_t seed, uint64_t stream, uint64_t index)
{
    const uint64_t golden = 0x9e3779b97f4a7c15u;
    return as_mix(as_mix(as_mix(seed + golden) + (stream + 1) * golden) + (index + 1) * golden);
}

/* Evenly from 0..n-1. */
static inline uint64_t as_draw_below(uint64_t seed, uint64_t stream, uint64_t index, uint64_t n)
{
    return (uint64_t)((unsigned __int128)as_draw(seed, stream, index) * n >> 64);
}

/* sample.c: min(r, n) distinct numbers of 0..n-1 as ascending runs; neighbours are one run. `runs` has room for
 * min(r, n) and is all the memory that it takes. */
size_t as_sample(uint64_t seed, uint64_t stream, size_t n, size_t r, as_run *runs);

#endif
