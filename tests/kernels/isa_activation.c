/* isa_activation.c: the non-linearities of kernels/vec over arrays; built once for each instruction set. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "isa_activation.h"

#include "../../kernels/api/builtin.h"
#include "../../kernels/vec/activation.h"
#include "../../kernels/vec/elu.h"

VF_MAP(map_sigmoid, vf_sigmoid)
VF_MAP(map_tanh, vf_tanh)
VF_MAP(map_silu, vf_silu)
VF_MAP(map_gelu, vf_gelu)
VF_MAP(map_elu1, vf_elu1)

extern const test_activation AS_PASTE(test_activation, AS_ISA_NAME);
const test_activation AS_PASTE(test_activation, AS_ISA_NAME) = {AS_THIS_ISA, map_sigmoid, map_tanh,
                                                                map_silu,    map_gelu,    map_elu1};
