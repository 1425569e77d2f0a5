/* mixing_mixer_token.c: token mixing with a given number of hidden units. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mixing.h"

static size_t oracle_mixing_mixer_token_units(const as_problem *p) { return p->param[AS_MIXER_HIDDEN]; }

static bool oracle_mixing_mixer_token_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    return as_truth_mixing_row(p, operand, oracle_mixing_mixer_token_units(p), at, out);
}

static double oracle_mixing_mixer_token_price(const as_problem *p)
{
    return as_truth_mixing_flops(p, oracle_mixing_mixer_token_units(p));
}

const as_oracle as_oracle_mixing_mixer_token = {"mixing/mixer-token", oracle_mixing_mixer_token_row,
                                                oracle_mixing_mixer_token_price, NULL};
