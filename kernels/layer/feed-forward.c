/* feed-forward.c: what a layer does to each token alone: GELU or SwiGLU between two projections, D to Dff and back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "builtin.h"
#include "tile/mlp.h"

static tile_mlp mlp(const as_problem *p)
{
    const size_t D = as_problem_width(p);
    return (tile_mlp){p->batch * p->length, D, p->param[0] ? p->param[0] : 4 * D, p->param[1]};
}

static size_t operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const tile_mlp m = mlp(p);
    return mlp_operands(p, &m, out);
}

static size_t workspace(const as_problem *p)
{
    const tile_mlp m = mlp(p);
    return mlp_workspace(p, &m);
}

static void pack(const as_call *call)
{
    const tile_mlp m = mlp(call->problem);
    mlp_phase_pack(call, &m);
}

static void up(const as_call *call)
{
    const tile_mlp m = mlp(call->problem);
    mlp_phase_up(call, &m);
}

static void down(const as_call *call)
{
    const tile_mlp m = mlp(call->problem);
    mlp_phase_down(call, &m);
}

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    return as_sequence_refuse_dtype(p, why, cap) || as_sequence_refuse_pattern(p, false, why, cap);
}

extern const as_kernel AS_KERNEL(layer_feed_forward);

static as_work work(const as_problem *p)
{
    const tile_mlp m = mlp(p);
    return as_sequence_work(p, &AS_KERNEL(layer_feed_forward), mlp_useful(&m), mlp_executed(&m), (uint64_t)m.rows * m.Dff);
}

static double tolerance(const as_problem *p)
{
    const tile_mlp m = mlp(p);
    return mlp_tolerance(&m);
}

static const as_phase phases[] = {{"pack", true, pack}, {"up", false, up}, {"down", false, down}, {NULL, false, NULL}};
static const as_kernel_param params[] = {
    {"ff", 0, 1 << 20, 0, "Dff, hidden width; 0: 4 D"},
    {"swiglu", 0, 1, 0, "1: SwiGLU (three matrices); 0: GELU, tanh form"},
    {NULL, 0, 0, 0, NULL},
};

const as_kernel AS_KERNEL(layer_feed_forward) = {
    .abi = AS_KERNEL_ABI,
    .isas = AS_ISA_BIT(AS_THIS_ISA),
    .name = "layer/feed-forward",
    .help = "the token-wise part of a layer: GELU (tanh form) or SwiGLU between two projections",
    .order = "T",
    .refuse = refuse,
    .operands = operands,
    .workspace = workspace,
    .work = work,
    .tolerance = tolerance,
    .phases = phases,
    .params = params,
};
