/* rope.c: rotary positions on queries and keys, in both layouts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "tile/matmul.h"

#include "parts.h"

/* q (B,H,T,d), k (B,Hkv,T,d), o (B,H+Hkv,T,d): the turned q, then the turned k */
static size_t rope_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t B = p->batch, T = p->length, d = p->head_dim;
    out[0] = AS_OPERAND("q", AS_IN, AS_FILL_NORMAL, AS_F32, B, p->heads, T, d);
    out[1] = AS_OPERAND("k", AS_IN, AS_FILL_NORMAL, AS_F32, B, p->kv_heads, T, d);
    out[2] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, AS_F32, B, p->heads + p->kv_heads, T, d);
    out[3] = AS_OPERAND("angles", AS_KEPT, AS_FILL_ZERO, AS_F32, 2, T, d / 2);
    return 4;
}

static size_t rope_workspace(const as_problem *p) { return (void)p, 0; }

/* The tokens are the last of the context. */
static void angles(const as_call *call)
{
    const as_problem *p = call->problem;
    layer_angles(p->context - p->length, p->length, p->head_dim, p->threads, call->operand[3]);
}

static void rope_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t T = p->length, d = p->head_dim, heads = p->heads + p->kv_heads;
    const float *cosines = call->operand[3], *sines = cosines + T * (d / 2);
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t i = 0; i < p->batch * heads * T; i++) {
        const size_t t = i % T, h = i / T % heads, b = i / T / heads;
        const float *x = h < p->heads
                             ? (const float *)call->operand[0] + ((b * p->heads + h) * T + t) * d
                             : (const float *)call->operand[1] + ((b * p->kv_heads + h - p->heads) * T + t) * d;
        layer_rotate(x, cosines + t * (d / 2), sines + t * (d / 2), (float *)call->operand[2] + i * d, d, p->param[0]);
    }
}

static bool rope_refuse(const as_problem *p, char *why, size_t cap)
{
    if (as_sequence_refuse_dtype(p, why, cap) || as_sequence_refuse_pattern(p, false, why, cap))
        return true;
    if (p->head_dim % 2)
        snprintf(why, cap, "turns channels in pairs: a head's width must be even, not %zu", p->head_dim);
    return p->head_dim % 2;
}

extern const as_kernel AS_KERNEL(layer_rope);

/* 4 products and 2 sums per pair: 6 T D where all heads have their own keys */
static as_work rope_work(const as_problem *p)
{
    const uint64_t flops = 3 * (uint64_t)p->batch * p->length * (p->heads + p->kv_heads) * p->head_dim;
    return as_sequence_work(p, &AS_KERNEL(layer_rope), flops, flops, 0);
}

static double rope_tolerance(const as_problem *p) { return (void)p, as_sequence_tolerance(2); }

static const as_phase phases[] = {
    {.name = "angles", .once = true, .run = angles}, {.name = "run", .run = rope_run}, {0}};
static const as_kernel_param params[] = {
    {"split", 0, 1, 0, "pairs: 0 interleaved (2i, 2i+1), 1 half-split (i, i+d/2)"},
    {0},
};

const as_kernel AS_KERNEL(layer_rope) = {
    AS_BUILTIN,
    .name = "layer/rope",
    .help = "rotary positions on queries and keys, interleaved or half-split pairs",
    .order = "T",
    .refuse = rope_refuse,
    .operands = rope_operands,
    .workspace = rope_workspace,
    .work = rope_work,
    .tolerance = rope_tolerance,
    .phases = phases,
    .params = params,
};
