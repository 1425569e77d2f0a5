/* elu.h: elu(x) + 1, the feature map of linear attention (Katharopoulos et al., 2020): x + 1 above 0, e^x below.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VEC_ELU_H
#define AS_VEC_ELU_H

#include "exp.h"

/* max(x, 0) + e^min(x, 0) */
static inline vf vf_elu1(vf x)
{
    const vf above = vf_max(x, vf_zero());
    return vf_add(above, vf_exp2(vf_mul(vf_sub(x, above), vf_set(AS_LOG2E))));
}

#endif
