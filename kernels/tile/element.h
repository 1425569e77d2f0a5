/* element.h: one element of an operand of either type: bfloat16 to float32 and back.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_ELEMENT_H
#define AS_TILE_ELEMENT_H

#include <stdint.h>
#include <string.h>

#include "../common/bf16.h"
#include "../api/kernel.h"

static inline float tile_bf16_element(const void *x, size_t i) { return as_bf16_float(((const uint16_t *)x)[i]); }

static inline size_t tile_element_bytes(as_dtype dtype) { return dtype == AS_F32 ? sizeof(float) : sizeof(uint16_t); }

static inline void tile_store_element(void *x, size_t i, as_dtype dtype, float value)
{
    if (dtype == AS_F32)
        ((float *)x)[i] = value;
    else
        ((uint16_t *)x)[i] = as_bf16_round(value);
}

static inline void tile_round(const float *x, size_t n, uint16_t *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = as_bf16_round(x[i]);
}

#endif
