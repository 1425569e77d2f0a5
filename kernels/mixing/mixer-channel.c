/* mixer-channel.c: channel mixing of MLP-Mixer: every token through the same D_C hidden units. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "builtin.h"
#include "tile/mlp.h"

static tile_mlp mlp(const as_problem *p)
{
    const size_t D = as_problem_width(p);
    return (tile_mlp){p->batch * p->length, D, p->param[0] ? p->param[0] : 4 * D, false};
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

extern const as_kernel AS_KERNEL(mixing_mixer_channel);

static as_work work(const as_problem *p)
{
    const tile_mlp m = mlp(p);
    return as_sequence_work(p, &AS_KERNEL(mixing_mixer_channel), mlp_useful(&m), mlp_executed(&m), (uint64_t)m.rows * m.Dff);
}

static double tolerance(const as_problem *p)
{
    const tile_mlp m = mlp(p);
    return mlp_tolerance(&m);
}

static const as_phase phases[] = {{"pack", true, pack}, {"up", false, up}, {"down", false, down}, {NULL, false, NULL}};
static const as_kernel_param params[] = {
    {"hidden", 0, 1 << 20, 0, "D_C, hidden units; 0: 4 D"},
    {NULL, 0, 0, 0, NULL},
};

const as_kernel AS_KERNEL(mixing_mixer_channel) = {
    .abi = AS_KERNEL_ABI,
    .isas = AS_ISA_BIT(AS_THIS_ISA),
    .name = "mixing/mixer-channel",
    .help = "MLP-Mixer across channels: every token through D_C hidden units, GELU (tanh form)",
    .order = "T",
    .refuse = refuse,
    .operands = operands,
    .workspace = workspace,
    .work = work,
    .tolerance = tolerance,
    .phases = phases,
    .params = params,
};
