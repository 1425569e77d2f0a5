/* gauss.h: normal random numbers as a function: the same (seed, stream, index) is the same number, in any order.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_GAUSS_H
#define AS_GAUSS_H

#include <math.h>

#include "../pattern/draw.h"

/* Box and Muller (1958): one of the two numbers that a pair of uniforms gives. */
static inline double as_gauss(uint64_t seed, uint64_t stream, uint64_t index)
{
    const double u = ((double)(as_draw(seed, stream, 2 * index) >> 11) + 0.5) * 0x1p-53;
    const double w = as_random_unit(as_draw(seed, stream, 2 * index + 1));
    return sqrt(-2 * log(u)) * cos(6.28318530717958647692 * w);
}

#endif
