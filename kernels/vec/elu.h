/* elu.h: elu(x) + 1, the feature map of linear attention (Katharopoulos et al., 2020): x + 1 above 0, e^x below.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VEC_ELU_H
#define AS_VEC_ELU_H

#include "exp.h"

/* max(x, 0) + e^min(x, 0), the second of them 2^-125 at least: nothing beside any other feature. */
static inline vf vf_elu1(vf x)
{
    const vf above = vf_max(vf_zero(), x), below = vf_max(vf_set(-86.6f), vf_sub(x, above)); /* in this order a NaN survives */
    const vf n = vf_fma(below, vf_set(AS_LOG2E), vf_set(VF_WHOLE));
    const vf f = vf_fma(below, vf_set(AS_LOG2E), vf_sub(vf_set(VF_WHOLE), n));
    return vf_fma(vf_exp2_part(f), vf_power2(n), above);
}

#endif
