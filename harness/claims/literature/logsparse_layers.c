/* logsparse_layers.c: LogSparse: one layer more than is needed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

static unsigned floor_log2(uint64_t n) { return 63 - (unsigned)__builtin_clzll(n); }

static bool compute(as_finding *out, as_err *err)
{
    bool enough = true, tight = false, exact = true;
    for (uint64_t t = 2; t <= 512; t++) {
        uint64_t layers;
        if (!as_claim_cover("log:base=2", t, &layers, err))
            return false;
        enough = enough && layers <= floor_log2(t) + 1;
        tight = tight || layers == floor_log2(t) + 1;
        exact = exact && layers == floor_log2(t);
    }
    as_text_add(&out->computed, "T = 2..512: the number is %s, and %s; the exact need is %s",
                enough ? "always enough" : "too small", tight ? "sometimes needed" : "never needed",
                exact ? "floor(log2 T), one less" : "another");
    out->verdict = as_claim_judge(enough && (tight || exact), false);
    return true;
}

const as_claim as_claim_logsparse_layers = {
    AS_CLAIM(logsparse_layers),
    .claim = "Every cell gets information from every earlier one by stacking floor(log2 T) + 1 layers",
    .source = "LogSparse Transformer (arXiv 1907.00235) theorem 1",
    .stated = "floor(log2 T) + 1 layers are enough",
    .expected = AS_HOLDS,
    .order = 80,
};
