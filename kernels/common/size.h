/* size.h: sizes of arrays, SIZE_MAX where they overflow. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_SIZE_H
#define AS_SIZE_H

#include <stddef.h>
#include <stdint.h>

/* a*b*c*d */
static inline size_t as_product(size_t a, size_t b, size_t c, size_t d)
{
    size_t n;
    if (__builtin_mul_overflow(a, b, &n) || __builtin_mul_overflow(n, c, &n) || __builtin_mul_overflow(n, d, &n))
        return SIZE_MAX;
    return n;
}

static inline size_t as_sum(size_t a, size_t b)
{
    size_t n;
    return __builtin_add_overflow(a, b, &n) ? SIZE_MAX : n;
}

#endif
