/* plugin_busy.c: kernels of known order: busy work of exactly c T^a (log T)^b units, for the analysis to find out.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A unit is one step of a chain in which each waits for the one before: no CPU does two at once. What is computed
 * besides is attention to the own key alone (window:w=1): the value itself, so that the harness has a result to check.
 * Beyond T = at the work is step percent of that, as where a working set leaves a cache; and each process does its own
 * share more or less, normal with noise percent, so that a known noise lies on top of the machine's. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/random.h"
#include "kernel.h"

enum { UNITS, STEP, AT, NOISE, TRIAL };
enum { ORIGIN = 32 }; /* the T at which a call takes `units` units */

static const as_kernel_param params[] = {{"units", 1, 100000000, 4000, "units of work at T=32"},
                                         {"step", 100, 1000, 100, "percent of the work beyond T=at"},
                                         {"at", 0, 1000000, 0, "T beyond which there is the step; 0: none"},
                                         {"noise", 0, 50, 0, "percent: what a process does more or less"},
                                         {"trial", 0, 1000000, 0, "tells one curve from the next"},
                                         {0}};

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    const bool refused = (p->edges && p->edges != p->length * p->heads) || p->length > p->context || p->dtype != AS_F32;
    if (refused)
        snprintf(why, cap, "sees its own key alone (window:w=1), in f32");
    return refused;
}

static size_t operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    static const char *const names[] = {"q", "k", "v", "o"};
    for (int i = 0; i < 4; i++) {
        const bool query = i == 0 || i == 3;
        out[i] = AS_OPERAND(names[i], i < 3 ? AS_IN : AS_OUT, AS_FILL_NORMAL, AS_F32, p->batch,
                            query ? p->heads : p->kv_heads, query ? p->length : p->context, p->head_dim);
    }
    return 4;
}

static size_t workspace(const as_problem *p) { return (void)p, sizeof(uint64_t); }
static double tolerance(const as_problem *p) { return (void)p, 1e-6; }

/* The same for every call of a process: normal, from its number, by Box and Muller. */
static double luck(const as_problem *p)
{
    const uint64_t seed = as_mix(as_mix((uint64_t)getpid()) + p->param[TRIAL] * 1000003 + p->length);
    const double u = ((double)(as_mix(seed + 1) >> 11) + 1) / 9007199254740993.0,
                 v = (double)(as_mix(seed + 2) >> 11) / 9007199254740992.0;
    return 1 + 0.01 * (double)p->param[NOISE] * sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

static uint64_t units_of(const as_problem *p, double (*order)(double T))
{
    const double step = p->param[AT] && p->length > p->param[AT] ? 0.01 * (double)p->param[STEP] : 1;
    return (uint64_t)(step * (double)p->param[UNITS] * order((double)p->length) / order(ORIGIN) + 0.5);
}

static as_work work(const as_problem *p, double (*order)(double T))
{
    const uint64_t useful = 4 * p->edges * p->head_dim * p->batch;
    return (as_work){.flops_useful = useful,
                     .flops_executed = units_of(p, order),
                     .flops_dense = useful,
                     .exps = p->edges,
                     .bytes_min = 16 * p->length * p->heads * p->head_dim * p->batch};
}

static void run(const as_call *c, double (*order)(double T))
{
    const as_problem *p = c->problem;
    uint64_t state = (uint64_t)p->length;
    for (size_t bh = 0; bh < p->batch * p->heads; bh++) {
        const size_t b = bh / p->heads, kv = bh % p->heads / (p->heads / p->kv_heads), rows = p->length * p->head_dim;
        const float *v =
            (const float *)c->operand[2] + ((b * p->kv_heads + kv) * p->context + p->context - p->length) * p->head_dim;
        memcpy((float *)c->operand[3] + bh * rows, v, rows * sizeof *v);
    }
    for (uint64_t left = (uint64_t)((double)units_of(p, order) * luck(p)); left; left--)
        state = state * 6364136223846793005u + 1442695040888963407u;
    *(volatile uint64_t *)c->workspace = state; /* somebody may look: the work is not left out */
}

#define KERNEL(symbol, NAME, DECLARED, FORMULA)                                                                        \
    static double symbol##_order(double T) { return FORMULA; }                                                         \
    static as_work symbol##_work(const as_problem *p) { return work(p, symbol##_order); }                              \
    static void symbol##_run(const as_call *c) { run(c, symbol##_order); }                                             \
    static const as_phase symbol##_phases[] = {{.name = "run", .run = symbol##_run}, {0}};                             \
    static const as_kernel symbol = {.struct_size = sizeof(as_kernel),                                                 \
                                     .abi = AS_KERNEL_ABI,                                                             \
                                     .isas = AS_ISA_BIT(AS_SCALAR),                                                    \
                                     .name = "attention/" NAME,                                                        \
                                     .help = "busy work of known order, for tests",                                    \
                                     .order = DECLARED,                                                                \
                                     .refuse = refuse,                                                                 \
                                     .operands = operands,                                                             \
                                     .workspace = workspace,                                                           \
                                     .work = symbol##_work,                                                            \
                                     .tolerance = tolerance,                                                           \
                                     .phases = symbol##_phases,                                                        \
                                     .params = params}

KERNEL(t, "busy-t", "T", T);
KERNEL(tlogt, "busy-tlogt", "T log T", T *log2(T));
KERNEL(t15, "busy-t15", NULL, T *sqrt(T));
KERNEL(t2, "busy-t2", "T^2", T *T);
KERNEL(t3, "busy-t3", NULL, T *T *T);
KERNEL(liar, "busy-liar", "T", T *T); /* what it declares is not so */

const as_kernel *const *attnscope_plugin(uint32_t abi)
{
    static const as_kernel *const all[] = {&t, &tlogt, &t15, &t2, &t3, &liar, NULL};
    return abi == AS_KERNEL_ABI ? all : NULL;
}
