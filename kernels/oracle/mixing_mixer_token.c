/* mixing_mixer_token.c: token mixing with a given number of hidden units. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mixing.h"

static size_t mixing_units(const as_problem *p) { return p->param[AS_MIXER_HIDDEN]; }

const as_oracle as_oracle_mixing_mixer_token = {"mixing/mixer-token", mixing_row, mixing_price, NULL};
