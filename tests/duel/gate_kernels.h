/* gate_kernels.h: kernels that are all right and alike, but for one thing each in the plug-in that defines CHANGED
 * as 1. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../plain_attention.h"

enum { PAGE = 4096, WORKSPACE = 16 * PAGE };

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    const bool refused = p->batch != 1 || p->dtype != AS_F32 || p->heads != 1 || p->length != p->context;
    if (refused)
        snprintf(why, cap, "only one head of float32 self-attention");
    return refused;
}

static size_t workspace(const as_problem *p)
{
    (void)p;
    return WORKSPACE;
}

static as_work work_of(const as_problem *p, uint64_t executed)
{
    as_work work = plain_work(p);
    work.flops_executed = executed;
    return work;
}

/* `off` is added to every element. */
static void attend(const as_call *c, float off)
{
    plain_attend(c);
    for (size_t i = 0; i < c->problem->length * c->problem->head_dim; i++)
        ((float *)c->operand[3])[i] += off;
}

static void steady(const as_call *c) { attend(c, 0); }

/* About 0.5 % more. */
static void longer(const as_call *c)
{
    attend(c, 0);
    for (volatile size_t i = 0; i < CHANGED * c->problem->edges / 6; i++)
        continue;
}

static void hungry(const as_call *c)
{
    attend(c, 0);
    memset(c->workspace, 1, CHANGED ? WORKSPACE : PAGE);
}

static void wrong(const as_call *c) { attend(c, CHANGED ? 0.25f : 0); }
static void loose(const as_call *c) { attend(c, CHANGED ? 1e-3f : 0); }

static as_work more_work(const as_problem *p) { return work_of(p, (4 * p->head_dim + CHANGED) * p->edges); }
/* Grows with T as it is, and with its square where it is changed, from less. */
static as_work steep_work(const as_problem *p)
{
    return work_of(p, CHANGED ? p->length * p->length : 1000 * p->length);
}

static double tight(const as_problem *p)
{
    (void)p;
    return 1e-4;
}

static double wide(const as_problem *p)
{
    (void)p;
    return CHANGED ? 1e-2 : 1e-4;
}

#define EACH(F)                                                                                                        \
    F(steady, steady, plain_work, tight)                                                                               \
    F(longer, longer, plain_work, tight)                                                                               \
    F(hungry, hungry, plain_work, tight)                                                                               \
    F(wrong, wrong, plain_work, tight)                                                                                 \
    F(loose, loose, plain_work, wide) F(more, steady, more_work, tight) F(steep, steady, steep_work, tight)

#define KERNEL(id, call, work_, tolerance_)                                                                            \
    static const as_phase phases_##id[] = {{.name = #id, .run = call}, {0}};                                           \
    static const as_kernel kernel_##id = {.struct_size = sizeof(as_kernel),                                            \
                                          .abi = AS_KERNEL_ABI,                                                        \
                                          .isas = AS_ISA_BIT(AS_SCALAR),                                               \
                                          .name = "attention/" #id,                                                    \
                                          .help = "a kernel with one change",                                          \
                                          .order = "T^2",                                                              \
                                          .refuse = refuse,                                                            \
                                          .operands = plain_operands,                                                  \
                                          .workspace = workspace,                                                      \
                                          .work = work_,                                                               \
                                          .tolerance = tolerance_,                                                     \
                                          .phases = phases_##id};

EACH(KERNEL)

#define ADDRESS(id, call, work_, tolerance_) &kernel_##id,

const as_kernel *const *attnscope_plugin(uint32_t abi)
{
    static const as_kernel *const all[] = {EACH(ADDRESS) NULL};
    return abi == AS_KERNEL_ABI ? all : NULL;
}
