/* feed-forward.c: what a layer does to each token alone: GELU or SwiGLU between two projections, D to Dff and back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tile/dtype.h"
#include "tile/mlp_kernel.h"

static const as_kernel_param params[] = {
    {"ff", 0, 1 << 20, 0, "Dff, hidden width; 0: 4 D"},
    {"swiglu", 0, 1, 0, "1: SwiGLU (three matrices); 0: GELU, tanh form"},
    {0},
};

const as_kernel AS_KERNEL(layer_feed_forward) = {
    MLP_KERNEL,
    .name = "layer/feed-forward",
    .help = "the token-wise part of a layer: GELU (tanh form) or SwiGLU between two projections",
    .params = params,
};
