/* bf16.h: a bfloat16 number as float32, of which it is the upper half.
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

#endif
