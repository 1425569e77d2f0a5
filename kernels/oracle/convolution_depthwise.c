/* convolution_depthwise.c: every channel convolved with its own weights, by definition. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../convolution/convolution.h"
#include "sums.h"

/* operand: x (B,T,D), w (k,D) */
static bool oracle_convolution_depthwise_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const as_convolution conv = as_convolution_of(p);
    const size_t D = as_problem_width(p);
    const float *x = (const float *)operand[0] + at.batch * p->length * D, *w = operand[1];
    memset(out, 0, D * sizeof *out);
    for (size_t j = 0; j < conv.k; j++) {
        const size_t token = as_convolution_token(&conv, at.row, j);
        for (size_t c = 0; token < p->length && c < D; c++)
            out[c] += (double)x[token * D + c] * (double)w[j * D + c];
    }
    return true;
}

static double oracle_convolution_depthwise_price(const as_problem *p)
{
    return 2 * (double)p->param[AS_CONV_K] * (double)as_problem_width(p);
}

const as_oracle as_oracle_convolution_depthwise = {"convolution/depthwise", oracle_convolution_depthwise_row,
                                                   oracle_convolution_depthwise_price, NULL};
