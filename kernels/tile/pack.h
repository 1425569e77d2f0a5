/* pack.h: matrices laid out as the register block reads them: panels of TILE_NR columns, one row of a panel after the
 * other. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_PACK_H
#define AS_TILE_PACK_H

#include <string.h>

#include "gemm.h"

static inline size_t tile_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

/* Vectors of panel `i` out of `width` columns: all TILE_NV, fewer in the last. */
static inline int tile_panel_vectors(size_t width, size_t i)
{
    const size_t left = width - i * TILE_NR;
    return left >= TILE_NR ? TILE_NV : (int)((left + VF_N - 1) / VF_N);
}

/* y (d x n, row stride ldy) = x (n x d, row stride ld) transposed. */
static inline void tile_transpose(const float *x, size_t ld, size_t n, size_t d, float *y, size_t ldy)
{
    const size_t whole = n / VF_N * VF_N, columns = d / 4 * 4;
    for (size_t j = 0; j < whole; j += VF_N)
        for (size_t c = 0; c < columns; c += 4) {
            vf side[4];
            vf_columns(x + j * ld + c, ld, side);
            VF_UNROLL
            for (size_t i = 0; i < 4; i++)
                vf_store(y + (c + i) * ldy + j, side[i]);
        }
    for (size_t c = 0; c < d; c++)
        for (size_t j = c < columns ? whole : 0; j < n; j++)
            y[c * ldy + j] = x[j * ld + c];
}

/* Transposing: rows of x (n x d, row stride ld) become columns: TILE_NR rows of x to one panel (d x TILE_NR). Rows
 * beyond n are 0. */
static inline void tile_pack_transposed(const float *x, size_t ld, size_t n, size_t d, float *panel)
{
    const size_t rows = n < TILE_NR ? n : TILE_NR;
    tile_transpose(x, ld, rows, d, panel, TILE_NR);
    for (size_t c = 0; c < d && rows < TILE_NR; c++)
        for (size_t j = rows; j < TILE_NR; j++)
            panel[c * TILE_NR + j] = 0;
}

/* n bfloat16 as floats, zeros behind up to `room`, which is less than a vector more. */
static inline void tile_widen(const uint16_t *x, size_t n, size_t room, float *to)
{
    size_t c = 0;
    for (; c + VF_N <= n; c += VF_N)
        vf_store(to + c, vf_widen(x + c));
    if (c < n)
        vf_store_n(to + c, vf_widen_n(x + c, n - c), room - c);
}

/* Rows of x (n x d, row stride ld; d at most TILE_NR) as rows of one panel. Columns beyond d, up to whole vectors, are
 * 0. */
static inline void tile_pack_rows(const float *x, size_t ld, size_t n, size_t d, float *panel)
{
    const size_t nv = (size_t)tile_panel_vectors(d, 0);
    for (size_t j = 0; d == TILE_NR && j < n; j++)
        VF_UNROLL
    for (size_t v = 0; v < TILE_NV; v++)
        vf_store(panel + (j * TILE_NV + v) * VF_N, vf_load(x + j * ld + v * VF_N));
    for (size_t j = 0; d < TILE_NR && j < n; j++)
        for (size_t v = 0; v < nv; v++) {
            const size_t left = d - v * VF_N;
            vf_store(panel + (j * nv + v) * VF_N,
                     left >= VF_N ? vf_load(x + j * ld + v * VF_N) : vf_load_n(x + j * ld + v * VF_N, left));
        }
}

#endif
