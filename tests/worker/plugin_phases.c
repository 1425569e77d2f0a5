/* plugin_phases.c: attention whose work is split into phases, one of them paid once; and kernels that choose their
 * keys, or say nonsense of what they chose. What a phase leaves for the next lies in the workspace.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "kernel.h"

static const as_kernel_param params[] = {{"work", 1, 100, 10, "how often the second phase does its work"}, {0}};

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    const bool refused = p->dtype != AS_F32 || p->param[0] > p->length || p->length != p->context;
    if (refused)
        snprintf(why, cap, "f32, S = T and work no more than T only");
    return refused;
}

static size_t operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    static const char *const names[] = {"q", "k", "v", "o"};
    for (int i = 0; i < 4; i++)
        out[i] = AS_OPERAND(names[i], i < 3 ? AS_IN : AS_OUT, AS_FILL_NORMAL, AS_F32, p->batch,
                            i == 1 || i == 2 ? p->kv_heads : p->heads, p->length, p->head_dim);
    return 4;
}

static size_t workspace(const as_problem *p) { return p->length * sizeof(float); }

static as_work work(const as_problem *p)
{
    const uint64_t flops = 4 * p->head_dim * p->edges * p->batch;
    return (as_work){.flops_useful = flops,
                     .flops_executed = flops,
                     .flops_dense = flops,
                     .exps = p->edges * p->batch,
                     .bytes_min = 16 * p->batch * p->heads * p->length * p->head_dim};
}

static double tolerance(const as_problem *p)
{
    (void)p;
    return 1e-4;
}

static void attend(const as_call *c)
{
    const as_problem *p = c->problem;
    const size_t T = p->length, d = p->head_dim;
    float *score = c->workspace;
    for (size_t h = 0; h < p->batch * p->heads; h++)
        for (size_t t = 0; t < T; t++) {
            const size_t kv = h / p->heads * p->kv_heads + h % p->heads / (p->heads / p->kv_heads);
            const float *q = (const float *)c->operand[0] + (h * T + t) * d,
                        *k = (const float *)c->operand[1] + kv * T * d;
            const float *v = (const float *)c->operand[2] + kv * T * d;
            float *o = (float *)c->operand[3] + (h * T + t) * d, sum = 0, most = -INFINITY;
            for (size_t s = 0; s <= t; s++) {
                score[s] = 0;
                for (size_t i = 0; i < d; i++)
                    score[s] += p->scale * q[i] * k[s * d + i];
                most = fmaxf(most, score[s]);
            }
            for (size_t i = 0; i < d; i++)
                o[i] = 0;
            for (size_t s = 0; s <= t; s++) {
                const float w = expf(score[s] - most);
                sum += w;
                for (size_t i = 0; i < d; i++)
                    o[i] += w * v[s * d + i];
            }
            for (size_t i = 0; i < d; i++)
                o[i] /= sum;
        }
}

static void prepare(const as_call *c) { *(float *)c->workspace = 1; }
static void once_more(const as_call *c)
{
    for (uint64_t i = 0; i < c->problem->param[0]; i++)
        attend(c);
}

static const as_phase phases[] = {{.name = "prepare", .once = true, .run = prepare},
                                  {.name = "first", .run = attend},
                                  {.name = "second", .run = once_more},
                                  {0}};
static const as_phase plain[] = {{.name = "run", .run = attend}, {0}};
static const as_phase nameless[] = {{.name = "", .run = attend}, {.name = "second", .run = attend}, {0}};

static uint64_t all_pairs(const as_call *c) /* 3 for each query */
{
    return 3 * c->problem->batch * c->problem->heads * c->problem->length;
}
static uint64_t nonsense(const as_call *c)
{
    (void)c;
    return (uint64_t)1 << 60;
}

#define KERNEL(symbol, NAME, PHASES, CHOSEN, PARAMS)                                                                   \
    static const as_kernel symbol = {.struct_size = sizeof(as_kernel),                                                 \
                                     .abi = AS_KERNEL_ABI,                                                             \
                                     .isas = AS_ISA_BIT(AS_SCALAR),                                                    \
                                     .name = NAME,                                                                     \
                                     .help = "for the tests of run",                                                   \
                                     .order = "T^2",                                                                   \
                                     .refuse = refuse,                                                                 \
                                     .operands = operands,                                                             \
                                     .workspace = workspace,                                                           \
                                     .work = work,                                                                     \
                                     .tolerance = tolerance,                                                           \
                                     .phases = PHASES,                                                                 \
                                     .params = PARAMS,                                                                 \
                                     .chosen = CHOSEN}

KERNEL(parted, "attention/parted", phases, NULL, params);
KERNEL(nobody, "attention/nobody", nameless, NULL, NULL);
KERNEL(chooser, "attention/chooser", plain, all_pairs, NULL);
KERNEL(liar, "attention/liar", plain, nonsense, NULL);

const as_kernel *const *attnscope_plugin(uint32_t abi)
{
    static const as_kernel *const all[] = {&parted, &nobody, &chooser, &liar, NULL};
    return abi == AS_KERNEL_ABI ? all : NULL;
}
