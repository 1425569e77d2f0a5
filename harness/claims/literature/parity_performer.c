/* parity_performer.c: from which length on Performer costs less. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

/* FLOPs per token and head: 8md with the feature maps; causal softmax 2d(T+1). */
static bool compute(as_finding *out, as_err *err)
{
    (void)err;
    const uint64_t d = 64, m = 256;
    uint64_t t = 1;
    while (2 * d * (t + 1) < 8 * m * d)
        t++;
    as_text_add(&out->computed, "m = 256: same cost as causal softmax at T+1 = %llu = 4m; below, softmax is cheaper",
                (unsigned long long)(t + 1));
    out->verdict = as_claim_judge(t <= 1, t + 1 == 4 * m);
    return true;
}

const as_claim as_claim_parity_performer = {
    AS_CLAIM(parity_performer),
    .claim = "Performer (FAVOR+) costs less than softmax attention",
    .source = "Rethinking Attention with Performers (arXiv 2009.14794)",
    .stated = "O(T) against O(T^2)",
    .expected = AS_HOLDS_CONDITIONS,
    .measurable = {"kernelised/performer*", "*", true},
    .order = 190,
};
