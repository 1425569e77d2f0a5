/* amx_pack.h: queries, keys and values of bfloat16 as the tiles that amx.h multiplies. Part of attend.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * d is filled up with zeros to a multiple of 32, keys and queries likewise.
 *   queries: left tiles (two of 16 rows, steps of depth), for each strip of 32 rows
 *   keys:    right tiles (two of 16 keys, steps), for each block of 32 keys: cell (c, j) holds elements 2c and 2c + 1
 * of key j values:  right tiles (blocks of 32 keys, two of 16 columns), for each 32 columns: cell (j, c) holds column c
 * of keys j and j + 16, because that is the order in which amx_weights.h leaves weights */
#ifndef AS_TILE_AMX_PACK_H
#define AS_TILE_AMX_PACK_H

#include "amx.h"
#include "plan.h"

#define AMX_DEPTH (2 * AMX_SIDE) /* bfloat16 of depth that a step takes */

/* n <= 32 bfloat16 at x, zeros behind. */
static inline __m512i amx_load_n(const uint16_t *x, size_t n)
{
    return n < AMX_DEPTH ? _mm512_maskz_loadu_epi16((__mmask32)((1u << n) - 1u), x) : _mm512_loadu_si512(x);
}

static inline size_t amx_left(size_t all, size_t at, size_t most)
{
    return all <= at ? 0 : all - at < most ? all - at : most;
}

/* `rows` <= 32 rows of d elements, ld apart. */
static inline void amx_pack_queries(const uint16_t *x, size_t ld, size_t rows, size_t d, size_t steps, float *tiles)
{
    for (size_t i = 0; i < AMX_BLOCK; i++)
        for (size_t s = 0; s < steps; s++) {
            float *to = tiles + (i / AMX_SIDE * steps + s) * AMX_TILE + i % AMX_SIDE * AMX_SIDE;
            const __m512i row = i < rows ? amx_load_n(x + i * ld + s * AMX_DEPTH, amx_left(d, s * AMX_DEPTH, AMX_DEPTH))
                                         : _mm512_setzero_si512();
            _mm512_storeu_si512(to, row);
        }
}

/* 16 rows of 16 cells, ld cells apart, transposed into a tile. */
static inline void amx_transpose(const float *x, size_t ld, float *tile)
{
    for (size_t c = 0; c < AMX_SIDE; c += 4) {
        vf side[4];
        vf_columns(x + c, ld, side);
        VF_UNROLL
        for (size_t i = 0; i < 4; i++)
            vf_store(tile + (c + i) * AMX_SIDE, side[i]);
    }
}

/* n <= 32 keys of d elements, ld apart. */
static inline void amx_pack_keys(const uint16_t *x, size_t ld, size_t n, size_t d, size_t steps, float *tiles)
{
    for (size_t half = 0; half < 2; half++)
        for (size_t s = 0; s < steps; s++, tiles += AMX_TILE) {
            const size_t rows = amx_left(n, half * AMX_SIDE, AMX_SIDE), width = amx_left(d, s * AMX_DEPTH, AMX_DEPTH);
            const uint16_t *from = x + half * AMX_SIDE * ld + s * AMX_DEPTH;
            if (rows == AMX_SIDE && width == AMX_DEPTH && ld % 2 == 0) {
                amx_transpose((const float *)(const void *)from, ld / 2, tiles);
                continue;
            }
            float cells[AMX_TILE] __attribute__((aligned(64)));
            for (size_t i = 0; i < AMX_SIDE; i++)
                _mm512_store_si512(cells + i * AMX_SIDE,
                                   i < rows ? amx_load_n(from + i * ld, width) : _mm512_setzero_si512());
            amx_transpose(cells, AMX_SIDE, tiles);
        }
}

/* Columns [0, width) of n <= 32 keys: the two tiles of one block of keys. */
static inline void amx_pack_values(const uint16_t *x, size_t ld, size_t n, size_t width, float *tiles)
{
    for (size_t i = 0; i < AMX_SIDE; i++) {
        const __m512i low = i < n ? amx_load_n(x + i * ld, width) : _mm512_setzero_si512();
        const __m512i high = i + AMX_SIDE < n ? amx_load_n(x + (i + AMX_SIDE) * ld, width) : _mm512_setzero_si512();
        for (int half = 0; half < 2; half++) {
            const __m256i a = half ? _mm512_extracti64x4_epi64(low, 1) : _mm512_castsi512_si256(low);
            const __m256i b = half ? _mm512_extracti64x4_epi64(high, 1) : _mm512_castsi512_si256(high);
            const __m512i pairs =
                _mm512_or_si512(_mm512_cvtepu16_epi32(a), _mm512_slli_epi32(_mm512_cvtepu16_epi32(b), 16));
            _mm512_storeu_si512(tiles + half * AMX_TILE + i * AMX_SIDE, pairs);
        }
    }
}

/* The tiles of key block `block`, of column pair `pair` of values, in what tile_pack_panel writes. */
static inline float *amx_keys_at(const tile_plan *plan, float *packed, size_t block)
{
    return packed + block * AMX_BLOCK * plan->d_cells;
}

static inline float *amx_values_at(const tile_plan *plan, float *packed, size_t pair, size_t block)
{
    return packed + plan->S_room * plan->d_cells + (pair * (plan->S_room / AMX_BLOCK) + block) * 2 * AMX_TILE;
}

/* Packs key block `panel` of a view. */
static inline void tile_pack_panel(const tile_plan *plan, const tile_view *view, float *packed, size_t panel)
{
    const size_t d = plan->d, ld = view->step * d, at = panel * AMX_BLOCK;
    if (at >= view->context)
        return;
    const size_t n = amx_left(view->context, at, AMX_BLOCK);
    const uint16_t *k = (const uint16_t *)(const void *)view->k + at * ld;
    const uint16_t *v = (const uint16_t *)(const void *)view->v + at * ld;
    amx_pack_keys(k, ld, n, d, plan->d_cells / AMX_SIDE, amx_keys_at(plan, packed, panel));
    for (size_t i = 0; i * AMX_BLOCK < d; i++)
        amx_pack_values(v + i * AMX_BLOCK, ld, n, amx_left(d, i * AMX_BLOCK, AMX_BLOCK),
                        amx_values_at(plan, packed, i, panel));
}

#endif
