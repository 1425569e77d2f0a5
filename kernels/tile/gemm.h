/* gemm.h: the register block: a few rows of A times a packed panel of B, kept in registers while k runs.
 * SPDX-License-Identifier: Apache-2.0
 *
 * C (rows x nv vectors) = [C +] A (rows x n) B (n x nv vectors). Elements of A are broadcast, vectors of B loaded once and
 * used by all rows: per step of k that is rows + nv loads for rows * nv multiply-adds, which keeps both units of every
 * CPU this was built for busy (Goto and van de Geijn, 2008; BLIS). Rows of A are TILE_STRIDE floats apart, a constant, so
 * that one pointer reaches them all; the 16 floats beyond a power of two keep rows in different cache sets. */
#ifndef AS_TILE_GEMM_H
#define AS_TILE_GEMM_H

#include <stdbool.h>

#include "../vec/vec.h"

#define TILE_NR (TILE_NV * VF_N) /* columns of a full panel */
#define TILE_PANELS (256 / TILE_NR < 32 ? 256 / TILE_NR : 32) /* panels of one block: a bit each in 32 */
#define TILE_KC (TILE_PANELS * TILE_NR)                      /* the longest k of one call; keys of one block */
#define TILE_STRIDE (TILE_KC + 16)

_Static_assert(TILE_MR == 4 || TILE_MR == 6 || TILE_MR == 12, "tile_rows has cases for these");

#define TILE_INLINE static inline __attribute__((always_inline))

#define TILE_SUMS (TILE_MR * TILE_NV)           /* vectors of C that fit the registers */
#define TILE_WIDEST (TILE_NV > 4 ? TILE_NV : 4) /* nv at most, here and in wide.h */

/* Element (i, k) of A is a[i row + k step]. Row i of the result times factor[i], where factor is not NULL. */
TILE_INLINE void tile_block(int rows, int nv, size_t n, const float *a, size_t row, size_t step, const float *b, size_t ldb,
                            float *c, size_t ldc, bool add, const float *factor)
{
    vf sum[TILE_SUMS];
    VF_UNROLL
    for (int i = 0; i < rows; i++)
        VF_UNROLL
        for (int j = 0; j < nv; j++)
            sum[i * nv + j] = add ? vf_load(c + (size_t)i * ldc + (size_t)j * VF_N) : vf_zero();
    for (size_t k = 0; k < n; k++) {
        vf right[TILE_WIDEST];
        VF_UNROLL
        for (int j = 0; j < nv; j++)
            right[j] = vf_load(b + k * ldb + (size_t)j * VF_N);
        VF_UNROLL
        for (int i = 0; i < rows; i++) {
            const vf left = vf_set(a[(size_t)i * row + k * step]);
            VF_UNROLL
            for (int j = 0; j < nv; j++)
                sum[i * nv + j] = vf_fma(left, right[j], sum[i * nv + j]);
        }
    }
    VF_UNROLL
    for (int i = 0; i < rows; i++)
        VF_UNROLL
        for (int j = 0; j < nv; j++)
            vf_store(c + (size_t)i * ldc + (size_t)j * VF_N,
                     factor ? vf_mul(sum[i * nv + j], vf_set(factor[i])) : sum[i * nv + j]);
}

#define TILE_ROWS(R)                                                                                                   \
    case R:                                                                                                            \
        tile_block(R, nv, n, a, TILE_STRIDE, 1, b, ldb, c, ldc, add, NULL);                                            \
        break;

/* Any number of rows up to TILE_MR, for a panel of nv vectors. */
TILE_INLINE void tile_rows(int rows, int nv, size_t n, const float *a, const float *b, size_t ldb, float *c, size_t ldc, bool add)
{
    switch (rows) {
        TILE_ROWS(1) TILE_ROWS(2) TILE_ROWS(3) TILE_ROWS(4)
#if TILE_MR > 4
        TILE_ROWS(5) TILE_ROWS(6)
#endif
#if TILE_MR > 6
        TILE_ROWS(7) TILE_ROWS(8) TILE_ROWS(9) TILE_ROWS(10) TILE_ROWS(11) TILE_ROWS(12)
#endif
    }
}

/* Specialised bodies: a full panel and each narrower last one. Rows of B are ldb floats apart; 0: packed, nv vectors. */
TILE_INLINE void tile_widths(int rows, int nv, size_t n, const float *a, const float *b, size_t ldb, float *c, size_t ldc,
                             bool add)
{
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

/* rows <= TILE_MR, nv <= TILE_NV, n <= TILE_KC; B a packed panel. */
static inline void tile_multiply(int rows, int nv, size_t n, const float *a, const float *b, float *c, size_t ldc, bool add)
{
    tile_widths(rows, nv, n, a, b, 0, c, ldc, add);
}

/* The same for a B that lies as A does, rows TILE_STRIDE floats apart: the transpose of an A, say. */
static inline void tile_multiply_rows(int rows, int nv, size_t n, const float *a, const float *b, float *c, size_t ldc, bool add)
{
    tile_widths(rows, nv, n, a, b, TILE_STRIDE, c, ldc, add);
}

#endif
