/* wavenet.c: dilated causal convolutions, each gated and added to its input; every layer is two matrix products. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "tile/matmul.h"

#include "gather.h"
#include "vec/activation.h"
#include "wavenet.h"

VF_GATE(gate, vf_tanh, vf_sigmoid)

/* w (L,k,D,2D): columns of Wf, then of Wg; w_residual (L,D,D) */
static size_t wavenet_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t D = as_problem_width(p), k = p->param[AS_WAVENET_K], L = as_wavenet_layers(p);
    const size_t each = as_sum(tile_product_floats(k * D, 2 * D), tile_product_floats(D, D));
    out[0] = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, AS_F32, p->batch, p->length, D);
    out[1] = AS_OPERAND("w", AS_IN, AS_FILL_WEIGHT, AS_F32, L, k, D, 2 * D);
    out[2] = AS_OPERAND("w_residual", AS_IN, AS_FILL_WEIGHT, AS_F32, L, D, D);
    out[3] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, AS_F32, p->batch, p->length, D);
    out[4] = AS_OPERAND("packed", AS_KEPT, AS_FILL_ZERO, AS_F32, as_product(L, each, 1, 1));
    return 5;
}

static size_t packed_gates(const as_problem *p)
{
    const size_t D = as_problem_width(p);
    return tile_product_floats(p->param[AS_WAVENET_K] * D, 2 * D);
}

static size_t packed_layer(const as_problem *p)
{
    const size_t D = as_problem_width(p);
    return packed_gates(p) + tile_product_floats(D, D);
}

static void wavenet_pack(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p), k = p->param[AS_WAVENET_K];
    for (size_t l = 0; l < as_wavenet_layers(p); l++) {
        float *to = (float *)call->operand[4] + l * packed_layer(p);
        tile_product_pack((const float *)call->operand[1] + l * k * D * 2 * D, 2 * D, k * D, 2 * D, p->threads, to);
        tile_product_pack((const float *)call->operand[2] + l * D * D, D, D, D, p->threads, to + packed_gates(p));
    }
}

/* Workspace: halves (B T, 2D), of which the first become z; two sequences (B T, D); the threads' benches. */
static size_t floats(const as_problem *p) { return p->batch * p->length * as_problem_width(p); }

static size_t wavenet_workspace(const as_problem *p)
{
    const size_t sequences = as_product(p->batch * p->length, as_problem_width(p), 4 * sizeof(float), 1);
    return sequences > SIZE_MAX / 2 ? SIZE_MAX : as_sum(tile_up(sequences, 64), tile_product_workspace(p));
}

static as_convolution layer_shape(const as_problem *p, size_t l)
{
    const size_t k = p->param[AS_WAVENET_K], dilation = (size_t)1 << l;
    return (as_convolution){k, dilation, 1, (k - 1) * dilation, p->length};
}

/* y = x + (tanh(x * Wf) sigmoid(x * Wg)) Wr of layer l */
static void layer(const as_call *call, size_t l, const float *x, float *y, float *halves, void *bench)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p);
    const float *packed = (const float *)call->operand[4] + l * packed_layer(p);
    const tile_taps taps = {p, x, layer_shape(p, l)};
    tile_product m = tile_taps_product(&taps, 2 * D);
    m.right = packed;
    m.out = halves;
    tile_product_run(&m, p->threads, bench);
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t row = 0; row < m.rows; row++)
        gate(halves + row * 2 * D, halves + row * 2 * D + D, halves + row * 2 * D, D);
    const tile_product residual = {
        .left = halves,
        .left_ld = 2 * D,
        .right = packed + packed_gates(p),
        .out = y,
        .ld = D,
        .rows = m.rows,
        .depth = D,
        .columns = D,
        .finish = tile_finish_residual,
        .residual = x,
        .residual_ld = D,
    };
    tile_product_run(&residual, p->threads, bench);
}

static void wavenet_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t L = as_wavenet_layers(p), n = floats(p);
    float *halves = call->workspace, *between[2] = {halves + 2 * n, halves + 3 * n};
    const float *x = call->operand[0];
    void *bench = (char *)call->workspace + tile_up(4 * n * sizeof(float), 64);
    for (size_t l = 0; l < L; l++) {
        float *y = l + 1 == L ? call->operand[3] : between[l % 2];
        layer(call, l, x, y, halves, bench);
        x = y;
    }
}

static bool wavenet_refuse(const as_problem *p, char *why, size_t cap)
{
    const uint64_t k = p->param[AS_WAVENET_K];
    if (as_sequence_refuse_dtype(p, why, cap) || as_sequence_refuse_context(p, why, cap) ||
        as_sequence_refuse_pattern(p, false, why, cap))
        return true;
    if (!k || !p->param[AS_WAVENET_DILATION_MAX])
        snprintf(why, cap, "%s=0: must be at least 1", k ? "dilation-max" : "k");
    else if (k > p->length)
        snprintf(why, cap, "k=%llu is more than the %zu tokens of the sequence", (unsigned long long)k, p->length);
    else
        return false;
    return true;
}

extern const as_kernel AS_KERNEL(convolution_wavenet);

/* Per layer 4 T k D D for both gates and 2 T D D for the way back; a tanh and a sigmoid per channel */
static as_work wavenet_work(const as_problem *p)
{
    const uint64_t rows = (uint64_t)p->batch * p->length, L = as_wavenet_layers(p), D = as_problem_width(p);
    const uint64_t k = p->param[AS_WAVENET_K];
    return as_sequence_work(p, &AS_KERNEL(convolution_wavenet), L * rows * (4 * k * D * D + 2 * D * D),
                            L * rows * (2 * k * D * tile_up(2 * D, VF_N) + 2 * D * tile_up(D, VF_N)), 2 * L * rows * D);
}

/* A layer adds a sum of D terms, whose terms are off as a sum of k D is; errors of layers add up. */
static double wavenet_tolerance(const as_problem *p)
{
    const double D = (double)as_problem_width(p), L = (double)as_wavenet_layers(p);
    return L * (as_sequence_tolerance((double)p->param[AS_WAVENET_K] * D) + as_sequence_tolerance(D));
}

static const as_phase phases[] = {
    {.name = "pack", .once = true, .run = wavenet_pack}, {.name = "run", .run = wavenet_run}, {0}};
static const as_kernel_param params[] = {
    {"k", 0, 1 << 20, 2, "taps of each layer"},
    {"dilation-max", 0, 1 << 20, 512, "layers have dilations 1, 2, 4, ... up to this"},
    {0},
};

const as_kernel AS_KERNEL(convolution_wavenet) = {
    AS_BUILTIN,
    .name = "convolution/wavenet",
    .help = "WaveNet: a stack of dilated causal convolutions, gated, each added to its input",
    .order = "T",
    AS_CALLBACKS(wavenet_refuse, wavenet_operands, wavenet_workspace, wavenet_work, wavenet_tolerance),
    .phases = phases,
    .params = params,
};
