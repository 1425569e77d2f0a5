/* activation.h: sigmoid, tanh, SiLU and GELU of a vector, all through vf_exp2.
 * SPDX-License-Identifier: Apache-2.0
 * Absolute error at most 1.5e-7 for sigmoid, 3e-7 for tanh, and that times |x| + 1 for the others; NaN at NaN. GELU is
 * the tanh form (Hendrycks and Gimpel, 2016; what GPT-2 has): x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), which is
 * x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)). */
#ifndef AS_VEC_ACTIVATION_H
#define AS_VEC_ACTIVATION_H

#include "exp.h"

/* 1 / (1 + e^-x). Below -87 e^-x would overflow; there the result is 0 within float32's range. */
static inline vf vf_sigmoid(vf x)
{
    const vf power = vf_exp2(vf_mul(vf_max(vf_set(-87.0f), x), vf_set(-AS_LOG2E)));
    return vf_div(vf_set(1), vf_add(vf_set(1), power));
}

/* 2 sigmoid(2x) - 1 */
static inline vf vf_tanh(vf x) { return vf_fma(vf_set(2), vf_sigmoid(vf_add(x, x)), vf_set(-1)); }

static inline vf vf_silu(vf x) { return vf_mul(x, vf_sigmoid(x)); }

static inline vf vf_gelu(vf x)
{
    const vf cubic = vf_fma(vf_mul(vf_mul(x, x), vf_set(0.044715f)), x, x);
    return vf_mul(x, vf_sigmoid(vf_mul(cubic, vf_set(1.59576912160573f))));
}

/* n floats, in place */
#define VF_MAP(name, function)                                                                                         \
    static inline void name(float *x, size_t n)                                                                        \
    {                                                                                                                  \
        size_t i = 0;                                                                                                  \
        for (; i + VF_N <= n; i += VF_N)                                                                               \
            vf_store(x + i, function(vf_load(x + i)));                                                                 \
        if (i < n)                                                                                                     \
            vf_store_n(x + i, function(vf_load_n(x + i, n - i)), n - i);                                               \
    }

/* out[i] = function(a[i]) times(b[i]); out may be a */
#define VF_GATE(name, function, times)                                                                                 \
    static inline void name(const float *a, const float *b, float *out, size_t n)                                      \
    {                                                                                                                  \
        size_t i = 0;                                                                                                  \
        for (; i + VF_N <= n; i += VF_N)                                                                               \
            vf_store(out + i, vf_mul(function(vf_load(a + i)), times(vf_load(b + i))));                                \
        if (i < n)                                                                                                     \
            vf_store_n(out + i, vf_mul(function(vf_load_n(a + i, n - i)), times(vf_load_n(b + i, n - i))), n - i);     \
    }

static inline vf vf_same(vf x) { return x; }

#endif
