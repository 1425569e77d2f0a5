/* exp.h: 2^x of a vector, within 1 ulp (scalar: 1.25) for results down to 2^-126; 0 at -infinity, NaN at NaN.
 * SPDX-License-Identifier: Apache-2.0
 * x = n + f with n whole and |f| <= 1/2. 2^f by a degree-6 polynomial, minimax in relative error on [-1/2, 1/2]
 * (Remez's exchange; 1.9e-9 before rounding), 2^n through the exponent. exp(x) = 2^(x log2 e): callers fold log2 e into
 * a factor that they multiply by anyway. */
#ifndef AS_VEC_EXP_H
#define AS_VEC_EXP_H

#include "vec.h"

#define AS_LOG2E 1.44269504088896341f

/* 1.5 2^23 + 127. A sum with it is rounded to a whole number, and has n + 127 in its low bits: where an exponent wants
 * it. */
#define VF_WHOLE 12583039.0f

/* p = 2^f of n vectors for |f| <= 1/2, one step of all of them after the other */
VF_INLINE void vf_exp2_parts(int n, const vf *f, vf *p)
{
    static const float c[] = {0.00015345812f, 0.0013399931f, 0.009618489f, 0.055503286f, 0.24022646f, 0.6931472f, 1.0f};
    VF_UNROLL
    for (int i = 0; i < n; i++)
        p[i] = vf_set(c[0]);
    VF_UNROLL
    for (int k = 1; k < 7; k++)
        VF_UNROLL
    for (int i = 0; i < n; i++)
        p[i] = vf_fma(p[i], f[i], vf_set(c[k]));
}

static inline vf vf_exp2_part(vf f)
{
    vf p;
    vf_exp2_parts(1, &f, &p);
    return p;
}

/* For x <= 127; softmax never asks for more. Up to -126.5 the result is 0; from there to -126, the denormal. */
static inline vf vf_exp2(vf x)
{
#if defined VF_REST
    const vf f = vf_rest(x);
    return vf_scale_above(vf_exp2_part(f), vf_sub(x, f), x, -126.5f);
#else
    x = vf_max(vf_set(-127.0f), x); /* in this order a NaN survives */
    const vf n = vf_add(x, vf_set(VF_WHOLE)), f = vf_sub(x, vf_sub(n, vf_set(VF_WHOLE)));
    return vf_mul(vf_exp2_part(f), vf_power2(n));
#endif
}

/* The same within 1.02e-4 of itself, a twentieth of what rounding to bfloat16 takes; whole powers of two exactly.
 * Degree 3. With VF_REST what is below 2^-126 is a denormal, not 0: instructions that multiply pairs take it for 0. */
static inline vf vf_exp2_short(vf x)
{
#if defined VF_REST
    const vf f = vf_rest_down(x); /* in [0, 1): 2^x is then 2^f scaled by x itself, rounded down */
    vf p = vf_set(0.077067043f);
    p = vf_fma(p, f, vf_set(0.22764499f));
    p = vf_fma(p, f, vf_set(0.69511679f));
    p = vf_fma(p, f, vf_set(1.0f));
    return vf_scale(p, x);
#else
    x = vf_max(vf_set(-127.0f), x);
    const vf n = vf_add(x, vf_set(VF_WHOLE)), f = vf_sub(x, vf_sub(n, vf_set(VF_WHOLE)));
    vf p = vf_set(0.055008951f);
    p = vf_fma(p, f, vf_set(0.24221101f));
    p = vf_fma(p, f, vf_set(0.69328293f));
    p = vf_fma(p, f, vf_set(1.0f));
    return vf_mul(p, vf_power2(n));
#endif
}

#endif
