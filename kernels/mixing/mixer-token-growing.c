/* mixer-token-growing.c: token mixing of MLP-Mixer with hidden units in step with the tokens, D_S = T / per: quadratic
 * in T. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tile/matmul.h"

#include "token_tiles.h"

static size_t mixer_token_growing_units(const as_problem *p)
{
    return p->param[AS_MIXER_HIDDEN] ? p->length / p->param[AS_MIXER_HIDDEN] : 0;
}

static size_t mixer_token_growing_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    return mixer_operands(p, mixer_token_growing_units(p), out);
}
static size_t mixer_token_growing_workspace(const as_problem *p)
{
    return mixer_workspace(p, mixer_token_growing_units(p));
}
static void mixer_token_growing_run(const as_call *call) { mixer_run(call, mixer_token_growing_units(call->problem)); }
static double mixer_token_growing_tolerance(const as_problem *p)
{
    return mixer_tolerance(p, mixer_token_growing_units(p));
}

static bool mixer_token_growing_refuse(const as_problem *p, char *why, size_t cap)
{
    return mixer_refuse(p, mixer_token_growing_units(p),
                        "per is 0 or more than T: D_S = T / per would be 0 or have no value", why, cap);
}

extern const as_kernel AS_KERNEL(mixing_mixer_token_growing);
static as_work mixer_token_growing_work(const as_problem *p)
{
    return mixer_work(p, &AS_KERNEL(mixing_mixer_token_growing), mixer_token_growing_units(p));
}

static const as_phase phases[] = {{.name = "run", .run = mixer_token_growing_run}, {0}};
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
    .refuse = mixer_token_growing_refuse,
    .operands = mixer_token_growing_operands,
    .workspace = mixer_token_growing_workspace,
    .work = mixer_token_growing_work,
    .tolerance = mixer_token_growing_tolerance,
    .phases = phases,
    .params = params,
};
