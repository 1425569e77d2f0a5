/* glu.c: the layer of ConvS2S (Gehring et al., 2017): a convolution to 2D channels, half of which gate the other half:
 * o = a sigmoid(b). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tile/matmul.h"

#include "gather.h"
#include "vec/activation.h"

VF_GATE(gate, vf_same, vf_sigmoid)

/* w[j] (D, 2D): columns of a, then of b */
static size_t glu_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t D = as_problem_width(p), k = p->param[AS_CONV_K];
    return as_convolution_operands(p, AS_OPERAND("w", AS_IN, AS_FILL_WEIGHT, AS_F32, k, D, 2 * D),
                                   tile_product_floats(k * D, 2 * D), out);
}

static void glu_pack(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p);
    tile_product_pack(call->operand[1], 2 * D, p->param[AS_CONV_K] * D, 2 * D, p->threads, call->operand[3]);
}

static size_t halves_bytes(const as_problem *p)
{
    return as_product(p->batch * as_convolution_of(p).rows, as_problem_width(p), 2 * sizeof(float), 1);
}

static size_t glu_workspace(const as_problem *p)
{
    const size_t halves = halves_bytes(p);
    return halves > SIZE_MAX / 2 ? SIZE_MAX : as_sum(tile_up(halves, 64), tile_product_workspace(p));
}

static void convolve(const as_call *call)
{
    const as_problem *p = call->problem;
    const tile_taps taps = {p, call->operand[0], as_convolution_of(p)};
    tile_product m = tile_taps_product(&taps, 2 * as_problem_width(p));
    m.right = call->operand[3];
    m.out = call->workspace;
    tile_product_run(&m, p->threads, (char *)call->workspace + tile_up(halves_bytes(p), 64));
}

static void close_gate(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p), rows = p->batch * as_convolution_of(p).rows;
    const float *halves = call->workspace;
    float *o = call->operand[2];
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t row = 0; row < rows; row++)
        gate(halves + row * 2 * D, halves + row * 2 * D + D, o + row * D, D);
}

extern const as_kernel AS_KERNEL(convolution_glu);

/* 4 rows k D D; one sigmoid per output */
static as_work glu_work(const as_problem *p)
{
    const tile_taps taps = {p, NULL, as_convolution_of(p)};
    const tile_product m = tile_taps_product(&taps, 2 * as_problem_width(p));
    return as_sequence_work(p, &AS_KERNEL(convolution_glu), 2 * (uint64_t)m.rows * m.depth * m.columns,
                            tile_product_flops(&m), (uint64_t)m.rows * (m.columns / 2));
}

static double glu_tolerance(const as_problem *p)
{
    return 2 * as_sequence_tolerance((double)p->param[AS_CONV_K] * (double)as_problem_width(p));
}

static const as_phase phases[] = {{.name = "pack", .once = true, .run = glu_pack},
                                  {.name = "convolve", .run = convolve},
                                  {.name = "gate", .run = close_gate},
                                  {0}};

const as_kernel AS_KERNEL(convolution_glu) = {
    AS_BUILTIN,
    .name = "convolution/glu",
    .help = "ConvS2S: a convolution to 2D channels and a gated linear unit",
    .order = "T",
    AS_CALLBACKS(as_convolution_refuse, glu_operands, glu_workspace, glu_work, glu_tolerance),
    .phases = phases,
    .params = as_convolution_params,
};
