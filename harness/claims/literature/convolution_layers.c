/* convolution_layers.c: word 1 to word 100: 50 and 25 layers, not 33 and 20. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

static bool compute(as_finding *out, as_err *err)
{
    uint64_t three, five; /* a causal kernel of k taps sees what a window of k tokens sees */
    if (!as_claim_cover("window:w=3", 100, &three, err) || !as_claim_cover("window:w=5", 100, &five, err))
        return false;
    as_text_add(&out->computed, "from word 100 back to word 1: %llu layers at k = 3, %llu at k = 5: ceil(99/(k-1))",
                (unsigned long long)three, (unsigned long long)five);
    out->verdict = as_claim_judge(three == 33 && five == 20, false);
    return true;
}

const as_claim as_claim_convolution_layers = {
    AS_CLAIM(convolution_layers),
    .claim = "To join word 1 to word 100, causal convolutions need 33 layers of width 3, or 20 of width 5",
    .source = "common statement, T/k layers",
    .stated = "33 and 20",
    .expected = AS_IS_FALSE,
    .order = 150,
};
