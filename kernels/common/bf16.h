/* bf16.h: bfloat16 numbers, the upper halves of float32 numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BF16_H
#define AS_BF16_H

#include <stdint.h>
#include <string.h>

static inline float as_bf16_float(uint16_t x)
{
    const uint32_t bits = (uint32_t)x << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* To nearest, ties to even; a NaN stays a NaN. */
static inline uint16_t as_bf16_round(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffff) > 0x7f800000)
        return (uint16_t)(bits >> 16 | 64);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

#endif
