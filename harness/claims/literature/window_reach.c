/* window_reach.c: L layers of window w: L(w-1)+1 tokens, not L w. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../claim.h"

static bool compute(as_finding *out, as_err *err)
{
    uint64_t four, layers, worst = 0;
    if (!as_claim_sees("window:w=256", 4096, 4, &four, err) || !as_claim_cover("window:w=256", 4096, &layers, err))
        return false;
    for (size_t w = 2; w <= 16; w++) /* L w - reach, over depths that do not yet cover */
        for (size_t depth = 1; depth <= 8; depth++) {
            char text[32];
            uint64_t sees;
            snprintf(text, sizeof text, "window:w=%zu", w);
            if (!as_claim_sees(text, 257, depth, &sees, err))
                return false;
            uint64_t off = depth * w - sees;
            worst = off == depth - 1 && worst != UINT64_MAX ? (off > worst ? off : worst) : UINT64_MAX;
        }
    as_text_add(&out->computed,
                "w = 256, T = 4096: 4 layers see %llu, not 1024; all T needs %llu layers, not 16: 1 + L(w-1) tokens, "
                "ceil((T-1)/(w-1)) layers; right to within L-1 tokens",
                (unsigned long long)four, (unsigned long long)layers);
    out->verdict = as_claim_judge(four == 1024 && layers == 16, worst != UINT64_MAX && four == 1021 && layers == 17);
    return true;
}

const as_claim as_claim_window_reach = {
    AS_CLAIM(window_reach),
    .claim = "L layers of a window of w tokens see L w tokens, so T/w layers see all",
    .source = "Longformer (arXiv 2004.05150) section 3.1; Mistral 7B (arXiv 2310.06825) section 2",
    .stated = "reach L w; T/w layers",
    .expected = AS_HOLDS_CONDITIONS,
    .order = 20,
};
