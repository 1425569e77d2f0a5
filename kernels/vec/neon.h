/* neon.h: vec.h in AArch64 Advanced SIMD: 4 floats, 32 registers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <arm_neon.h>
#include <string.h>

typedef float32x4_t vf;
#define VF_N 4
/* 24 sums, 4 vectors of the panel and a broadcast in 32 registers. 24 sums outlast the latency of the multiply-add on
 * cores with 2 pipes (4 cycles: 8 are enough) as with 4 (16). 6 x 4 takes 10 loads a step where 8 x 3, as wide, takes
 * 11, and its panel of 16 columns divides the usual head widths (64, 80, 96, 128), which one of 12 does not: there a
 * narrow last panel would do 8 multiply-adds for 9 loads. Reasoned, not timed: written without such a machine. */
#define TILE_MR 6
#define TILE_NV 4

static inline vf vf_zero(void) { return vdupq_n_f32(0); }
static inline vf vf_set(float x) { return vdupq_n_f32(x); }
static inline vf vf_load(const float *p) { return vld1q_f32(p); }
static inline vf vf_load_n(const float *p, size_t n)
{
    float lanes[4] = {0};
    memcpy(lanes, p, n * sizeof *p);
    return vld1q_f32(lanes);
}
static inline void vf_store(float *p, vf v) { vst1q_f32(p, v); }
static inline void vf_store_n(float *p, vf v, size_t n)
{
    float lanes[4];
    vst1q_f32(lanes, v);
    memcpy(p, lanes, n * sizeof *p);
}
static inline vf vf_widen(const uint16_t *p) { return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16)); }
static inline vf vf_add(vf a, vf b) { return vaddq_f32(a, b); }
static inline vf vf_sub(vf a, vf b) { return vsubq_f32(a, b); }
static inline vf vf_mul(vf a, vf b) { return vmulq_f32(a, b); }
static inline vf vf_div(vf a, vf b) { return vdivq_f32(a, b); }
static inline vf vf_max(vf a, vf b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
static inline vf vf_fma(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }
static inline float vf_sum(vf v) { return vaddvq_f32(v); }
static inline float vf_top(vf v) { return vmaxvq_f32(v); }
static inline vf vf_sums(const vf x[4]) { return vpaddq_f32(vpaddq_f32(x[0], x[1]), vpaddq_f32(x[2], x[3])); }
static inline vf vf_power2(vf n) { return vreinterpretq_f32_s32(vshlq_n_s32(vreinterpretq_s32_f32(n), 23)); }
/* A structure load of four rows' columns would want them side by side, so two rounds of TRN do it. */
static inline void vf_columns(const float *x, size_t ld, vf y[4])
{
    const float32x4x2_t ab = vtrnq_f32(vld1q_f32(x), vld1q_f32(x + ld));
    const float32x4x2_t cd = vtrnq_f32(vld1q_f32(x + 2 * ld), vld1q_f32(x + 3 * ld));
    y[0] = vcombine_f32(vget_low_f32(ab.val[0]), vget_low_f32(cd.val[0]));
    y[1] = vcombine_f32(vget_low_f32(ab.val[1]), vget_low_f32(cd.val[1]));
    y[2] = vcombine_f32(vget_high_f32(ab.val[0]), vget_high_f32(cd.val[0]));
    y[3] = vcombine_f32(vget_high_f32(ab.val[1]), vget_high_f32(cd.val[1]));
}
