/* gemm.h: the register block: a few rows of A times a packed panel of B, kept in registers while k runs.
 * SPDX-License-Identifier: Apache-2.0
 *
 * C (rows x nv vectors) = [C +] A (rows x n) B (n x nv vectors). Elements of A are broadcast, vectors of B loaded once
 * and used by all rows: per step of k that is rows + nv loads for rows * nv multiply-adds, which keeps both units of
 * every CPU this was built for busy (Goto and van de Geijn, 2008; BLIS). Rows of A are TILE_STRIDE floats apart, a
 * constant, so that one pointer reaches them all; the 16 floats beyond a power of two keep rows in different cache
 * sets. */
#ifndef AS_TILE_GEMM_H
#define AS_TILE_GEMM_H

#include <stdbool.h>

#include "../api/builtin.h"
#include "../vec/vec.h"

#define TILE_NR (TILE_NV * VF_N) /* columns of a full panel */
#if defined AS_ISA_amx
#define TILE_KEYS 512 /* sums of weights and values stay in tile registers over a block of keys */
#else
#define TILE_KEYS 256
#endif
#define TILE_PANELS (TILE_KEYS / TILE_NR < 32 ? TILE_KEYS / TILE_NR : 32) /* of one block of keys: a bit each in 32 */
#define TILE_KC (TILE_PANELS * TILE_NR) /* the longest k of one call; keys of one block */
#define TILE_STRIDE (TILE_KC + 16)

_Static_assert(TILE_MR == 4 || TILE_MR == 6 || TILE_MR == 12, "tile_rows has cases for these");

/* Every so many rows an element of A is loaded once into a register, not once for each vector of sums: with all rows
 * loading twice there are more loads than multiply-adds, with none more instructions than a shared core takes in. */
#define TILE_ONCE 4

#define TILE_SUMS (TILE_MR * TILE_NV)           /* vectors of C that fit the registers */
#define TILE_WIDEST (TILE_NV > 4 ? TILE_NV : 4) /* nv at most, here and in wide.h */

/* Element (i, k) of A is a[i row + k step]. Row i of the result times factor[i], where factor is not NULL. */
VF_INLINE void tile_block(int rows, int nv, size_t n, const float *a, size_t row, size_t step, const float *b,
                          size_t ldb, float *c, size_t ldc, bool add, const float *factor)
{
    vf sum[TILE_SUMS];
    VF_UNROLL
    for (int i = 0; i < rows; i++)
        VF_UNROLL
    for (int j = 0; j < nv; j++)
        sum[i * nv + j] = add ? vf_load(c + (size_t)i * ldc + (size_t)j * VF_N) : vf_zero();
    VF_UNROLL_TWICE
    for (size_t k = 0; k < n; k++) {
        vf right[TILE_WIDEST];
        VF_UNROLL
        for (int j = 0; j < nv; j++)
            right[j] = vf_load(b + k * ldb + (size_t)j * VF_N);
        VF_UNROLL
        for (int i = 0; i < rows; i++) {
            const float *left = a + (size_t)i * row + k * step;
            const vf all = vf_set(*left);
            VF_UNROLL
            for (int j = 0; j < nv; j++) /* three would load an element too often: 93 % of the roof, not 98 */
                sum[i * nv + j] = nv > 2 || (nv == 2 && i % TILE_ONCE == 0)
                                      ? vf_fma(all, right[j], sum[i * nv + j])
                                      : vf_fma_at(left, right[j], sum[i * nv + j]);
        }
    }
    __asm__("" : "+r"(ldc)); /* the rows' addresses are made again: gcc would keep all of them over the loop, spilled */
    VF_UNROLL
    for (int i = 0; i < rows; i++)
        VF_UNROLL
    for (int j = 0; j < nv; j++)
        vf_store(c + (size_t)i * ldc + (size_t)j * VF_N,
                 factor ? vf_mul(sum[i * nv + j], vf_set(factor[i])) : sum[i * nv + j]);
}

/* One function of each instruction set, in gemm.c: a kernel calls its own. */
#define tile_multiply AS_ISA(tile_multiply)
#define tile_multiply_rows AS_ISA(tile_multiply_rows)

/* rows <= TILE_MR, nv <= TILE_NV, n <= TILE_KC; B a packed panel. */
void tile_multiply(int rows, int nv, size_t n, const float *a, const float *b, float *c, size_t ldc, bool add);

/* The same for a B that is not packed: its rows are ldb floats apart. */
void tile_multiply_rows(int rows, int nv, size_t n, const float *a, const float *b, size_t ldb, float *c, size_t ldc,
                        bool add);

#endif
