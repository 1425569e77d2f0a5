/* convolution_glu.c: a convolution to 2D channels by definition, then a sigmoid(b). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../convolution/convolution.h"
#include "sums.h"

/* operand: x (B,T,D), w (k,D,2D) */
static bool oracle_convolution_glu_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const as_convolution conv = as_convolution_of(p);
    const size_t D = as_problem_width(p);
    double *halves = calloc(2 * D, sizeof *halves);
    if (!halves)
        return false;
    for (size_t j = 0; j < conv.k; j++) {
        const size_t token = as_convolution_token(&conv, at.row, j);
        if (token < p->length)
            as_sums_add_f32((const float *)operand[0] + (at.batch * p->length + token) * D, D,
                            (const float *)operand[1] + j * D * 2 * D, 2 * D, 2 * D, halves);
    }
    for (size_t c = 0; c < D; c++)
        out[c] = halves[c] * as_truth_sigmoid(halves[D + c]);
    free(halves);
    return true;
}

static double oracle_convolution_glu_price(const as_problem *p)
{
    const double D = (double)as_problem_width(p);
    return 4 * (double)p->param[AS_CONV_K] * D * D;
}

const as_oracle as_oracle_convolution_glu = {"convolution/glu", oracle_convolution_glu_row,
                                             oracle_convolution_glu_price, NULL};
