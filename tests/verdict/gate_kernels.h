/* gate_kernels.h: kernels that are all right and alike, but for one thing each in the plug-in that defines CHANGED as 1.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"

enum { PAGE = 4096, WORKSPACE = 16 * PAGE };

static size_t operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t B = p->batch, H = p->heads, T = p->length, S = p->context, d = p->head_dim;
    out[0] = (as_operand){"q", AS_IN, AS_FILL_NORMAL, p->dtype, 4, {B, H, T, d}};
    out[1] = (as_operand){"k", AS_IN, AS_FILL_NORMAL, p->dtype, 4, {B, p->kv_heads, S, d}};
    out[2] = (as_operand){"v", AS_IN, AS_FILL_NORMAL, p->dtype, 4, {B, p->kv_heads, S, d}};
    out[3] = (as_operand){"o", AS_OUT, AS_FILL_ZERO, p->dtype, 4, {B, H, T, d}};
    return 4;
}

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

/* o is (T,d), causal; `off` is added to every element. */
static void attend(const as_call *c, float off)
{
    const size_t T = c->problem->length, d = c->problem->head_dim;
    for (size_t t = 0; t < T; t++) {
        const float *q = (const float *)c->operand[0] + t * d, *k = c->operand[1], *v = c->operand[2];
        float *o = (float *)c->operand[3] + t * d;
        double sum = 0;
        memset(o, 0, d * sizeof *o);
        for (size_t s = 0; s <= t; s++) {
            double score = 0;
            for (size_t i = 0; i < d; i++)
                score += (double)q[i] * (double)k[s * d + i];
            const double weight = exp(score * (double)c->problem->scale);
            sum += weight;
            for (size_t i = 0; i < d; i++)
                o[i] += (float)(weight * (double)v[s * d + i]);
        }
        for (size_t i = 0; i < d; i++)
            o[i] = (float)((double)o[i] / sum) + off;
    }
}

static as_work work_of(const as_problem *p, uint64_t executed)
{
    const uint64_t flops = 4 * p->head_dim * p->edges;
    return (as_work){flops, executed, flops, p->edges, 16 * p->length * p->head_dim};
}

static void steady(const as_call *c) { attend(c, 0); }

/* About 0.5 % more. */
static void longer(const as_call *c)
{
    attend(c, 0);
    for (volatile size_t i = 0; i < CHANGED * c->problem->edges / 12; i++)
        continue;
}

static void hungry(const as_call *c)
{
    attend(c, 0);
    memset(c->workspace, 1, CHANGED ? WORKSPACE : PAGE);
}

static void wrong(const as_call *c) { attend(c, CHANGED ? 0.25f : 0); }
static void loose(const as_call *c) { attend(c, CHANGED ? 1e-3f : 0); }

static as_work honest_work(const as_problem *p) { return work_of(p, 4 * p->head_dim * p->edges); }
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
    F(steady, steady, honest_work, tight)                                                                              \
    F(longer, longer, honest_work, tight)                                                                              \
    F(hungry, hungry, honest_work, tight)                                                                              \
    F(wrong, wrong, honest_work, tight) F(loose, loose, honest_work, wide) F(more, steady, more_work, tight) F(steep, steady, steep_work, tight)

#define KERNEL(id, call, work_, tolerance_)                                                                            \
    static const as_phase phases_##id[] = {{#id, false, call}, {NULL, false, NULL}};                                   \
    static const as_kernel kernel_##id = {.abi = AS_KERNEL_ABI,                                                        \
                                          .isas = AS_ISA_BIT(AS_SCALAR),                                               \
                                          .name = "attention/" #id,                                                    \
                                          .help = "a kernel with one change",                                          \
                                          .order = "T^2",                                                              \
                                          .refuse = refuse,                                                            \
                                          .operands = operands,                                                        \
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
