/* parity_linear.c: from which length on linear attention costs less. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

/* FLOPs per token and head: linear 4md + 3m + d; causal softmax 4d(T+1)/2 on average. */
static bool compute(as_finding *out, as_err *err)
{
    (void)err;
    const uint64_t d = 64, m = 64;
    uint64_t linear = 4 * m * d + 3 * m + d, leading = 4 * m * d, t = 1, exact = 1;
    while (2 * d * (t + 1) < leading)
        t++;
    while (2 * d * (exact + 1) <= linear)
        exact++;
    as_text_add(&out->computed,
                "m = d = 64: same cost as causal softmax at T+1 = %llu = 2m (leading terms); with the feature sums "
                "cheaper from T = %llu on; below, softmax is cheaper",
                (unsigned long long)(t + 1), (unsigned long long)exact);
    out->verdict = as_claim_judge(t <= 1, t + 1 == 2 * m && exact >= t);
    return true;
}

const as_claim as_claim_parity_linear = {
    AS_CLAIM(parity_linear),
    .claim = "Linear attention costs less than softmax attention",
    .source = "Transformers are RNNs (arXiv 2006.16236)",
    .stated = "O(T) against O(T^2)",
    .expected = AS_HOLDS_CONDITIONS,
    .measurable = {"kernelised/linear*", "*", true},
    .order = 180,
};
