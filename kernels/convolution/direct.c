/* direct.c: convolution over tokens by its definition, a few output rows and columns at a time in registers, nothing
 * packed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <string.h>

#include "api/builtin.h"
#include "convolution.h"
#include "vec/vec.h"

#define ROWS 4
#define WIDE 2 /* vectors of columns */

static size_t direct_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t D = as_problem_width(p);
    /* w[j] (D,D) takes the token of tap j to the outputs */
    return as_convolution_operands(p, AS_OPERAND("w", AS_IN, AS_FILL_WEIGHT, AS_F32, p->param[AS_CONV_K], D, D), 0,
                                   out);
}

/* `nv` vectors of columns of ROWS outputs; x[j] are the ROWS rows of tap j. `lanes`: columns of the last vector. */
VF_INLINE void block(size_t k, size_t D, const float *const (*x)[ROWS], const float *w, int nv, size_t lanes,
                     float *const *o, size_t rows)
{
    vf sum[ROWS][WIDE];
    VF_UNROLL
    for (int i = 0; i < ROWS; i++)
        VF_UNROLL
    for (int v = 0; v < nv; v++)
        sum[i][v] = vf_zero();
    for (size_t j = 0; j < k; j++)
        for (size_t c = 0; c < D; c++, w += D) {
            vf right[WIDE];
            VF_UNROLL
            for (int v = 0; v < nv; v++)
                right[v] = lanes < VF_N ? vf_load_n(w + v * VF_N, lanes) : vf_load(w + v * VF_N);
            VF_UNROLL
            for (int i = 0; i < ROWS; i++)
                VF_UNROLL
            for (int v = 0; v < nv; v++)
                sum[i][v] = vf_fma(vf_set(x[j][i][c]), right[v], sum[i][v]);
        }
    for (size_t i = 0; i < rows; i++)
        VF_UNROLL
    for (int v = 0; v < nv; v++)
        if (lanes < VF_N)
            vf_store_n(o[i] + v * VF_N, sum[i][v], lanes);
        else
            vf_store(o[i] + v * VF_N, sum[i][v]);
}

/* Output rows [t, t + rows) of batch entry b. */
static void outputs(const as_call *call, const as_convolution *conv, const float *zeros, const float **room, size_t b,
                    size_t t, size_t rows)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p);
    const float *x = (const float *)call->operand[0] + b * p->length * D, *w = call->operand[1];
    const float *(*taps)[ROWS] = (const float *(*)[ROWS])room;
    float *o[ROWS];
    for (size_t j = 0; j < conv->k; j++)
        for (size_t i = 0; i < ROWS; i++)
            taps[j][i] = i < rows ? as_convolution_row(conv, p, x, zeros, t + i, j) : zeros;
    size_t column = 0;
    for (size_t i = 0; i < rows; i++)
        o[i] = (float *)call->operand[2] + (b * conv->rows + t + i) * D;
    const float *const(*from)[ROWS] = (const float *const(*)[ROWS])taps;
    for (; column + WIDE * VF_N <= D; column += WIDE * VF_N) {
        block(conv->k, D, from, w + column, WIDE, VF_N, o, rows);
        for (size_t i = 0; i < rows; i++)
            o[i] += WIDE * VF_N;
    }
    for (; column < D; column += VF_N) {
        const size_t lanes = D - column < VF_N ? D - column : VF_N;
        if (lanes < VF_N)
            block(conv->k, D, from, w + column, 1, lanes, o, rows);
        else
            block(conv->k, D, from, w + column, 1, VF_N, o, rows);
        for (size_t i = 0; i < rows; i++)
            o[i] += lanes;
    }
}

/* A row of zeros, then per thread the rows of every tap. */
static size_t zeros_bytes(const as_problem *p) { return (as_problem_width(p) * sizeof(float) + 63) / 64 * 64; }
static size_t taps_bytes(const as_problem *p) { return as_product(p->param[AS_CONV_K], ROWS * sizeof(float *), 1, 1); }

static size_t direct_workspace(const as_problem *p)
{
    return as_sum(zeros_bytes(p), as_product((size_t)p->threads, taps_bytes(p), 1, 1));
}

static void direct_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const as_convolution conv = as_convolution_of(p);
    const size_t blocks = (conv.rows + ROWS - 1) / ROWS;
    float *zeros = call->workspace;
    char *room = (char *)call->workspace + zeros_bytes(p);
    memset(zeros, 0, zeros_bytes(p));
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t i = 0; i < p->batch * blocks; i++) {
        const size_t t = i % blocks * ROWS, left = conv.rows - t;
        const float **mine = (const float **)(void *)(room + (size_t)omp_get_thread_num() * taps_bytes(p));
        outputs(call, &conv, zeros, mine, i / blocks, t, left < ROWS ? left : ROWS);
    }
}

extern const as_kernel AS_KERNEL(convolution_direct);

/* 2 rows k D D useful; the registers' rows and lanes beyond the end are worked on, too. */
static as_work direct_work(const as_problem *p)
{
    const as_convolution conv = as_convolution_of(p);
    const uint64_t D = as_problem_width(p), per_row = 2 * (uint64_t)conv.k * D;
    const uint64_t rows = (conv.rows + ROWS - 1) / ROWS * ROWS, columns = (D + VF_N - 1) / VF_N * VF_N;
    return as_sequence_work(p, &AS_KERNEL(convolution_direct), p->batch * conv.rows * per_row * D,
                            p->batch * rows * per_row * columns, 0);
}

static double direct_tolerance(const as_problem *p)
{
    return as_sequence_tolerance((double)p->param[AS_CONV_K] * (double)as_problem_width(p));
}

const as_kernel AS_KERNEL(convolution_direct) = {
    AS_BUILTIN,
    .name = "convolution/direct",
    .help = "convolution over tokens, D to D channels, by its definition",
    .order = "T",
    AS_CALLBACKS(as_convolution_refuse, direct_operands, direct_workspace, direct_work, direct_tolerance),
    .phases = AS_ONE_PHASE(direct_run),
    .params = as_convolution_params,
};
