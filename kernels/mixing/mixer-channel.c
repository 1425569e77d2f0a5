/* mixer-channel.c: channel mixing of MLP-Mixer: every token through the same D_C hidden units. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tile/dtype.h"
#include "tile/mlp_kernel.h"

static const as_kernel_param params[] = {
    {"hidden", 0, 1 << 20, 0, "D_C, hidden units; 0: 4 D"},
    {0},
};

const as_kernel AS_KERNEL(mixing_mixer_channel) = {
    MLP_KERNEL,
    .name = "mixing/mixer-channel",
    .help = "MLP-Mixer across channels: every token through D_C hidden units, GELU (tanh form)",
    .params = params,
};
