/* parity_convolution.c: from which length on a convolution costs less than attention. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

/* FLOPs at D in and out: convolution 2TkD^2; causal core 2T(T+1)D; core with its projections 8TD^2 more. */
static uint64_t parity(uint64_t d, uint64_t k, bool projections)
{
    uint64_t t = 1;
    while (2 * (t + 1) * d + (projections ? 8 * d * d : 0) < 2 * k * d * d)
        t++;
    return t + 1;
}

static bool compute(as_finding *out, as_err *err)
{
    (void)err;
    const uint64_t d = 512;
    uint64_t core = parity(d, 7, false), layer = parity(d, 7, true), small = parity(d, 3, true);
    as_text_add(&out->computed,
                "D = 512, k = 7: same cost as the causal core at T+1 = %llu = kD, as core and projections at T+1 = "
                "%llu = (k-4)D; k = 3 costs less than a whole attention layer at every length",
                (unsigned long long)core, (unsigned long long)layer);
    out->verdict = as_claim_judge(core <= 2, core == 7 * d && layer == 3 * d && small == 2);
    return true;
}

const as_claim as_claim_parity_convolution = {
    AS_CLAIM(parity_convolution),
    .claim = "A convolutional layer (k n d^2) costs less than self-attention (n^2 d)",
    .source = "Attention Is All You Need (arXiv 1706.03762) Table 1, complexity per layer",
    .stated = "k n d^2 against n^2 d",
    .expected = AS_HOLDS_CONDITIONS,
    .measurable = {"convolution/*", "*", true},
    .order = 200,
};
