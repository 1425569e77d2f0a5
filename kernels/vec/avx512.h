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
static inline vf vf_add(vf a, vf b) { return _mm512_add_ps(a, b); }
static inline vf vf_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
static inline vf vf_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
static inline vf vf_div(vf a, vf b) { return _mm512_div_ps(a, b); }
static inline vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }
static inline vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
static inline float vf_sum(vf v) { return _mm512_reduce_add_ps(v); }
static inline float vf_top(vf v) { return _mm512_reduce_max_ps(v); }
static inline vf vf_round(vf v) { return _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
/* scalef alone would give a denormal at n = -127, and every later multiplication by it an assist on some CPUs. */
static inline vf vf_scale2(vf v, vf n)
{
    return _mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(n, _mm512_set1_ps(-127.0f), _CMP_NEQ_UQ), v, n);
}
/* to[c][r] = x[r][c] for 4 x 4 floats; rows ld and to_ld floats apart */
static inline void vf_transpose4(const float *x, size_t ld, float *to, size_t to_ld)
{
    __m128 a = _mm_loadu_ps(x), b = _mm_loadu_ps(x + ld), c = _mm_loadu_ps(x + 2 * ld), d = _mm_loadu_ps(x + 3 * ld);
    _MM_TRANSPOSE4_PS(a, b, c, d);
    _mm_storeu_ps(to, a);
    _mm_storeu_ps(to + to_ld, b);
    _mm_storeu_ps(to + 2 * to_ld, c);
    _mm_storeu_ps(to + 3 * to_ld, d);
}
