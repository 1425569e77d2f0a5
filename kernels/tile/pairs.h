/* pairs.h: bfloat16 in pairs, multiplied two at a time into float32 sums by AVX-512 BF16's VDPBF16PS.
 * SPDX-License-Identifier: Apache-2.0
 * Included by format.h. The instruction is newer than AVX-512 itself: tile_pairs_win asks the CPU. */
#ifndef AS_TILE_PAIRS_H
#define AS_TILE_PAIRS_H

#define TILE_BF16 __attribute__((target("avx512bf16")))

/* AMD's cores do twice the work of float32's multiply-add, Intel's half of it: there widened operands are faster. */
static inline bool tile_pairs_win(void) { return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_is("amd"); }

/* tile_block of gemm.h with a pair for a cell. */
VF_INLINE TILE_BF16 void tile_pairs_block(int rows, int nv, size_t n, const float *a, const float *b, float *c,
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
        TILE_PAIRS_ROWS(1)
        TILE_PAIRS_ROWS(2)
        TILE_PAIRS_ROWS(3)
        TILE_PAIRS_ROWS(4)
        TILE_PAIRS_ROWS(5)
        TILE_PAIRS_ROWS(6)
        TILE_PAIRS_ROWS(7)
        TILE_PAIRS_ROWS(8)
        TILE_PAIRS_ROWS(9)
        TILE_PAIRS_ROWS(10)
        TILE_PAIRS_ROWS(11)
        TILE_PAIRS_ROWS(12)
    }
}

/* The first n <= 16 bfloat16 at x, as they lie, each in a lane of 32 bits; zeros behind. */
static inline __m512i tile_pairs_lanes(const uint16_t *x, size_t n)
{
    return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(vf_first(n), x));
}

static TILE_BF16 inline void tile_pairs_round(uint16_t *to, vf values, size_t n)
{
    _mm256_mask_storeu_epi16(to, vf_first(n), (__m256i)_mm512_cvtneps_pbh(values));
}

static TILE_BF16 void tile_pairs_query(const void *q, size_t n, float scale, float *cells)
{
    const uint16_t *from = q;
    uint16_t *to = (uint16_t *)(void *)cells;
    for (size_t c = 0; c < n; c += VF_N) {
        const size_t width = n - c < VF_N ? n - c : VF_N;
        const vf x = _mm512_castsi512_ps(_mm512_slli_epi32(tile_pairs_lanes(from + c, width), 16));
        tile_pairs_round(to + c, vf_mul(x, vf_set(scale)), width + width % 2);
    }
}

/* Cell (c, j) is the pair of columns 2c and 2c+1 of row j; beyond d or n it is 0. With d even a row is cells already.
 */
static void tile_pairs_keys(const void *x, size_t ld, size_t n, size_t d, float *panel)
{
    if (d % 2 == 0) {
        tile_pack_transposed(x, ld / 2, n, d / 2, panel);
        return;
    }
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
    const size_t nv = (size_t)tile_panel_vectors(d, 0);
    const uint16_t *from = x;
    for (size_t j = 0; j < TILE_NR; j += 2)
        for (size_t v = 0; v < nv; v++, panel += VF_N) {
            const size_t left = d - v * VF_N, width = left < VF_N ? left : VF_N;
            const uint16_t *at = from + j * ld + v * VF_N;
            const __m512i even = j < n ? tile_pairs_lanes(at, width) : _mm512_setzero_si512();
            const __m512i odd = j + 1 < n ? tile_pairs_lanes(at + ld, width) : _mm512_setzero_si512();
            vf_store(panel, _mm512_castsi512_ps(_mm512_or_si512(even, _mm512_slli_epi32(odd, 16))));
        }
}

/* tile_softmax_weights as pairs: a bfloat16 keeps 8 bits, so a short exponential is enough. */
static TILE_BF16 void tile_pairs_weights(float *s, size_t n, float max, float *sum, float scale)
{
    const vf base = tile_softmax_base(max);
    vf total = vf_mul(vf_load(sum), vf_set(scale)), other = vf_zero();
    for (size_t j = 0; j < n; j += 2 * VF_N) {
        const vf low = vf_exp2_short(vf_sub(vf_load(s + j), base));
        const vf high = vf_exp2_short(vf_sub(vf_load(s + j + VF_N), base));
        total = vf_add(total, low);
        other = vf_add(other, high);
        vf_store(s + j / 2, (__m512)_mm512_cvtne2ps_pbh(high, low));
    }
    vf_store(sum, vf_add(total, other));
}

static TILE_BF16 void tile_pairs_output(void *o, const float *sums, size_t n, float scale)
{
    uint16_t *to = o;
    for (size_t c = 0; c < n; c += VF_N) {
        const size_t width = n - c < VF_N ? n - c : VF_N;
        tile_pairs_round(to + c, vf_mul(vf_load_n(sums + c, width), vf_set(scale)), width);
    }
}

static const tile_format tile_pairs = {
    "bf16 pairs",
    2,
    TILE_MR,
    tile_pairs_multiply,
    tile_pairs_query,
    tile_pairs_keys,
    tile_pairs_values,
    tile_pairs_weights,
    tile_pairs_output,
    NULL,
    false,
};

#endif
