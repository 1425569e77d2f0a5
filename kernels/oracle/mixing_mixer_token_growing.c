/* mixing_mixer_token_growing.c: token mixing with T / per hidden units. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mixing.h"

static size_t mixing_units(const as_problem *p) { return p->length / p->param[AS_MIXER_HIDDEN]; }

const as_oracle as_oracle_mixing_mixer_token_growing = {"mixing/mixer-token-growing", mixing_row, mixing_price, NULL};
