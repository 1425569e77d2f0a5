/* convolution_dynamic.c: DynamicConv by definition: softmaxed weights of the token over the tokens of its taps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../convolution/convolution.h"
#include "sums.h"

static void oracle_convolution_dynamic_soften(double *s, size_t k)
{
    double max = s[0], sum = 0;
    for (size_t j = 1; j < k; j++)
        max = s[j] > max || isnan(s[j]) ? s[j] : max;
    for (size_t j = 0; j < k; j++)
        sum += s[j] = exp(s[j] - max);
    for (size_t j = 0; j < k; j++)
        s[j] /= sum;
}

/* operand: x (B,T,D), w (D, H k) */
static bool oracle_convolution_dynamic_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const as_convolution conv = as_convolution_of(p);
    const size_t D = as_problem_width(p), columns = p->heads * conv.k;
    const float *x = (const float *)operand[0] + at.batch * p->length * D;
    const size_t itself = p->param[AS_CONV_PADDING] == AS_PAD_SAME ? conv.k / 2 : conv.k - 1;
    double *weights = calloc(columns, sizeof *weights);
    if (!weights)
        return false;
    as_sums_add_f32(x + as_convolution_token(&conv, at.row, itself) * D, D, operand[1], columns, columns, weights);
    memset(out, 0, D * sizeof *out);
    for (size_t h = 0; h < p->heads; h++)
        oracle_convolution_dynamic_soften(weights + h * conv.k, conv.k);
    for (size_t j = 0; j < conv.k; j++) {
        const size_t token = as_convolution_token(&conv, at.row, j);
        for (size_t c = 0; token < p->length && c < D; c++)
            out[c] += weights[c / p->head_dim * conv.k + j] * (double)x[token * D + c];
    }
    free(weights);
    return true;
}

static double oracle_convolution_dynamic_price(const as_problem *p)
{
    return 2 * (double)p->param[AS_CONV_K] * (double)as_problem_width(p) * (1 + (double)p->heads);
}

const as_oracle as_oracle_convolution_dynamic = {"convolution/dynamic", oracle_convolution_dynamic_row,
                                                 oracle_convolution_dynamic_price, NULL};
