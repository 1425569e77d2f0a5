/* dtype.h: what element types a build of a tiled kernel takes. cmake/kernels.cmake builds a file that includes this for
 * AMX, too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_DTYPE_H
#define AS_TILE_DTYPE_H

#include <stdio.h>

#include "../api/builtin.h"

/* AMX has no float32 product; the registry then goes on to the next build, which is the same kernel for AVX-512. */
static inline bool tile_refuse_dtype(const as_problem *p, char *why, size_t cap)
{
    if (AS_THIS_ISA != AS_AMX || p->dtype == AS_BF16)
        return false;
    snprintf(why, cap, "amx multiplies bf16; f32 runs on avx512");
    return true;
}

#endif
