/* mixing_mixer_token_growing.c: token mixing with T / per hidden units. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mixing.h"

static size_t units(const as_problem *p) { return p->length / p->param[AS_MIXER_HIDDEN]; }

static bool row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    return as_truth_mixing_row(p, operand, units(p), at, out);
}

static double price(const as_problem *p) { return as_truth_mixing_flops(p, units(p)); }

const as_oracle as_oracle_mixing_mixer_token_growing = {"mixing/mixer-token-growing", row, price, NULL};
