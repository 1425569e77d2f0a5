/* vec.h: one vocabulary of float vectors, spelled for each instruction set. A kernel that includes this file is built
 * once per instruction set. SPDX-License-Identifier: Apache-2.0
 *
 *   vf             VF_N floats
 *   vf_load(p)     any alignment       vf_load_n(p, n)     the first n <= VF_N floats, zeros behind
 *   vf_store(p,v)                      vf_store_n(p, v, n)
 *   vf_widen(p)    VF_N bfloat16 as floats             vf_widen_n(p, n)    the first n, zeros behind
 *   vf_set(x)      all lanes x         vf_zero()
 *   vf_add sub mul div max(a, b)       max returns b where either is NaN
 *   vf_fma(a,b,c)  a b + c, rounded once (scalar: twice)  vf_sum(v), vf_top(v)  over the lanes; top of no NaN
 *   vf_fma_at(p, b, c)  the number at p, times b, plus c
 *   vf_sums(x)     lane i is the sum of vector x[i], of VF_N: a third of the shuffles that as many vf_sum take
 *   vf_power2(x)   2^n for x = 1.5 2^23 + 127 + n and whole n in -126..127, 0 at n = -127 (exp.h): the low bits of x,
 * shifted vf_rest(x), vf_rest_down(x)  where VF_REST is defined: x less the nearest whole number, the one below; 0 at
 * an infinity vf_scale(p, n)  there: p 2^n, n rounded down      vf_scale_above(p, n, x, floor)  the same, 0 where x <=
 * floor vf_columns(x, ld, y)  y[j] is column j of x, VF_N rows, ld floats apart, of four columns vf_keep(x, y, floor,
 * to, also)  lanes of x above floor, and the same lanes of y, one behind the other; returns how many. VF_N are written
 * to both TILE_MR, TILE_NV: rows and vectors of the register block that fills this instruction set's registers
 * (tile/gemm.h)
 */
#ifndef AS_VEC_H
#define AS_VEC_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Where arguments are numbers at each call: loops over them then have no ends. */
#define VF_INLINE static inline __attribute__((always_inline))

/* Before a loop of a few known rounds over an array of vectors: the array then lives in registers. */
#if defined __clang__
#define VF_UNROLL _Pragma("unroll")
#define VF_UNROLL_TWICE _Pragma("unroll 2")
#else
#define VF_UNROLL _Pragma("GCC unroll 16")
#define VF_UNROLL_TWICE _Pragma("GCC unroll 2")
#endif

#if defined AS_ISA_avx512
#include "avx512.h"
#elif defined AS_ISA_avx2
#include "avx2.h"
#elif defined AS_ISA_neon
#include "neon.h"
#else
#include "scalar.h"
#endif

#if !defined VF_FMA_AT
static inline vf vf_fma_at(const float *a, vf b, vf c) { return vf_fma(vf_set(*a), b, c); }
#endif

#if !defined VF_WIDEN_N
static inline vf vf_widen_n(const uint16_t *p, size_t n)
{
    uint16_t lanes[VF_N] = {0};
    memcpy(lanes, p, n * sizeof *p);
    return vf_widen(lanes);
}
#endif

#if !defined VF_KEEP
static inline size_t vf_keep(vf x, vf y, float floor, float *to, float *also)
{
    float a[VF_N], b[VF_N];
    size_t n = 0;
    vf_store(a, x);
    vf_store(b, y);
    for (int i = 0; i < VF_N; i++) {
        to[n] = a[i];
        also[n] = b[i];
        n += a[i] > floor;
    }
    return n;
}
#endif

#endif
