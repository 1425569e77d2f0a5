/* depthwise.c: each channel convolved with its own k weights; channels do not mix. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "api/builtin.h"
#include "convolution.h"
#include "vec/vec.h"

#define ROWS 4 /* outputs that share a load of the weights */

static size_t depthwise_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const as_operand w = AS_OPERAND("w", AS_IN, AS_FILL_WEIGHT, AS_F32, p->param[AS_CONV_K], as_problem_width(p));
    return as_convolution_operands(p, w, 0, out);
}

/* Outputs [t, t + rows) of one batch entry; x (T,D), o (rows,D). Taps outside the sequence are left out. */
static void outputs(const as_problem *p, const as_convolution *conv, const float *x, const float *w, size_t t,
                    size_t rows, const float *zeros, float *o)
{
    const size_t D = as_problem_width(p);
    for (size_t c = 0; c < D; c += VF_N) {
        const size_t lanes = D - c < VF_N ? D - c : VF_N;
        vf sum[ROWS];
        VF_UNROLL
        for (int i = 0; i < ROWS; i++)
            sum[i] = vf_zero();
        for (size_t j = 0; j < conv->k; j++) {
            const float *weight = w + j * D + c;
            const vf by = lanes < VF_N ? vf_load_n(weight, lanes) : vf_load(weight);
            VF_UNROLL
            for (int i = 0; i < ROWS; i++) {
                const float *from =
                    as_convolution_row(conv, p, x, zeros, t + ((size_t)i < rows ? (size_t)i : 0), j) + c;
                sum[i] = vf_fma(by, lanes < VF_N ? vf_load_n(from, lanes) : vf_load(from), sum[i]);
            }
        }
        VF_UNROLL
        for (int i = 0; i < ROWS; i++)
            if ((size_t)i < rows)
                vf_store_n(o + (size_t)i * D + c, sum[i], lanes);
    }
}

static size_t depthwise_workspace(const as_problem *p) { return (as_problem_width(p) * sizeof(float) + 63) / 64 * 64; }

static void depthwise_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const as_convolution conv = as_convolution_of(p);
    const size_t D = as_problem_width(p), blocks = (conv.rows + ROWS - 1) / ROWS;
    memset(call->workspace, 0, depthwise_workspace(p));
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t i = 0; i < p->batch * blocks; i++) {
        const size_t b = i / blocks, t = i % blocks * ROWS, left = conv.rows - t;
        outputs(p, &conv, (const float *)call->operand[0] + b * p->length * D, call->operand[1], t,
                left < ROWS ? left : ROWS, call->workspace, (float *)call->operand[2] + (b * conv.rows + t) * D);
    }
}

extern const as_kernel AS_KERNEL(convolution_depthwise);

/* 2 rows k D */
static as_work depthwise_work(const as_problem *p)
{
    const as_convolution conv = as_convolution_of(p);
    const uint64_t D = as_problem_width(p), taps = 2 * (uint64_t)conv.k * p->batch;
    return as_sequence_work(p, &AS_KERNEL(convolution_depthwise), taps * conv.rows * D,
                            taps * ((conv.rows + ROWS - 1) / ROWS * ROWS) * ((D + VF_N - 1) / VF_N * VF_N), 0);
}

static double depthwise_tolerance(const as_problem *p) { return as_sequence_tolerance((double)p->param[AS_CONV_K]); }

const as_kernel AS_KERNEL(convolution_depthwise) = {
    AS_BUILTIN,
    .name = "convolution/depthwise",
    .help = "each channel convolved over tokens with its own weights",
    .order = "T",
    AS_CALLBACKS(as_convolution_refuse, depthwise_operands, depthwise_workspace, depthwise_work, depthwise_tolerance),
    .phases = AS_ONE_PHASE(depthwise_run),
    .params = as_convolution_params,
};
