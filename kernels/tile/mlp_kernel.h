/* mlp_kernel.h: what a kernel that is mlp.h and nothing else is made of; a descriptor adds name, help and params, of
 * which the first is the hidden width (0: 4 D) and the second, where there is one, says SwiGLU.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Operands: x (B,T,D), w1, w2, o (B,T,D), packed. */
#ifndef AS_TILE_MLP_KERNEL_H
#define AS_TILE_MLP_KERNEL_H

#include "../api/builtin.h"
#include "dtype.h"
#include "mlp.h"

static tile_mlp mlp_of(const as_problem *p)
{
    const size_t D = as_problem_width(p);
    return (tile_mlp){p->batch * p->length, D,        p->param[0] ? p->param[0] : 4 * D,
                      p->param[1],          p->dtype, p->cache_bytes[1]};
}

static size_t mlp_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const tile_mlp mlp = mlp_of(p);
    out[0] = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, p->dtype, p->batch, p->length, mlp.D);
    out[1] = AS_OPERAND("w1", AS_IN, AS_FILL_WEIGHT, p->dtype, mlp.D, mlp_wide(&mlp));
    out[2] = AS_OPERAND("w2", AS_IN, AS_FILL_WEIGHT, p->dtype, mlp.Dff, mlp.D);
    out[3] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, p->dtype, p->batch, p->length, mlp.D);
    out[4] = AS_OPERAND("packed", AS_KEPT, AS_FILL_ZERO, AS_F32, mlp_packed(&mlp));
    return 5;
}

static size_t mlp_hidden_bytes(const tile_mlp *mlp) { return tile_up(mlp_hidden(mlp) * sizeof(float), 64); }

static size_t mlp_workspace(const as_problem *p)
{
    const tile_mlp mlp = mlp_of(p);
    const size_t columns = mlp_wide(&mlp) > mlp.D ? mlp_wide(&mlp) : mlp.D;
    return mlp_hidden(&mlp) > SIZE_MAX / 8 ? SIZE_MAX : as_sum(mlp_hidden_bytes(&mlp), tile_product_room(p, columns));
}

static void mlp_phase_pack(const as_call *call)
{
    const tile_mlp mlp = mlp_of(call->problem);
    mlp_pack(&mlp, call->operand[1], call->operand[2], call->problem->threads, call->operand[4]);
}

static void mlp_phase_up(const as_call *call)
{
    const tile_mlp mlp = mlp_of(call->problem);
    mlp_up(&mlp, call->operand[0], call->operand[4], call->workspace, call->problem->threads,
           (char *)call->workspace + mlp_hidden_bytes(&mlp));
}

static void mlp_phase_down(const as_call *call)
{
    const tile_mlp mlp = mlp_of(call->problem);
    mlp_down(&mlp, call->workspace, call->operand[4], NULL, call->operand[3], call->problem->threads,
             (char *)call->workspace + mlp_hidden_bytes(&mlp));
}

static const as_phase mlp_phases[] = {{.name = "pack", .once = true, .run = mlp_phase_pack},
                                      {.name = "up", .run = mlp_phase_up},
                                      {.name = "down", .run = mlp_phase_down},
                                      {0}};

static bool mlp_refuse(const as_problem *p, char *why, size_t cap)
{
    return tile_refuse_dtype(p, why, cap) || as_sequence_refuse_pattern(p, false, why, cap);
}

static as_work mlp_work(const as_problem *p)
{
    const tile_mlp mlp = mlp_of(p);
    const as_kernel kernel = {.operands = mlp_operands};
    return as_sequence_work(p, &kernel, mlp_useful(&mlp), mlp_executed(&mlp), (uint64_t)mlp.rows * mlp.Dff);
}

static double mlp_kernel_tolerance(const as_problem *p)
{
    const tile_mlp mlp = mlp_of(p);
    return mlp_tolerance(&mlp);
}

#define MLP_KERNEL                                                                                                     \
    AS_BUILTIN, .order = "T", .refuse = mlp_refuse, .operands = mlp_operands, .workspace = mlp_workspace,              \
                .work = mlp_work, .tolerance = mlp_kernel_tolerance, .phases = mlp_phases

#endif
