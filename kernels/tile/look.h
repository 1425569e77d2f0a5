/* look.h: what stands in for the address sanitizer in the register blocks.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Three quarters of a sanitized `verify` went into looking at every load of their loops. A file that includes this is
 * built without the sanitizers (cmake/kernels.cmake), and looks at the whole of what a call touches before it begins.
 */
#ifndef AS_TILE_LOOK_H
#define AS_TILE_LOOK_H

#ifdef AS_ASAN_BY_REGION
#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `rows` rows of n floats, ld floats apart, are the program's to read or write; else the sanitizer's report ends it. */
static inline void tile_look(const float *x, size_t rows, size_t ld, size_t n, bool writes)
{
    if (ld == n) { /* without gaps: one look, where one for each row was half of a layer's verify */
        n *= rows;
        rows = 1;
    }
    for (size_t i = 0; i < rows; i++) {
        void *at = __asan_region_is_poisoned((void *)(uintptr_t)(x + i * ld), n * sizeof *x);
        if (at)
            __asan_report_error(__builtin_return_address(0), __builtin_frame_address(0), __builtin_frame_address(0), at,
                                writes, sizeof *x);
    }
}
#else
#define tile_look(x, rows, ld, n, writes) ((void)(ld), (void)(n))
#endif

#endif
