/* random.h: the one source of random numbers, for kernels, harness and tests: the same numbers on every machine.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_RANDOM_H
#define AS_RANDOM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The odd number closest to 2^64 divided by the golden ratio. */
#define AS_RANDOM_STEP 0x9e3779b97f4a7c15u

/* splitmix64's finaliser (Steele, Lea and Flood, 2014): every bit of x changes every bit of the result. */
static inline uint64_t as_mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* The first number of the stream with this seed; as a function of a counter, the same in any order. */
static inline uint64_t as_random_first(uint64_t seed) { return as_mix(seed + AS_RANDOM_STEP); }

/* The next number of a stream: splitmix64. Any value of *state is a seed. */
static inline uint64_t as_random_next(uint64_t *state) { return as_mix(*state += AS_RANDOM_STEP); }

/* A random number's upper 53 bits as k / 2^53: 0 <= result < 1. */
static inline double as_random_unit(uint64_t bits) { return (double)(bits >> 11) * 0x1p-53; }

/* Spreads small numbers evenly over 0..2^bits-1 (Fibonacci hashing). */
static inline unsigned as_spread(uint64_t x, unsigned bits) { return (unsigned)(x * AS_RANDOM_STEP >> (64 - bits)); }

/* Puts `count` items of `size` bytes (up to 64) in a random order. */
static inline void as_shuffle(uint64_t *state, void *items, size_t count, size_t size)
{
    char *item = items, kept[64];
    for (size_t i = count; i > 1; i--) {
        char *a = item + (i - 1) * size, *b = item + as_random_next(state) % i * size;
        memcpy(kept, a, size);
        memmove(a, b, size);
        memcpy(b, kept, size);
    }
}

#endif
