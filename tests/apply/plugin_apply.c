/* plugin_apply.c: an attention kernel that is off by a thousandth, and promises not to be. For the tests of `apply`.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "kernel.h"

static size_t operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    out[0] = AS_OPERAND("q", AS_IN, AS_FILL_NORMAL, p->dtype, p->batch, p->heads, p->length, p->head_dim);
    out[1] = AS_OPERAND("k", AS_IN, AS_FILL_NORMAL, p->dtype, p->batch, p->kv_heads, p->context, p->head_dim);
    out[2] = AS_OPERAND("v", AS_IN, AS_FILL_NORMAL, p->dtype, p->batch, p->kv_heads, p->context, p->head_dim);
    out[3] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, p->dtype, p->batch, p->heads, p->length, p->head_dim);
    return 4;
}

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    if (p->dtype == AS_F32)
        return false;
    strncpy(why, "takes f32 only", cap - 1);
    return true;
}

static size_t workspace(const as_problem *p) { return p->context * sizeof(float); }
static double tolerance(const as_problem *p) { return (void)p, 1e-5; }
static as_work work(const as_problem *p) { return (as_work){.flops_useful = 4 * p->head_dim * p->edges * p->batch}; }

/* Causal whatever the pattern; every weight is right, every result a thousandth too large. */
static void row(const as_problem *p, const float *q, const float *k, const float *v, size_t keys, float *weight,
                float *o)
{
    const size_t d = p->head_dim;
    float total = 0;
    for (size_t j = 0; j < keys; j++) {
        float score = 0;
        for (size_t c = 0; c < d; c++)
            score += q[c] * k[j * d + c];
        total += weight[j] = expf(score * p->scale);
    }
    for (size_t c = 0; c < d; c++) {
        o[c] = 1e-3f;
        for (size_t j = 0; j < keys; j++)
            o[c] += weight[j] / total * v[j * d + c];
    }
}

static void run(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t T = p->length, S = p->context, d = p->head_dim, rows = p->batch * p->heads * T;
    for (size_t i = 0; i < rows; i++) {
        const size_t t = i % T, h = i / T % p->heads, b = i / T / p->heads;
        const size_t kv = (b * p->kv_heads + h / (p->heads / p->kv_heads)) * S * d;
        row(p, (const float *)call->operand[0] + i * d, (const float *)call->operand[1] + kv,
            (const float *)call->operand[2] + kv, S - T + t + 1, call->workspace, (float *)call->operand[3] + i * d);
    }
}

static const as_phase phases[] = {{.name = "run", .run = run}, {0}};

static const as_kernel off_by_a_bit = {
    .struct_size = sizeof(as_kernel),
    .abi = AS_KERNEL_ABI,
    .isas = AS_ISA_BIT(AS_SCALAR),
    .name = "attention/off_by_a_bit",
    .help = "wrong by a thousandth",
    .order = "edges",
    .refuse = refuse,
    .operands = operands,
    .workspace = workspace,
    .work = work,
    .tolerance = tolerance,
    .phases = phases,
};

const as_kernel *const *attnscope_plugin(uint32_t abi)
{
    static const as_kernel *const list[] = {&off_by_a_bit, NULL};
    return abi == AS_KERNEL_ABI ? list : NULL;
}
