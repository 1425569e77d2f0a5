/* dilations_1248.c: dilations 1,2,4,8 with three taps see 3, 7, 15, 31. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

static bool compute(as_finding *out, as_err *err)
{
    static const uint64_t stated[4] = {3, 7, 15, 31};
    bool equal = true;
    as_text_add(&out->computed, "reach of k = 3, dilations 1,2,4,8:");
    for (size_t depth = 1; depth <= 4; depth++) {
        uint64_t sees;
        if (!as_claim_sees("schedule(dilated:r=1,k=3;dilated:r=2,k=3;dilated:r=4,k=3;dilated:r=8,k=3)", 64, depth,
                           &sees, err))
            return false;
        as_text_add(&out->computed, "%s %llu", depth > 1 ? "," : "", (unsigned long long)sees);
        equal = equal && sees == stated[depth - 1];
    }
    as_text_add(&out->computed, " tokens, without gaps");
    out->verdict = as_claim_judge(equal, false);
    return true;
}

const as_claim as_claim_dilations_1248 = {
    AS_CLAIM(dilations_1248),
    .claim = "Kernels of 3 taps with dilations 1, 2, 4, 8 see 3, 7, 15, 31 tokens",
    .source = "after Yu and Koltun (arXiv 1511.07122), in one dimension",
    .stated = "3, 7, 15, 31",
    .expected = AS_HOLDS,
    .order = 60,
};
