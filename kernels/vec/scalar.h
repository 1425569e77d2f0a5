/* scalar.h: vec.h in plain C, one float at a time: the truth beside the faster rungs.
 * SPDX-License-Identifier: Apache-2.0 */

#include "../common/bf16.h"

typedef float vf;
#define VF_N 1
#define TILE_MR 4
#define TILE_NV 2

static inline vf vf_zero(void) { return 0; }
static inline vf vf_set(float x) { return x; }
static inline vf vf_load(const float *p) { return *p; }
static inline vf vf_load_n(const float *p, size_t n) { return n ? *p : 0; }
static inline void vf_store(float *p, vf v) { *p = v; }
static inline void vf_store_n(float *p, vf v, size_t n)
{
    if (n)
        *p = v;
}
static inline vf vf_widen(const uint16_t *p) { return as_bf16_float(*p); }
static inline vf vf_add(vf a, vf b) { return a + b; }
static inline vf vf_sub(vf a, vf b) { return a - b; }
static inline vf vf_mul(vf a, vf b) { return a * b; }
static inline vf vf_div(vf a, vf b) { return a / b; }
static inline vf vf_max(vf a, vf b) { return a > b ? a : b; }
static inline vf vf_fma(vf a, vf b, vf c) { return a * b + c; }
static inline float vf_sum(vf v) { return v; }
static inline float vf_top(vf v) { return v; }
static inline vf vf_sums(const vf x[1]) { return x[0]; }
static inline vf vf_power2(vf n)
{
    union {
        float value;
        unsigned bits;
    } power = {n};
    power.bits <<= 23;
    return power.value;
}
static inline void vf_columns(const float *x, size_t ld, vf y[4])
{
    (void)ld;
    for (size_t j = 0; j < 4; j++)
        y[j] = x[j];
}
