/* norm.c: layer norm or RMS norm of every token. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tile/matmul.h"

#include "parts.h"

static size_t norm_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t D = as_problem_width(p);
    out[0] = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, AS_F32, p->batch, p->length, D);
    out[1] = AS_OPERAND("gain", AS_IN, AS_FILL_NORMAL, AS_F32, D);
    out[2] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, AS_F32, p->batch, p->length, D);
    return 3;
}

static size_t norm_workspace(const as_problem *p) { return (void)p, 0; }

static void norm_run(const as_call *call)
{
    const as_problem *p = call->problem;
    layer_norm_rows(call->operand[0], call->operand[1], call->operand[2], p->batch * p->length, as_problem_width(p),
                    p->param[0], p->threads);
}

static bool norm_refuse(const as_problem *p, char *why, size_t cap)
{
    return as_sequence_refuse_dtype(p, why, cap) || as_sequence_refuse_pattern(p, false, why, cap);
}

extern const as_kernel AS_KERNEL(layer_norm);

static as_work norm_work(const as_problem *p)
{
    const uint64_t flops = p->batch * p->length * layer_norm_flops(as_problem_width(p), p->param[0]);
    return as_sequence_work(p, &AS_KERNEL(layer_norm), flops, flops, 0);
}

/* x, of magnitude up to 3.5, over a deviation that few channels may make small, times a gain up to 3.5 */
static double norm_tolerance(const as_problem *p) { return 4 * as_sequence_tolerance((double)as_problem_width(p)); }

static const as_phase phases[] = {{.name = "run", .run = norm_run}, {0}};
static const as_kernel_param params[] = {
    {"rms", 0, 1, 0, "1: RMS norm; 0: layer norm"},
    {0},
};

const as_kernel AS_KERNEL(layer_norm) = {
    AS_BUILTIN,
    .name = "layer/norm",
    .help = "layer norm or RMS norm of every token",
    .order = "T",
    .refuse = norm_refuse,
    .operands = norm_operands,
    .workspace = norm_workspace,
    .work = norm_work,
    .tolerance = norm_tolerance,
    .phases = phases,
    .params = params,
};
