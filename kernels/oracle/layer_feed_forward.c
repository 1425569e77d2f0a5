/* layer_feed_forward.c: one token through GELU or SwiGLU between two projections. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../api/kernel.h"
#include "sums.h"

static size_t hidden(const as_problem *p) { return p->param[0] ? p->param[0] : 4 * as_problem_width(p); }

/* operand: x (B,T,D), w1, w2 */
static bool oracle_layer_feed_forward_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const size_t D = as_problem_width(p);
    return as_truth_mlp_any(operand[0], (at.batch * p->length + at.row) * D, operand[1], operand[2], p->dtype, D,
                            hidden(p), p->param[1], out);
}

static double oracle_layer_feed_forward_price(const as_problem *p)
{
    return 6 * (double)as_problem_width(p) * (double)hidden(p);
}

const as_oracle as_oracle_layer_feed_forward = {"layer/feed-forward", oracle_layer_feed_forward_row,
                                                oracle_layer_feed_forward_price, NULL};
