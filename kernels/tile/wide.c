/* wide.c: wide.h's blocks for every number of rows and vectors, once for each instruction set.
 * SPDX-License-Identifier: Apache-2.0 */
#include "wide.h"

#include "look.h"

#define WIDE_CASE(R)                                                                                                   \
    case R:                                                                                                            \
        tile_block(R <= WIDE_TALL(nv) ? R : 1, nv, n, a, row, step, b, ldb, c, ldc, add, factor);                      \
        break;

/* Any number of rows. */
VF_INLINE void wide_rows(size_t rows, int nv, size_t n, const float *a, size_t row, size_t step, const float *b,
                         size_t ldb, float *c, size_t ldc, bool add, const float *factor)
{
    for (size_t i; rows; rows -= i, a += i * row, c += i * ldc, factor += factor ? i : 0) {
        i = wide_next(rows, nv);
        switch (i) {
            WIDE_CASE(1)
            WIDE_CASE(2)
            WIDE_CASE(3)
            WIDE_CASE(4)
            WIDE_CASE(5)
            WIDE_CASE(6)
            WIDE_CASE(7)
            WIDE_CASE(8)
            WIDE_CASE(9)
            WIDE_CASE(10)
            WIDE_CASE(11)
            WIDE_CASE(12)
        }
    }
}

#define WIDE_WIDTH(N)                                                                                                  \
    if (nv == N)                                                                                                       \
        wide_rows(rows, N <= WIDE_NV ? N : 1, n, a, row, step, b, ldb, c, ldc, add, factor);

void wide_multiply(size_t rows, int nv, size_t n, const float *a, size_t lda, const float *b, size_t ldb, float *c,
                   size_t ldc, bool add, const float *factor)
{
    const size_t row = 1, step = lda, width = (size_t)nv * VF_N;
    tile_look(a, n, lda, rows, false);
    tile_look(b, n, ldb, width, false);
    tile_look(c, rows, ldc, width, true);
    WIDE_WIDTH(1)
    WIDE_WIDTH(2)
    WIDE_WIDTH(3)
    WIDE_WIDTH(4)
}

void wide_multiply_rows(size_t rows, int nv, size_t n, const float *a, const float *b, size_t ldb, float *c, size_t ldc,
                        bool add)
{
    const size_t row = WIDE_KC, step = 1, width = (size_t)nv * VF_N;
    tile_look(a, rows, row, n, false);
    tile_look(b, n, ldb, width, false);
    tile_look(c, rows, ldc, width, true);
    const float *const factor = NULL;
    WIDE_WIDTH(1)
    WIDE_WIDTH(2)
    WIDE_WIDTH(3)
    WIDE_WIDTH(4)
}
