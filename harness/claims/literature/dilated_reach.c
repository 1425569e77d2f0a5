/* dilated_reach.c: one dilation, however deep, stays in its residue class. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

static bool compute(as_finding *out, as_err *err)
{
    uint64_t one, deep, layers;
    if (!as_claim_sees("dilated:r=4", 1024, 1, &one, err) || !as_claim_sees("dilated:r=4", 1024, 64, &deep, err) ||
        !as_claim_cover("dilated:r=4", 1024, &layers, err))
        return false;
    as_text_add(&out->computed,
                "r = 4, T = 1024: %llu tokens after 1 layer, %llu after 64; all T: %s (ceil(T/r) at any depth)",
                (unsigned long long)one, (unsigned long long)deep, layers == UINT64_MAX ? "never" : "some depth");
    out->verdict = as_claim_judge(layers != UINT64_MAX, deep > one);
    return true;
}

const as_claim as_claim_dilated_reach = {
    AS_CLAIM(dilated_reach),
    .claim = "Stacking layers of one dilation r > 1 reaches the whole context",
    .source = "common statement on dilated attention",
    .stated = "full reach with depth",
    .expected = AS_IS_FALSE,
    .order = 40,
};
