/* truth.h: what the oracles share: an element of an operand as float64.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TRUTH_H
#define AS_TRUTH_H

#include <string.h>

#include "oracle.h"

static inline double as_truth_at(const void *array, size_t index, as_dtype dtype)
{
    float value;
    if (dtype == AS_F32)
        return ((const float *)array)[index];
    const uint32_t bits = (uint32_t)((const uint16_t *)array)[index] << 16; /* bfloat16: the upper half of a float */
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
