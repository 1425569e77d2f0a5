/* gemm.c: the register block for every number of rows and vectors, once for each instruction set.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm.h"

#include "look.h"

#define TILE_ROWS(R)                                                                                                   \
    case R:                                                                                                            \
        tile_block(R, nv, n, a, TILE_STRIDE, 1, b, ldb, c, ldc, add, NULL);                                            \
        break;

/* Any number of rows up to TILE_MR, for a panel of nv vectors. */
VF_INLINE void tile_rows(int rows, int nv, size_t n, const float *a, const float *b, size_t ldb, float *c, size_t ldc,
                         bool add)
{
    switch (rows) {
        TILE_ROWS(1)
        TILE_ROWS(2)
        TILE_ROWS(3)
        TILE_ROWS(4)
#if TILE_MR > 4
        TILE_ROWS(5)
        TILE_ROWS(6)
#endif
#if TILE_MR > 6
        TILE_ROWS(7)
        TILE_ROWS(8)
        TILE_ROWS(9)
        TILE_ROWS(10)
        TILE_ROWS(11)
        TILE_ROWS(12)
#endif
    }
}

/* Specialised bodies: a full panel and each narrower last one. Rows of B are ldb floats apart; 0: packed, nv vectors.
 */
VF_INLINE void tile_widths(int rows, int nv, size_t n, const float *a, const float *b, size_t ldb, float *c, size_t ldc,
                           bool add)
{
    tile_look(a, (size_t)rows, TILE_STRIDE, n, false);
    tile_look(b, n, ldb ? ldb : (size_t)nv * VF_N, (size_t)nv * VF_N, false);
    tile_look(c, (size_t)rows, ldc, (size_t)nv * VF_N, true);
    if (nv == TILE_NV) {
        tile_rows(rows, TILE_NV, n, a, b, ldb ? ldb : TILE_NR, c, ldc, add);
        return;
    }
#if TILE_NV > 3
    if (nv == 3) {
        tile_rows(rows, 3, n, a, b, ldb ? ldb : 3 * VF_N, c, ldc, add);
        return;
    }
#endif
#if TILE_NV > 2
    if (nv == 2) {
        tile_rows(rows, 2, n, a, b, ldb ? ldb : 2 * VF_N, c, ldc, add);
        return;
    }
#endif
    tile_rows(rows, 1, n, a, b, ldb ? ldb : VF_N, c, ldc, add);
}

void tile_multiply(int rows, int nv, size_t n, const float *a, const float *b, float *c, size_t ldc, bool add)
{
    tile_widths(rows, nv, n, a, b, 0, c, ldc, add);
}

void tile_multiply_rows(int rows, int nv, size_t n, const float *a, const float *b, size_t ldb, float *c, size_t ldc,
                        bool add)
{
    tile_widths(rows, nv, n, a, b, ldb, c, ldc, add);
}
