/* dynamic.c: DynamicConv (Wu et al., 2019): each token makes its own k weights per head, softens them, and mixes the k
 * tokens that its taps read with them; the d channels of a head share weights. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tile/matmul.h"

#include "gather.h"
#include "vec/exp.h"

/* w (D, H k): tap j of head h is column h k + j */
static size_t dynamic_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t D = as_problem_width(p), columns = p->heads * p->param[AS_CONV_K];
    return as_convolution_operands(p, AS_OPERAND("w", AS_IN, AS_FILL_WEIGHT, AS_F32, D, columns),
                                   tile_product_floats(D, columns), out);
}

static void dynamic_pack(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t columns = p->heads * p->param[AS_CONV_K];
    tile_product_pack(call->operand[1], columns, as_problem_width(p), columns, p->threads, call->operand[3]);
}

/* The token that an output stands for: the last tap's under causal and valid padding, the middle's under same. */
static void load_token(const tile_product *m, size_t row, size_t from, size_t n, float *to)
{
    const tile_taps *taps = m->more;
    const as_problem *p = taps->problem;
    const as_convolution *conv = &taps->conv;
    const size_t tap = p->param[AS_CONV_PADDING] == AS_PAD_SAME ? conv->k / 2 : conv->k - 1;
    const size_t token = as_convolution_token(conv, row % conv->rows, tap);
    memcpy(to, (const float *)taps->x + (row / conv->rows * p->length + token) * as_problem_width(p) + from,
           n * sizeof(float));
}

/* A row of H k scores becomes weights: k of them sum to 1. */
static void dynamic_soften(const tile_product *m, size_t row, size_t column, size_t n, float *s)
{
    (void)row, (void)column;
    const tile_taps *taps = m->more;
    const size_t k = taps->conv.k;
    for (float *of = s; of < s + n; of += k) {
        float max = of[0];
        for (size_t j = 1; j < k; j++)
            max = of[j] > max ? of[j] : max;
        for (size_t j = 0; j < k; j++)
            of[j] = (of[j] - max) * AS_LOG2E;
    }
    for (size_t i = 0; i < n; i += VF_N)
        vf_store_n(s + i, vf_exp2(vf_load_n(s + i, n - i < VF_N ? n - i : VF_N)), n - i < VF_N ? n - i : VF_N);
    for (float *of = s; of < s + n; of += k) {
        float sum = 0;
        for (size_t j = 0; j < k; j++)
            sum += of[j];
        for (size_t j = 0; j < k; j++)
            of[j] *= 1 / sum;
    }
}

static tile_product dynamic_scores(const tile_taps *taps)
{
    const as_problem *p = taps->problem;
    const size_t columns = p->heads * taps->conv.k;
    return (tile_product){
        .load = load_token,
        .more = taps,
        .rows = p->batch * taps->conv.rows,
        .depth = as_problem_width(p),
        .columns = columns,
        .ld = columns,
    };
}

static size_t scores_bytes(const as_problem *p)
{
    return as_product(p->batch * as_convolution_of(p).rows, p->heads, p->param[AS_CONV_K] + 1, sizeof(float)) / 64 *
               64 +
           64;
}

static size_t dynamic_workspace(const as_problem *p)
{
    const size_t scores =
        as_product(p->batch * as_convolution_of(p).rows, p->heads, p->param[AS_CONV_K] + 1, 2 * sizeof(float));
    return scores == SIZE_MAX ? SIZE_MAX : as_sum(scores_bytes(p), tile_product_workspace(p));
}

/* The rows of a head must not be cut by threads, so a row is softened whole, after the product. */
static void weigh(const as_call *call)
{
    const as_problem *p = call->problem;
    const tile_taps taps = {p, call->operand[0], as_convolution_of(p)};
    tile_product m = dynamic_scores(&taps);
    m.right = call->operand[3];
    m.out = call->workspace;
    tile_product_run(&m, p->threads, (char *)call->workspace + scores_bytes(p));
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t row = 0; row < m.rows; row++)
        dynamic_soften(&m, row, 0, m.columns, (float *)m.out + row * m.columns);
}

/* o (d) = sum over j of weight[j] x_j, of one head */
static void mix_head(const as_problem *p, const as_convolution *conv, const float *x, const float *weight, size_t t,
                     float *o)
{
    const size_t d = p->head_dim, D = as_problem_width(p);
    for (size_t c = 0; c < d; c += VF_N) {
        const size_t lanes = d - c < VF_N ? d - c : VF_N;
        vf sum = vf_zero();
        for (size_t j = 0; j < conv->k; j++) {
            const size_t token = as_convolution_token(conv, t, j);
            if (token >= p->length)
                continue;
            const float *from = x + token * D + c;
            sum = vf_fma(vf_set(weight[j]), lanes < VF_N ? vf_load_n(from, lanes) : vf_load(from), sum);
        }
        vf_store_n(o + c, sum, lanes);
    }
}

static void mix(const as_call *call)
{
    const as_problem *p = call->problem;
    const as_convolution conv = as_convolution_of(p);
    const size_t D = as_problem_width(p), d = p->head_dim, H = p->heads;
    const float *weights = call->workspace;
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t row = 0; row < p->batch * conv.rows; row++) {
        const float *x = (const float *)call->operand[0] + row / conv.rows * p->length * D;
        for (size_t h = 0; h < H; h++)
            mix_head(p, &conv, x + h * d, weights + (row * H + h) * conv.k, row % conv.rows,
                     (float *)call->operand[2] + row * D + h * d);
    }
}

extern const as_kernel AS_KERNEL(convolution_dynamic);

/* 2 rows k D to mix and 2 rows D H k for the weights; an exp for each weight */
static as_work dynamic_work(const as_problem *p)
{
    const tile_taps taps = {p, NULL, as_convolution_of(p)};
    const tile_product m = dynamic_scores(&taps);
    const uint64_t rows = m.rows, k = taps.conv.k, mixing = 2 * rows * k;
    const uint64_t lanes = p->heads * tile_up(p->head_dim, VF_N);
    return as_sequence_work(p, &AS_KERNEL(convolution_dynamic), mixing * m.depth + 2 * rows * m.depth * m.columns,
                            mixing * lanes + tile_product_flops(&m), rows * m.columns);
}

/* Outputs are averages of x; scores are off as a sum of D terms is, and weights by as much of themselves. */
static double dynamic_tolerance(const as_problem *p)
{
    return 4 * as_sequence_tolerance((double)as_problem_width(p)) + as_sequence_tolerance((double)p->param[AS_CONV_K]);
}

static const as_phase phases[] = {{.name = "pack", .once = true, .run = dynamic_pack},
                                  {.name = "weights", .run = weigh},
                                  {.name = "mix", .run = mix},
                                  {0}};

const as_kernel AS_KERNEL(convolution_dynamic) = {
    AS_BUILTIN,
    .name = "convolution/dynamic",
    .help = "DynamicConv: each token's own k weights per head, softmaxed, over the k tokens it reads",
    .order = "T",
    AS_CALLBACKS(as_convolution_refuse, dynamic_operands, dynamic_workspace, dynamic_work, dynamic_tolerance),
    .phases = phases,
    .params = as_convolution_params,
};
