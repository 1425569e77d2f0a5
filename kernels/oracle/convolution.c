/* convolution.c: a convolution over tokens by its definition: o[t] = sum over j of x[t stride + j dilation - left]
 * w[j]. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../convolution/convolution.h"
#include "sums.h"

/* operand: x (B,T,D), w (k,D,D) */
static bool oracle_convolution_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const as_convolution conv = as_convolution_of(p);
    const size_t D = as_problem_width(p);
    memset(out, 0, D * sizeof *out);
    for (size_t j = 0; j < conv.k; j++) {
        const size_t token = as_convolution_token(&conv, at.row, j);
        if (token < p->length)
            as_sums_add_any(operand[0], (at.batch * p->length + token) * D, D, operand[1], j * D * D, D, D, p->dtype,
                            out);
    }
    return true;
}

static double oracle_convolution_price(const as_problem *p)
{
    const double D = (double)as_problem_width(p);
    return 2 * (double)p->param[AS_CONV_K] * D * D;
}

const as_oracle as_oracle_convolution = {"convolution", oracle_convolution_row, oracle_convolution_price, NULL};
