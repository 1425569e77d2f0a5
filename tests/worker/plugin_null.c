/* plugin_null.c: the least that a kernel can do and still be right: of one key, attention is its value. What a call of
 * it costs is what the harness adds to every kernel. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "kernel.h"

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    const bool refused = p->batch * p->heads * p->context * p->head_dim != 1 || p->dtype != AS_F32;
    if (refused)
        snprintf(why, cap, "one float and no more");
    return refused;
}

static size_t operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    static const char *const names[] = {"q", "k", "v", "o"};
    for (int i = 0; i < 4; i++)
        out[i] = AS_OPERAND(names[i], i < 3 ? AS_IN : AS_OUT, AS_FILL_NORMAL, p->dtype, 1, 1, 1, 1);
    return 4;
}

static size_t workspace(const as_problem *p)
{
    (void)p;
    return 0;
}

static as_work work(const as_problem *p)
{
    (void)p;
    return (as_work){.flops_useful = 4, .flops_executed = 4, .flops_dense = 4, .exps = 1, .bytes_min = 16};
}

static double tolerance(const as_problem *p)
{
    (void)p;
    return 1e-6;
}

static void run(const as_call *c) { *(float *)c->operand[3] = *(const float *)c->operand[2]; }

const as_kernel *const *attnscope_plugin(uint32_t abi)
{
    static const as_phase phases[] = {{.name = "run", .run = run}, {0}};
    static const as_kernel null = {.struct_size = sizeof(as_kernel),
                                   .abi = AS_KERNEL_ABI,
                                   .isas = AS_ISA_BIT(AS_SCALAR),
                                   .name = "attention/null",
                                   .help = "copies one float: what the harness itself costs",
                                   .order = "edges",
                                   .refuse = refuse,
                                   .operands = operands,
                                   .workspace = workspace,
                                   .work = work,
                                   .tolerance = tolerance,
                                   .phases = phases};
    static const as_kernel *const all[] = {&null, NULL};
    return abi == AS_KERNEL_ABI ? all : NULL;
}
