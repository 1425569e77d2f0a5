/* elu.h: elu(x) + 1, the feature map of linear attention (Katharopoulos et al., 2020): x + 1 above 0, e^x below.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VEC_ELU_H
#define AS_VEC_ELU_H

#include "exp.h"

/* max(x, 0) + e^min(x, 0), the second of them 2^-125 at least: nothing beside any other feature. */
static inline vf vf_elu1(vf x)
{
    const vf above = vf_max(vf_zero(), x),
             below = vf_max(vf_set(-86.6f), vf_sub(x, above)); /* in this order a NaN survives */
    const vf n = vf_fma(below, vf_set(AS_LOG2E), vf_set(VF_WHOLE));
    const vf f = vf_fma(below, vf_set(AS_LOG2E), vf_sub(vf_set(VF_WHOLE), n));
    return vf_fma(vf_exp2_part(f), vf_power2(n), above);
}

/* Four of them side by side, step by step: each is a chain of a dozen steps that wait for each other, and a core that
 * is shared with another thread looks ahead over too few instructions to find the next vector's chain by itself. */
VF_INLINE void vf_elu1_four(vf x[4])
{
    vf n[4], f[4], p[4];
    VF_UNROLL
    for (int i = 0; i < 4; i++) {
        const vf above = vf_max(vf_zero(), x[i]), below = vf_max(vf_set(-86.6f), vf_sub(x[i], above));
        n[i] = vf_fma(below, vf_set(AS_LOG2E), vf_set(VF_WHOLE));
        f[i] = vf_fma(below, vf_set(AS_LOG2E), vf_sub(vf_set(VF_WHOLE), n[i]));
        x[i] = above;
    }
    vf_exp2_parts(4, f, p);
    VF_UNROLL
    for (int i = 0; i < 4; i++)
        x[i] = vf_fma(p[i], vf_power2(n[i]), x[i]);
}

#endif
