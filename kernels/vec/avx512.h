/* avx512.h: vec.h in AVX-512: 16 floats, 32 registers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <immintrin.h>

typedef __m512 vf;
#define VF_N 16
#define TILE_MR 12
#define TILE_NV 2

static inline __mmask16 vf_first(size_t n) { return (__mmask16)((1u << n) - 1u); }
static inline vf vf_zero(void) { return _mm512_setzero_ps(); }
static inline vf vf_set(float x) { return _mm512_set1_ps(x); }
static inline vf vf_load(const float *p) { return _mm512_loadu_ps(p); }
static inline vf vf_load_n(const float *p, size_t n) { return _mm512_maskz_loadu_ps(vf_first(n), p); }
static inline void vf_store(float *p, vf v) { _mm512_storeu_ps(p, v); }
static inline void vf_store_n(float *p, vf v, size_t n) { _mm512_mask_storeu_ps(p, vf_first(n), v); }
static inline vf vf_shift_up(__m256i halves)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}
static inline vf vf_widen(const uint16_t *p)
{
    return vf_shift_up(_mm256_loadu_si256((const __m256i *)(const void *)p));
}
#define VF_WIDEN_N
static inline vf vf_widen_n(const uint16_t *p, size_t n)
{
    return vf_shift_up(_mm256_maskz_loadu_epi16(vf_first(n), p));
}
static inline vf vf_add(vf a, vf b) { return _mm512_add_ps(a, b); }
static inline vf vf_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
static inline vf vf_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
static inline vf vf_div(vf a, vf b) { return _mm512_div_ps(a, b); }
static inline vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }
static inline vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
/* The multiply-add itself broadcasts: two instructions for two sums to an element, where the compiler makes three.
 * Alone on a core that gains nothing; beside a busy neighbour, who takes every second cycle of decoding, a twelfth. */
#define VF_FMA_AT
static inline vf vf_fma_at(const float *a, vf b, vf c)
{
    __asm__("vfmadd231ps %2%{1to16%}, %1, %0" : "+v"(c) : "v"(b), "m"(*a));
    return c;
}
static inline float vf_sum(vf v) { return _mm512_reduce_add_ps(v); }
static inline float vf_top(vf v) { return _mm512_reduce_max_ps(v); }
/* In each 128-bit lane first: of two vectors at a time, then of four; then the lanes, of two times two fours. */
static inline vf vf_sums(const vf x[16])
{
    vf two[8], four[4], half[2];
    for (int i = 0; i < 8; i++)
        two[i] = _mm512_add_ps(_mm512_unpacklo_ps(x[2 * i], x[2 * i + 1]), _mm512_unpackhi_ps(x[2 * i], x[2 * i + 1]));
    for (int i = 0; i < 4; i++)
        four[i] = _mm512_add_ps(_mm512_shuffle_ps(two[2 * i], two[2 * i + 1], 0x44),
                                _mm512_shuffle_ps(two[2 * i], two[2 * i + 1], 0xee));
    for (int i = 0; i < 2; i++)
        half[i] = _mm512_add_ps(_mm512_shuffle_f32x4(four[2 * i], four[2 * i + 1], 0x88),
                                _mm512_shuffle_f32x4(four[2 * i], four[2 * i + 1], 0xdd));
    return _mm512_add_ps(_mm512_shuffle_f32x4(half[0], half[1], 0x88), _mm512_shuffle_f32x4(half[0], half[1], 0xdd));
}
static inline vf vf_power2(vf n) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(n), 23)); }
#define VF_REST
static inline vf vf_rest(vf x) { return _mm512_reduce_ps(x, _MM_FROUND_TO_NEAREST_INT); }
static inline vf vf_rest_down(vf x) { return _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF); }
static inline vf vf_scale(vf p, vf n) { return _mm512_scalef_ps(p, n); }
static inline vf vf_scale_above(vf p, vf n, vf x, float floor)
{
    return _mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(x, vf_set(floor), _CMP_NLE_UQ), p, n);
}
#define VF_KEEP
static inline size_t vf_keep(vf x, vf y, float floor, float *to, float *also)
{
    const __mmask16 above = _mm512_cmp_ps_mask(x, _mm512_set1_ps(floor), _CMP_GT_OQ);
    _mm512_storeu_ps(to, _mm512_maskz_compress_ps(above, x));
    _mm512_storeu_ps(also, _mm512_maskz_compress_ps(above, y));
    return (size_t)__builtin_popcount(above);
}
/* Four rows' four columns side by side come with the load, a quarter of the lanes at a time. */
static inline void vf_columns(const float *x, size_t ld, vf y[4])
{
    vf row[4]; /* i, i + 4, i + 8, i + 12 */
    for (size_t i = 0; i < 4; i++) {
        row[i] = _mm512_broadcast_f32x4(_mm_loadu_ps(x + i * ld));
        for (size_t k = 1; k < 4; k++)
            row[i] =
                _mm512_mask_broadcast_f32x4(row[i], (__mmask16)(0xfu << 4 * k), _mm_loadu_ps(x + (i + 4 * k) * ld));
    }
    const vf a = _mm512_unpacklo_ps(row[0], row[1]), b = _mm512_unpackhi_ps(row[0], row[1]);
    const vf c = _mm512_unpacklo_ps(row[2], row[3]), d = _mm512_unpackhi_ps(row[2], row[3]);
    y[0] = _mm512_shuffle_ps(a, c, 0x44);
    y[1] = _mm512_shuffle_ps(a, c, 0xee);
    y[2] = _mm512_shuffle_ps(b, d, 0x44);
    y[3] = _mm512_shuffle_ps(b, d, 0xee);
}
