/* mixer-token.c: token mixing of MLP-Mixer with D_S hidden units, whatever T. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tile/matmul.h"

#include "token_tiles.h"

static size_t mixer_token_units(const as_problem *p) { return p->param[AS_MIXER_HIDDEN]; }

static size_t mixer_token_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    return mixer_operands(p, mixer_token_units(p), out);
}
static size_t mixer_token_workspace(const as_problem *p) { return mixer_workspace(p, mixer_token_units(p)); }
static void mixer_token_run(const as_call *call) { mixer_run(call, mixer_token_units(call->problem)); }
static double mixer_token_tolerance(const as_problem *p) { return mixer_tolerance(p, mixer_token_units(p)); }

static bool mixer_token_refuse(const as_problem *p, char *why, size_t cap)
{
    return mixer_refuse(p, mixer_token_units(p),
                        "hidden=0: D_S is not set; give hidden=N, or take mixing/mixer-token-growing", why, cap);
}

extern const as_kernel AS_KERNEL(mixing_mixer_token);
static as_work mixer_token_work(const as_problem *p)
{
    return mixer_work(p, &AS_KERNEL(mixing_mixer_token), mixer_token_units(p));
}

static const as_phase phases[] = {{.name = "run", .run = mixer_token_run}, {0}};
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
    .refuse = mixer_token_refuse,
    .operands = mixer_token_operands,
    .workspace = mixer_token_workspace,
    .work = mixer_token_work,
    .tolerance = mixer_token_tolerance,
    .phases = phases,
    .params = params,
};
