/* mix.h: splitmix64's finaliser (Steele, Lea and Flood, 2014): every bit of x changes every bit of the result. Numbers
 * made by it from a counter are the same on every machine and in any order.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MIX_H
#define AS_MIX_H

#include <stdint.h>

static inline uint64_t as_mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

#define AS_GOLDEN 0x9e3779b97f4a7c15u /* splitmix64's step */

/* The first output of splitmix64 with this seed. */
static inline uint64_t as_mix_seed(uint64_t seed) { return as_mix(seed + AS_GOLDEN); }

#endif
