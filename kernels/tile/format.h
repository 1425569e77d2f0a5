/* format.h: how operands look inside the tiles: which cells the register block multiplies, and who fills them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A cell is 4 bytes along k: one float32, or two bfloat16 that one instruction multiplies and adds as a pair.
 * Everything outside the functions of a format counts in cells, so attend.c is the same for all of them. */
#ifndef AS_TILE_FORMAT_H
#define AS_TILE_FORMAT_H

#include <string.h>

#include "element.h"
#include "pack.h"
#include "softmax.h"

typedef struct {
    const char *name;
    size_t per_cell; /* elements of k in a cell */
    size_t strip;    /* rows of a strip, at most TILE_STRIP_MAX */
    /* C (rows x nv vectors, row stride ldc) = [C +] A (rows x n cells, row stride TILE_STRIDE) B (n x nv vectors) */
    void (*multiply)(int rows, int nv, size_t n, const float *a, const float *b, float *c, size_t ldc, bool add);
    /* n elements of a query, times scale, as cells; an odd last one is paired with 0 */
    void (*query)(const void *q, size_t n, float scale, float *cells);
    /* n <= TILE_NR rows of x (row stride ld) to a transposed panel: cells of d by TILE_NR */
    void (*keys)(const void *x, size_t ld, size_t n, size_t d, float *panel);
    /* TILE_NR rows of x, of which n exist, d <= TILE_NR columns, to a panel: cells of TILE_NR by whole vectors */
    void (*values)(const void *x, size_t ld, size_t n, size_t d, float *panel);
    /* a row of n scores (a multiple of VF_N; of TILE_NR where there are only panels) becomes weights, as cells in
     * place: tile_softmax_weights */
    void (*weights)(float *s, size_t n, float max, float *sum, float scale);
    /* n elements of an output: sums times scale */
    void (*output)(void *o, const float *sums, size_t n, float scale);
    /* The same where rows of B are ldb cells apart; NULL: there are only panels */
    void (*multiply_rows)(int rows, int nv, size_t n, const float *a, const float *b, size_t ldb, float *c, size_t ldc,
                          bool add);
    bool in_place; /* values need no packing where they are whole vectors */
} tile_format;

#define TILE_STRIP_MAX 32

#if defined AS_ISA_amx

/* What attend.c and executed.c count by; amx_attend.h does the rest. */
static const tile_format tile_amx = {.name = "bf16 amx", .per_cell = 2, .strip = 32};

static inline const tile_format *tile_format_for(as_dtype dtype)
{
    (void)dtype; /* float32 is refused (dtype.h) */
    return &tile_amx;
}

#else

static void tile_f32_query(const void *q, size_t n, float scale, float *cells)
{
    for (size_t c = 0; c < n; c++)
        cells[c] = ((const float *)q)[c] * scale;
}

static void tile_f32_keys(const void *x, size_t ld, size_t n, size_t d, float *panel)
{
    tile_pack_transposed(x, ld, n, d, panel);
}

static void tile_f32_values(const void *x, size_t ld, size_t n, size_t d, float *panel)
{
    const size_t nv = (size_t)tile_panel_vectors(d, 0);
    tile_pack_rows(x, ld, n, d, panel);
    memset(panel + n * nv * VF_N, 0, (TILE_NR - n) * nv * VF_N * sizeof(float));
}

static void tile_f32_output(void *o, const float *sums, size_t n, float scale)
{
    for (size_t c = 0; c < n; c++)
        ((float *)o)[c] = sums[c] * scale;
}

/* bfloat16 widened to float32 where it is packed: any instruction set, at float32's speed. */
static void tile_widen_query(const void *q, size_t n, float scale, float *cells)
{
    for (size_t c = 0; c < n; c++)
        cells[c] = tile_bf16_element(q, c) * scale;
}

static void tile_widen_keys(const void *x, size_t ld, size_t n, size_t d, float *panel)
{
    for (size_t c = 0; c < d; c++)
        for (size_t j = 0; j < TILE_NR; j++)
            panel[c * TILE_NR + j] = j < n ? tile_bf16_element(x, j * ld + c) : 0;
}

static void tile_widen_values(const void *x, size_t ld, size_t n, size_t d, float *panel)
{
    const size_t columns = (size_t)tile_panel_vectors(d, 0) * VF_N;
    for (size_t j = 0; j < TILE_NR; j++)
        for (size_t c = 0; c < columns; c++)
            panel[j * columns + c] = j < n && c < d ? tile_bf16_element(x, j * ld + c) : 0;
}

static void tile_widen_output(void *o, const float *sums, size_t n, float scale)
{
    for (size_t c = 0; c < n; c++)
        ((uint16_t *)o)[c] = as_bf16_round(sums[c] * scale);
}

static const tile_format tile_f32 = {
    "f32",
    1,
    TILE_MR,
    tile_multiply,
    tile_f32_query,
    tile_f32_keys,
    tile_f32_values,
    tile_softmax_weights,
    tile_f32_output,
    tile_multiply_rows,
    true,
};
static const tile_format tile_widened = {
    "bf16 widened",
    1,
    TILE_MR,
    tile_multiply,
    tile_widen_query,
    tile_widen_keys,
    tile_widen_values,
    tile_softmax_weights,
    tile_widen_output,
    tile_multiply_rows,
    false,
};

#if defined AS_ISA_avx512
#include "pairs.h"
#endif

/* The fastest format of this build on this CPU for operands of `dtype`. */
static inline const tile_format *tile_format_for(as_dtype dtype)
{
    if (dtype == AS_F32)
        return &tile_f32;
#if defined AS_ISA_avx512
    if (tile_pairs_win())
        return &tile_pairs;
#endif
    return &tile_widened;
}

#endif

#endif
