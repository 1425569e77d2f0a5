/* plugin_plan.c: kernels that only a planner meets: they do nothing, and each has one reason not to run.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "kernel.h"

static size_t operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    out[0] = AS_OPERAND("q", AS_IN, AS_FILL_NORMAL, p->dtype, p->batch, p->heads, p->length, p->head_dim);
    out[1] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, p->dtype, p->batch, p->heads, p->length, p->head_dim);
    return 2;
}

static size_t no_workspace(const as_problem *p)
{
    (void)p;
    return 0;
}

static size_t overflowing(const as_problem *p)
{
    (void)p;
    return SIZE_MAX;
}

static size_t scores(const as_problem *p) { return p->length * p->context * sizeof(float); }

static as_work work(const as_problem *p)
{
    uint64_t flops = 4 * p->head_dim * p->edges * p->batch;
    return (as_work){.flops_useful = flops,
                     .flops_executed = flops,
                     .flops_dense = flops,
                     .exps = p->edges,
                     .bytes_min = 8 * p->length * p->heads * p->head_dim};
}

static as_work heavy_work(const as_problem *p)
{
    as_work w = work(p);
    w.flops_executed = (uint64_t)1 << 60;
    return w;
}

static double tolerance(const as_problem *p)
{
    (void)p;
    return 1e-5;
}

static bool refuses(const as_problem *p, char *why, size_t cap)
{
    snprintf(why, cap, "dislikes %zu heads", p->heads);
    return true;
}

static void run(const as_call *call) { (void)call; }
static const as_phase phases[] = {{.name = "run", .run = run}, {0}};

/* A planner that asks a kernel of an isa that this CPU lacks would execute instructions that it lacks. */
static bool never_asked(const as_problem *p, char *why, size_t cap)
{
    (void)p, (void)why, (void)cap;
    __builtin_trap();
}

#define KERNEL(symbol, NAME, ISAS, REFUSE, WORKSPACE, WORK)                                                            \
    static const as_kernel symbol = {.struct_size = sizeof(as_kernel),                                                 \
                                     .abi = AS_KERNEL_ABI,                                                             \
                                     .isas = ISAS,                                                                     \
                                     .name = NAME,                                                                     \
                                     .help = "for the tests of plan",                                                  \
                                     .order = "edges",                                                                 \
                                     .refuse = REFUSE,                                                                 \
                                     .operands = operands,                                                             \
                                     .workspace = WORKSPACE,                                                           \
                                     .work = WORK,                                                                     \
                                     .tolerance = tolerance,                                                           \
                                     .phases = phases,                                                                 \
                                     .params = PARAMS}
#define PARAMS NULL

KERNEL(fine, "plan/fine", AS_ISA_BIT(AS_SCALAR), NULL, no_workspace, work);
KERNEL(hungry, "plan/hungry", AS_ISA_BIT(AS_SCALAR), NULL, scores, work);
KERNEL(endless, "plan/endless", AS_ISA_BIT(AS_SCALAR), NULL, overflowing, work);
KERNEL(slow, "plan/slow", AS_ISA_BIT(AS_SCALAR), NULL, no_workspace, heavy_work);
KERNEL(picky, "plan/picky", AS_ISA_BIT(AS_SCALAR), refuses, no_workspace, work);
KERNEL(foreign, "plan/foreign", AS_ISA_BIT(AS_AMX), never_asked, no_workspace, work);
KERNEL(ladder, "plan/ladder", AS_ISA_ALL, NULL, no_workspace, work);

/* Two parameters; m cannot be more than T. */
static bool too_wide(const as_problem *p, char *why, size_t cap)
{
    const bool refused = p->param[0] > p->length;
    if (refused)
        snprintf(why, cap, "m=%llu is more than T=%zu", (unsigned long long)p->param[0], p->length);
    return refused;
}

/* The upper rungs take bf16 only. Each is a kernel of its own, as builds for different isas are. */
static bool narrow(const as_problem *p, char *why, size_t cap)
{
    const bool refused = p->dtype != AS_BF16;
    if (refused)
        snprintf(why, cap, "takes bf16 only");
    return refused;
}

KERNEL(step_low, "plan/step", AS_ISA_BIT(AS_SCALAR) | AS_ISA_BIT(AS_AVX2), NULL, no_workspace, work);
KERNEL(step_high, "plan/step", AS_ISA_BIT(AS_AVX512) | AS_ISA_BIT(AS_AMX), narrow, no_workspace, work);

#undef PARAMS
#define PARAMS tuned_params
static const as_kernel_param tuned_params[] = {
    {"m", 1, 4096, 64, "features"}, {"seed", 0, 1000, 1, "of the draw"}, {0}};
static const as_kernel_param other_params[] = {{"k", 1, 16, 4, "keys"}, {0}};
KERNEL(tuned, "plan/tuned", AS_ISA_BIT(AS_SCALAR), too_wide, no_workspace, work);
#undef PARAMS
#define PARAMS other_params
KERNEL(other, "plan/other", AS_ISA_BIT(AS_SCALAR), NULL, no_workspace, work);

const as_kernel *const *attnscope_plugin(uint32_t abi)
{
    static const as_kernel *const all[] = {&fine,   &hungry,   &endless,   &slow,  &picky, &foreign,
                                           &ladder, &step_low, &step_high, &tuned, &other, NULL};
    return abi == AS_KERNEL_ABI ? all : NULL;
}
