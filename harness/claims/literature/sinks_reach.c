/* sinks_reach.c: sinks add themselves to the reach and nothing else. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

static bool compute(as_finding *out, as_err *err)
{
    uint64_t with, without, cover_with, cover_without;
    bool equal = true;
    for (size_t depth = 1; depth <= 16; depth++) {
        if (!as_claim_sees("sink:s=4+window:w=64", 4096, depth, &with, err) ||
            !as_claim_sees("window:w=64", 4096, depth, &without, err))
            return false;
        equal = equal && with == without + 4;
    }
    if (!as_claim_cover("sink:s=4+window:w=64", 4096, &cover_with, err) ||
        !as_claim_cover("window:w=64", 4096, &cover_without, err))
        return false;
    as_text_add(
        &out->computed,
        "4 sinks, window 64, T = 4096: at every depth 1..16 %s; all T after %llu layers with sinks, %llu without",
        equal ? "exactly the 4 sinks more" : "not just the 4 sinks more", (unsigned long long)cover_with,
        (unsigned long long)cover_without);
    out->verdict = as_claim_judge(equal, false);
    return true;
}

const as_claim as_claim_sinks_reach = {
    AS_CLAIM(sinks_reach),
    .claim = "Attention sinks do not extend the context beyond the window",
    .source = "StreamingLLM (arXiv 2309.17453)",
    .stated = "reach of the window, and the sinks",
    .expected = AS_HOLDS,
    .order = 130,
};
