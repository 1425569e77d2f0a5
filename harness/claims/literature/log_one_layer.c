/* log_one_layer.c: t - 2^i alone leaves gaps; filling them takes floor(log2 T) layers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

static bool compute(as_finding *out, as_err *err)
{
    uint64_t one, of_eight, layers;
    if (!as_claim_sees("log:base=2", 8, 1, &of_eight, err) || !as_claim_sees("log:base=2", 1024, 1, &one, err) ||
        !as_claim_cover("log:base=2", 1024, &layers, err))
        return false;
    as_text_add(
        &out->computed,
        "N(8) has %llu of 8 tokens {8,7,6,4}; T = 1024: %llu tokens after 1 layer, all after %llu = floor(log2 T)",
        (unsigned long long)of_eight, (unsigned long long)one, (unsigned long long)layers);
    out->verdict = as_claim_judge(layers == 1, one == 1024);
    return true;
}

const as_claim as_claim_log_one_layer = {
    AS_CLAIM(log_one_layer),
    .claim = "Logarithmic attention (t and t - 2^i) reaches all tokens in one layer",
    .source = "common statement on log-sparse attention",
    .stated = "1 layer",
    .expected = AS_IS_FALSE,
    .measurable = {"attention/*", "log:*", false},
    .order = 70,
};
