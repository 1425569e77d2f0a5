/* pairs.h: bfloat16 in pairs, multiplied two at a time into float32 sums by AVX-512 BF16's VDPBF16PS.
 * SPDX-License-Identifier: Apache-2.0
 * Included by format.h. The instruction is newer than AVX-512 itself: tile_pairs_runs asks the CPU. */
#ifndef AS_TILE_PAIRS_H
#define AS_TILE_PAIRS_H

#define TILE_BF16 __attribute__((target("avx512bf16")))

static inline bool tile_pairs_runs(void) { return __builtin_cpu_supports("avx512bf16"); }

/* tile_block of gemm.h with a pair for a cell. */
TILE_INLINE TILE_BF16 void tile_pairs_block(int rows, int nv, size_t n, const float *a, const float *b, float *c,
                                            size_t ldc, bool add)
{
    __m512 sum[TILE_MR][TILE_NV];
    VF_UNROLL
    for (int i = 0; i < rows; i++)
        VF_UNROLL
        for (int j = 0; j < nv; j++)
            sum[i][j] = add ? vf_load(c + (size_t)i * ldc + (size_t)j * VF_N) : vf_zero();
    for (size_t k = 0; k < n; k++) {
        __m512bh right[TILE_NV];
        VF_UNROLL
        for (int j = 0; j < nv; j++)
            right[j] = (__m512bh)vf_load(b + (k * (size_t)nv + (size_t)j) * VF_N);
        VF_UNROLL
        for (int i = 0; i < rows; i++) {
            const __m512bh left = (__m512bh)vf_set(a[(size_t)i * TILE_STRIDE + k]);
            VF_UNROLL
            for (int j = 0; j < nv; j++)
                sum[i][j] = _mm512_dpbf16_ps(sum[i][j], left, right[j]);
        }
    }
    VF_UNROLL
    for (int i = 0; i < rows; i++)
        VF_UNROLL
        for (int j = 0; j < nv; j++)
            vf_store(c + (size_t)i * ldc + (size_t)j * VF_N, sum[i][j]);
}

#define TILE_PAIRS_ROWS(R)                                                                                             \
    case R:                                                                                                            \
        if (nv == TILE_NV)                                                                                             \
            tile_pairs_block(R, TILE_NV, n, a, b, c, ldc, add);                                                        \
        else                                                                                                           \
            tile_pairs_block(R, 1, n, a, b, c, ldc, add);                                                              \
        break;

static TILE_BF16 void tile_pairs_multiply(int rows, int nv, size_t n, const float *a, const float *b, float *c,
                                          size_t ldc, bool add)
{
    switch (rows) {
        TILE_PAIRS_ROWS(1) TILE_PAIRS_ROWS(2) TILE_PAIRS_ROWS(3) TILE_PAIRS_ROWS(4) TILE_PAIRS_ROWS(5) TILE_PAIRS_ROWS(6)
        TILE_PAIRS_ROWS(7) TILE_PAIRS_ROWS(8) TILE_PAIRS_ROWS(9) TILE_PAIRS_ROWS(10) TILE_PAIRS_ROWS(11) TILE_PAIRS_ROWS(12)
    }
}

static void tile_pairs_query(const void *q, size_t n, float scale, float *cells)
{
    uint16_t *to = (uint16_t *)(void *)cells;
    for (size_t c = 0; c < n; c++)
        to[c] = tile_bf16_round(tile_bf16_element(q, c) * scale);
    if (n % 2)
        to[n] = 0;
}

/* Cell (c, j) is the pair of columns 2c and 2c+1 of row j; beyond d or n it is 0. */
static void tile_pairs_keys(const void *x, size_t ld, size_t n, size_t d, float *panel)
{
    const uint16_t *from = x;
    uint16_t *to = (uint16_t *)(void *)panel;
    for (size_t c = 0; c < (d + 1) / 2; c++)
        for (size_t j = 0; j < TILE_NR; j++) {
            to[(c * TILE_NR + j) * 2] = j < n ? from[j * ld + 2 * c] : 0;
            to[(c * TILE_NR + j) * 2 + 1] = j < n && 2 * c + 1 < d ? from[j * ld + 2 * c + 1] : 0;
        }
}

/* Cell (j, c) is the pair of rows 2j and 2j+1 of column c. */
static void tile_pairs_values(const void *x, size_t ld, size_t n, size_t d, float *panel)
{
    const size_t columns = (size_t)tile_panel_vectors(d, 0) * VF_N;
    const uint16_t *from = x;
    uint16_t *to = (uint16_t *)(void *)panel;
    for (size_t j = 0; j < TILE_NR; j++)
        for (size_t c = 0; c < columns; c++)
            to[(j / 2 * columns + c) * 2 + j % 2] = j < n && c < d ? from[j * ld + c] : 0;
}

static TILE_BF16 void tile_pairs_cells(float *row, size_t n)
{
    for (size_t j = 0; j < n; j += 2 * VF_N) {
        const __m512bh both = _mm512_cvtne2ps_pbh(vf_load(row + j + VF_N), vf_load(row + j));
        vf_store(row + j / 2, (__m512)both);
    }
}

static const tile_format tile_pairs = {
    "bf16 pairs", 2, TILE_MR, tile_pairs_multiply, tile_pairs_query, tile_pairs_keys, tile_pairs_values, tile_pairs_cells,
    NULL,
};

#endif
