/* mixer-token-growing.c: token mixing of MLP-Mixer with hidden units in step with the tokens, D_S = T / per: quadratic
 * in T. */
/* SPDX-License-Identifier: Apache-2.0 */

#include "token_tiles.h"

static size_t mixer_units(const as_problem *p)
{
    return p->param[AS_MIXER_HIDDEN] ? p->length / p->param[AS_MIXER_HIDDEN] : 0;
}

static bool mixer_token_growing_refuse(const as_problem *p, char *why, size_t cap)
{
    return mixer_refuse(p, "per is 0 or more than T: D_S = T / per would be 0 or have no value", why, cap);
}

extern const as_kernel AS_KERNEL(mixing_mixer_token_growing);
static as_work mixer_token_growing_work(const as_problem *p)
{
    return mixer_work(p, &AS_KERNEL(mixing_mixer_token_growing));
}

static const as_kernel_param params[] = {
    {"per", 0, 1 << 24, 2, "D_S = T / per hidden units across tokens"},
    {"causal", 0, 1, 0, "1: weights are triangular, the future is not seen; 0: as published"},
    {0},
};

const as_kernel AS_KERNEL(mixing_mixer_token_growing) = {
    AS_BUILTIN,
    .name = "mixing/mixer-token-growing",
    .help = "MLP-Mixer across tokens with D_S = T / per hidden units: quadratic",
    .order = "T^2",
    AS_CALLBACKS(mixer_token_growing_refuse, mixer_operands, mixer_workspace, mixer_token_growing_work,
                 mixer_tolerance),
    .phases = AS_ONE_PHASE(mixer_run),
    .params = params,
};
