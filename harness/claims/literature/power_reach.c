/* power_reach.c: every distance is a sum of four squares. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

static bool compute(as_finding *out, as_err *err)
{
    uint64_t most = 0, layers, three;
    for (size_t t = 2; t <= 600; t++) {
        if (!as_claim_cover("power:p=2", t, &layers, err))
            return false;
        most = layers > most ? layers : most;
    }
    if (!as_claim_cover("power:p=2", 1 << 20, &layers, err) || !as_claim_cover("power:p=3", 1 << 14, &three, err))
        return false;
    most = layers > most ? layers : most;
    as_text_add(&out->computed,
                "p = 2: %llu layers at T = 1M, never more than %llu for T = 2..600 (Lagrange); p = 3: %llu layers at T "
                "= 16k (Waring)",
                (unsigned long long)layers, (unsigned long long)most, (unsigned long long)three);
    out->verdict = as_claim_judge(most == 4 && three <= 9, false);
    return true;
}

const as_claim as_claim_power_reach = {
    AS_CLAIM(power_reach),
    .claim = "Four layers of t - k^2 reach every earlier token, however long the context",
    .source = "Lagrange's four-square theorem; Waring's problem for p > 2",
    .stated = "4 layers",
    .expected = AS_HOLDS,
    .order = 100,
};
