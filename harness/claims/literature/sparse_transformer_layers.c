/* sparse_transformer_layers.c: Sparse Transformer: two layers join any two tokens. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../claim.h"

static bool compute(as_finding *out, as_err *err)
{
    uint64_t worst = 0, layers;
    for (size_t l = 2; l <= 16; l++)
        for (size_t t = l + 2; t <= 130; t += 7) {
            char text[48];
            snprintf(text, sizeof text, "strided:l=%zu", l);
            if (!as_claim_cover(text, t, &layers, err))
                return false;
            worst = layers > worst ? layers : worst;
            snprintf(text, sizeof text, "fixed:l=%zu,c=1", l);
            if (!as_claim_cover(text, t, &layers, err))
                return false;
            worst = layers > worst ? layers : worst;
        }
    as_text_add(&out->computed, "strided l and fixed l,c = 1 for l = 2..16, T to 130: never more than %llu layers",
                (unsigned long long)worst);
    out->verdict = as_claim_judge(worst == 2, false);
    return true;
}

const as_claim as_claim_sparse_transformer_layers = {
    AS_CLAIM(sparse_transformer_layers),
    .claim = "With strided or fixed attention, any two positions are joined in p+1 = 2 steps",
    .source = "Sparse Transformer (arXiv 1904.10509) section 4.2",
    .stated = "2 layers",
    .expected = AS_HOLDS,
    .measurable = {"attention/*", "strided:*", false},
    .order = 165,
};
