/* wide.h: the register block for products whose left matrix lies column by column, or row by row at any distance: as
 * wide as the registers allow, so that a step of k takes the fewest instructions. SPDX-License-Identifier: Apache-2.0
 *
 * C (rows x nv vectors, rows ldc apart) = [C +] A (rows x n) B (n x nv vectors, rows ldb apart). gemm.h's block is
 * tall, which suits left rows that are used once; 6 x 4 vectors load 10 times for 24 multiply-adds where 12 x 2 loads
 * 14 times. A by columns (element (i, k) at a[k lda + i]) is what a transposed strip, or rows that stand for columns,
 * already are: one pointer reaches all of its rows. A by rows has them a constant distance apart, for the same reason:
 * with an index register in its address, an element of A and its multiply-add are two instructions to the core. */
#ifndef AS_TILE_WIDE_H
#define AS_TILE_WIDE_H

#include "gemm.h"

#define WIDE_NV (TILE_SUMS < 24 ? TILE_NV : 4) /* the widest panel, in vectors */
#define WIDE_NR (WIDE_NV * VF_N)
#define WIDE_TALL(nv) (TILE_SUMS / (nv) < 12 ? TILE_SUMS / (nv) : 12) /* rows of a block of nv vectors */

/* A by rows: at most so many columns, which is how far apart its rows are, too. */
#define WIDE_KC 64

/* Rows of the next block, of those left: the last two share what they have. */
VF_INLINE size_t wide_next(size_t left, int nv)
{
    const size_t tall = WIDE_TALL(nv);
    return left <= tall ? left : left < 2 * tall ? (left + 1) / 2 : tall;
}

/* One function of each instruction set, in wide.c: a kernel calls its own. */
#define wide_multiply AS_ISA(wide_multiply)
#define wide_multiply_rows AS_ISA(wide_multiply_rows)

/* A by columns. nv <= WIDE_NV. Row i times factor[i], where factor is not NULL. */
void wide_multiply(size_t rows, int nv, size_t n, const float *a, size_t lda, const float *b, size_t ldb, float *c,
                   size_t ldc, bool add, const float *factor);

/* C += A B for a block that wide_next hands out, B and C packed. The two blocks that a whole panel comes to are worked
 * on where the call stands: short products follow each other without a jump to be guessed, which counts most where
 * another thread has its share of the core. */
VF_INLINE void wide_add(size_t rows, int nv, size_t n, const float *a, size_t lda, const float *b, float *c)
{
    enum { TALL = WIDE_TALL(WIDE_NV) };
    const size_t ld = (size_t)nv * VF_N;
    if (nv == WIDE_NV && rows == TALL)
        tile_block(TALL, WIDE_NV, n, a, 1, lda, b, WIDE_NR, c, WIDE_NR, true, NULL);
    else if (nv == WIDE_NV && rows == TALL - 1)
        tile_block(TALL - 1, WIDE_NV, n, a, 1, lda, b, WIDE_NR, c, WIDE_NR, true, NULL);
    else
        wide_multiply(rows, nv, n, a, lda, b, ld, c, ld, true, NULL);
}

/* A by rows, WIDE_KC floats apart; n <= WIDE_KC. */
void wide_multiply_rows(size_t rows, int nv, size_t n, const float *a, const float *b, size_t ldb, float *c, size_t ldc,
                        bool add);

#endif
