/* longnet_bound.c: LongNet's bound on FLOPs against its own published setting. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

#define LENGTH 32768
#define PUBLISHED "longnet:w=2048/4096/8192/16384/32768,r=1/2/4/6/12"
#define GEOMETRIC "longnet:w=2048/4096/8192/16384/32768,r=1/2/4/8/16"

/* FLOPs per d as the paper counts them, 2 per pair of dense segments, sum 2 T w/r^2; and all of attention on the causal
 * pairs, 4 a pair. */
static bool flops(const char *pattern, const double *dilation, double *paper, double *causal, as_err *err)
{
    as_edges e;
    if (!as_claim_edges(pattern, LENGTH, &e, err))
        return false;
    *paper = 0;
    for (int i = 0; i < 5; i++)
        *paper += 2.0 * LENGTH * (double)(2048 << i) / (dilation[i] * dilation[i]);
    *causal = 4.0 * (double)e.edges;
    return true;
}

static bool compute(as_finding *out, as_err *err)
{
    static const double published[5] = {1, 2, 4, 6, 12}, geometric[5] = {1, 2, 4, 8, 16};
    double bound = 2 * 2 * 2048.0 * LENGTH, paper, causal, grown, grown_causal; /* alpha = 2: 2a/(a-1) = 4 */
    if (!flops(PUBLISHED, published, &paper, &causal, err) || !flops(GEOMETRIC, geometric, &grown, &grown_causal, err))
        return false;
    as_text_add(&out->computed,
                "T = 32768, w0 = 2048, alpha = 2, per d: bound %.0f; geometric r = 1..16: %.0f; published r = "
                "1,2,4,6,12: %.0f, "
                "%s; score and value on the causal pairs: %.0f. Holds for r_i = alpha^i, one product counted",
                bound, grown, paper, paper > bound ? "above the bound" : "within it", causal);
    out->verdict = as_claim_judge(paper <= bound && causal <= bound, grown <= bound);
    return true;
}

const as_claim as_claim_longnet_bound = {
    AS_CLAIM(longnet_bound),
    .claim =
        "Dilated attention with segments and dilations growing by alpha costs at most 2 alpha/(alpha-1) w0 T d FLOPs",
    .source = "LongNet (arXiv 2307.02486), computational complexity, with its setting for language models",
    .stated = "2 alpha/(alpha-1) w0 T d",
    .expected = AS_HOLDS_CONDITIONS,
    .measurable = {"attention/*", "longnet:*", false},
    .order = 170,
};
