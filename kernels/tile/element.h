/* element.h: one element of an operand of either type: bfloat16 to float32 and back.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_ELEMENT_H
#define AS_TILE_ELEMENT_H

#include <stdint.h>
#include <string.h>

#include "../common/bf16.h"
#include "../api/kernel.h"

static inline float tile_bf16_element(const void *x, size_t i) { return as_bf16_float(((const uint16_t *)x)[i]); }

/* to nearest, ties to even; NaN stays NaN */
static inline uint16_t tile_bf16_round(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffff) > 0x7f800000)
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline void tile_store_element(void *x, size_t i, as_dtype dtype, float value)
{
    if (dtype == AS_F32)
        ((float *)x)[i] = value;
    else
        ((uint16_t *)x)[i] = tile_bf16_round(value);
}

#endif
