/* wide.h: the register block for products whose left matrix lies column by column, or row by row at any distance: as wide as
 * the registers allow, so that a step of k takes the fewest instructions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * C (rows x nv vectors, rows ldc apart) = [C +] A (rows x n) B (n x nv vectors, rows ldb apart). gemm.h's block is tall, which
 * suits left rows that are used once; 6 x 4 vectors load 10 times for 24 multiply-adds where 12 x 2 loads 14 times.
 * A by columns (element (i, k) at a[k lda + i]) is what a transposed strip, or rows that stand for columns, already are: one
 * pointer reaches all of its rows. */
#ifndef AS_TILE_WIDE_H
#define AS_TILE_WIDE_H

#include "gemm.h"

#define WIDE_NV (TILE_SUMS < 24 ? TILE_NV : 4) /* the widest panel, in vectors */
#define WIDE_NR (WIDE_NV * VF_N)
#define WIDE_TALL(nv) (TILE_SUMS / (nv) < 12 ? TILE_SUMS / (nv) : 12) /* rows of a block of nv vectors */

#define WIDE_CASE(R)                                                                                                   \
    case R:                                                                                                            \
        tile_block(R <= WIDE_TALL(nv) ? R : 1, nv, n, a, row, step, b, ldb, c, ldc, add, factor);                      \
        break;

/* Rows of the next block, of those left: the last two share what they have. */
TILE_INLINE size_t wide_next(size_t left, int nv)
{
    const size_t tall = WIDE_TALL(nv);
    return left <= tall ? left : left < 2 * tall ? (left + 1) / 2 : tall;
}

/* Any number of rows. */
TILE_INLINE void wide_rows(size_t rows, int nv, size_t n, const float *a, size_t row, size_t step, const float *b, size_t ldb,
                           float *c, size_t ldc, bool add, const float *factor)
{
    for (size_t i; rows; rows -= i, a += i * row, c += i * ldc, factor += factor ? i : 0) {
        i = wide_next(rows, nv);
        switch (i) {
            WIDE_CASE(1) WIDE_CASE(2) WIDE_CASE(3) WIDE_CASE(4) WIDE_CASE(5) WIDE_CASE(6)
            WIDE_CASE(7) WIDE_CASE(8) WIDE_CASE(9) WIDE_CASE(10) WIDE_CASE(11) WIDE_CASE(12)
        }
    }
}

#define WIDE_WIDTH(N)                                                                                                  \
    if (nv == N)                                                                                                       \
        wide_rows(rows, N <= WIDE_NV ? N : 1, n, a, row, step, b, ldb, c, ldc, add, factor);

/* A by columns. nv <= WIDE_NV. Row i times factor[i], where factor is not NULL. */
static inline void wide_multiply(size_t rows, int nv, size_t n, const float *a, size_t lda, const float *b, size_t ldb,
                                 float *c, size_t ldc, bool add, const float *factor)
{
    const size_t row = 1, step = lda;
    WIDE_WIDTH(1) WIDE_WIDTH(2) WIDE_WIDTH(3) WIDE_WIDTH(4)
}

/* A by rows, lda floats apart. */
static inline void wide_multiply_rows(size_t rows, int nv, size_t n, const float *a, size_t lda, const float *b,
                                      size_t ldb, float *c, size_t ldc, bool add)
{
    const size_t row = lda, step = 1;
    const float *const factor = NULL;
    WIDE_WIDTH(1) WIDE_WIDTH(2) WIDE_WIDTH(3) WIDE_WIDTH(4)
}

#endif
