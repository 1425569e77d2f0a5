/* mixing_mixer_channel.c: one token through the hidden units of channel mixing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../api/kernel.h"
#include "sums.h"

static size_t hidden(const as_problem *p) { return p->param[0] ? p->param[0] : 4 * as_problem_width(p); }

/* operand: x (B,T,D), w1, w2 */
static bool oracle_mixing_mixer_channel_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const size_t D = as_problem_width(p);
    return as_truth_mlp_any(operand[0], (at.batch * p->length + at.row) * D, operand[1], operand[2], p->dtype, D,
                            hidden(p), false, out);
}

static double oracle_mixing_mixer_channel_price(const as_problem *p)
{
    return 4 * (double)as_problem_width(p) * (double)hidden(p);
}

const as_oracle as_oracle_mixing_mixer_channel = {"mixing/mixer-channel", oracle_mixing_mixer_channel_row,
                                                  oracle_mixing_mixer_channel_price, NULL};
