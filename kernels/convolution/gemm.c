/* gemm.c: convolution over tokens as one matrix product with weights packed once; the taps are gathered tile by tile.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tile/dtype.h"
#include "tile/matmul.h"

#include "gather.h"

static size_t gemm_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t D = as_problem_width(p), k = p->param[AS_CONV_K];
    return as_convolution_operands(p, AS_OPERAND("w", AS_IN, AS_FILL_WEIGHT, p->dtype, k, D, D),
                                   tile_product_floats(k * D, D), out);
}

static void gemm_pack(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p);
    tile_product_pack_from(call->operand[1], p->dtype, D, p->param[AS_CONV_K] * D, D, p->threads, call->operand[3]);
}

static void gemm_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const tile_taps taps = {p, call->operand[0], as_convolution_of(p)};
    tile_product m = tile_taps_product(&taps, as_problem_width(p));
    m.right = call->operand[3];
    m.out = call->operand[2];
    tile_product_run(&m, p->threads, call->workspace);
}

extern const as_kernel AS_KERNEL(convolution_gemm);

/* 2 rows k D D */
static as_work gemm_work(const as_problem *p)
{
    const tile_taps taps = {p, NULL, as_convolution_of(p)};
    const tile_product m = tile_taps_product(&taps, as_problem_width(p));
    return as_sequence_work(p, &AS_KERNEL(convolution_gemm), 2 * (uint64_t)m.rows * m.depth * m.columns,
                            tile_product_flops(&m), 0);
}

static size_t gemm_workspace(const as_problem *p) { return tile_product_room(p, as_problem_width(p)); }

static bool gemm_refuse(const as_problem *p, char *why, size_t cap)
{
    return tile_refuse_dtype(p, why, cap) || as_convolution_refuse_shape(p, why, cap);
}

static double gemm_tolerance(const as_problem *p)
{
    return as_sequence_tolerance_of(p, (double)p->param[AS_CONV_K] * (double)as_problem_width(p));
}

static const as_phase phases[] = {
    {.name = "pack", .once = true, .run = gemm_pack}, {.name = "run", .run = gemm_run}, {0}};

const as_kernel AS_KERNEL(convolution_gemm) = {
    AS_BUILTIN,
    .name = "convolution/gemm",
    .help = "convolution over tokens, D to D channels, as a matrix product (im2col, never stored)",
    .order = "T",
    .refuse = gemm_refuse,
    .operands = gemm_operands,
    .workspace = gemm_workspace,
    .work = gemm_work,
    .tolerance = gemm_tolerance,
    .phases = phases,
    .params = as_convolution_params,
};
