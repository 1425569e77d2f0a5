/* global_two_hops.c: two hops through a global token: only where the token can look ahead. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "../claim.h"

enum { T = 64, WINDOW = 4 };

/* Pairs of tokens joined within two hops, on a mask of a global token (the first), a window of 4, and the diagonal. */
static unsigned joined(bool bidirectional)
{
    static bool sees[T][T];
    unsigned pairs = 0;
    for (int t = 0; t < T; t++)
        for (int u = 0; u < T; u++)
            sees[t][u] = bidirectional ? abs(t - u) < WINDOW || !t || !u : u <= t && (t - u < WINDOW || !u);
    for (int t = 0; t < T; t++)
        for (int u = 0; u < t; u++) {
            bool meet = sees[t][u];
            for (int via = 0; via < T; via++)
                meet = meet || (sees[t][via] && sees[via][u]);
            pairs += meet;
        }
    return pairs;
}

static bool compute(as_finding *out, as_err *err)
{
    uint64_t engine, all = T * (T - 1) / 2;
    if (!as_claim_sees("global:g=1+window:w=4", T, 2, &engine, err))
        return false;
    unsigned causal = joined(false), both = joined(true);
    as_text_add(&out->computed,
                "T = %d, 1 global token, window %d: %u of %llu pairs within 2 hops when causal (the global token sees "
                "only what is before it; the last token sees %llu of %d), %u of %llu when bidirectional",
                T, WINDOW, causal, (unsigned long long)all, (unsigned long long)engine, T, both,
                (unsigned long long)all);
    out->verdict = as_claim_judge(causal == all && engine == T, causal == all);
    if (both != all)
        out->verdict = AS_HOLDS; /* then the condition named above is wrong */
    return true;
}

const as_claim as_claim_global_two_hops = {
    AS_CLAIM(global_two_hops),
    .claim = "In a decoder any two tokens meet in 2 hops through a global token",
    .source = "after Longformer (arXiv 2004.05150) and BigBird (arXiv 2007.14062), which are bidirectional",
    .stated = "2 hops",
    .expected = AS_IS_FALSE,
    .order = 120,
};
