/* mixer-token.c: token mixing of MLP-Mixer with D_S hidden units, whatever T. */
/* SPDX-License-Identifier: Apache-2.0 */

#include "token_tiles.h"

static size_t mixer_units(const as_problem *p) { return p->param[AS_MIXER_HIDDEN]; }

static bool mixer_token_refuse(const as_problem *p, char *why, size_t cap)
{
    return mixer_refuse(p, "hidden=0: D_S is not set; give hidden=N, or take mixing/mixer-token-growing", why, cap);
}

extern const as_kernel AS_KERNEL(mixing_mixer_token);
static as_work mixer_token_work(const as_problem *p) { return mixer_work(p, &AS_KERNEL(mixing_mixer_token)); }

static const as_kernel_param params[] = {
    {"hidden", 0, 1 << 24, 0, "D_S, hidden units across tokens; must be given"},
    {"causal", 0, 1, 0, "1: weights are triangular, the future is not seen; 0: as published"},
    {0},
};

const as_kernel AS_KERNEL(mixing_mixer_token) = {
    AS_BUILTIN,
    .name = "mixing/mixer-token",
    .help = "MLP-Mixer across tokens with a fixed number of hidden units, D_S",
    .order = "T",
    AS_CALLBACKS(mixer_token_refuse, mixer_operands, mixer_workspace, mixer_token_work, mixer_tolerance),
    .phases = AS_ONE_PHASE(mixer_run),
    .params = params,
};
