/* convolution.h: the shape of a convolution over tokens: which token each tap of each output row reads.
 * SPDX-License-Identifier: Apache-2.0
 *
 * o[t] = sum over j < k of w[j] x[t stride + j dilation - left]; tokens outside 0..T-1 are zero. Padding: 0 causal
 * (left = (k-1) dilation: the last tap reads the token itself), 1 same (as many zeros on both sides, so k is odd), 2
 * valid (none: only rows whose taps all lie inside). As a matrix it is a banded Toeplitz matrix. */
#ifndef AS_CONVOLUTION_H
#define AS_CONVOLUTION_H

#include "../common/sequence.h"

enum { AS_CONV_K, AS_CONV_DILATION, AS_CONV_STRIDE, AS_CONV_PADDING }; /* places in as_problem.param */
enum { AS_PAD_CAUSAL, AS_PAD_SAME, AS_PAD_VALID };

typedef struct {
    size_t k, dilation, stride, left;
    size_t rows; /* of the output, per batch entry */
} as_convolution;

extern const as_kernel_param as_convolution_params[];

/* Of a problem that was not refused. */
as_convolution as_convolution_of(const as_problem *p);
bool as_convolution_refuse(const as_problem *p, char *why, size_t cap); /* all but f32 as well */
bool as_convolution_refuse_shape(const as_problem *p, char *why, size_t cap);

/* x (B,T,D), w as given, o (B,rows,D), and `kept` floats of packed weights unless 0. */
size_t as_convolution_operands(const as_problem *p, as_operand w, size_t kept, as_operand out[AS_OPERANDS_MAX]);

/* The token that tap j of output row t reads; T or more (by wrapping) when it lies outside. */
static inline size_t as_convolution_token(const as_convolution *c, size_t t, size_t j)
{
    return t * c->stride + j * c->dilation - c->left;
}

/* Its row in x (T,D), or `zeros`. */
static inline const float *as_convolution_row(const as_convolution *c, const as_problem *p, const float *x,
                                              const float *zeros, size_t t, size_t j)
{
    const size_t token = as_convolution_token(c, t, j);
    return token < p->length ? x + token * as_problem_width(p) : zeros;
}

#endif
