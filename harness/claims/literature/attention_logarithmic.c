/* attention_logarithmic.c: depth log T needs T^2 processors; Brent says what fewer do. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../claim.h"

static bool cost(size_t length, as_cost *out, as_err *err)
{
    as_edges e;
    if (!as_claim_edges("causal", length, &e, err))
        return false;
    e.edges_all = 8 * e.edges;
    return as_cost_find(&e, length, 512, 8, out, err);
}

static bool compute(as_finding *out, as_err *err)
{
    as_cost c, twice;
    if (!cost(1024, &c, err) || !cost(2048, &twice, err))
        return false;
    as_cost far, farther;
    if (!cost(1 << 20, &far, err) || !cost(1 << 21, &farther, err))
        return false;
    double at_64 = log2(as_brent_low(&farther, 64) / as_brent_low(&far, 64));
    as_text_add(&out->computed,
                "T = 1024, D = 512, d = 64: span %llu, +%llu per doubling of T; work %llu, W/S = %.3g cores to use it; "
                "on 64 cores %.3g..%.3g steps, and at T = 1M they grow as T^%.2f",
                (unsigned long long)c.span, (unsigned long long)(twice.span - c.span), (unsigned long long)c.work,
                (double)c.work / (double)c.span, as_brent_low(&c, 64), as_brent_high(&c, 64), at_64);
    out->verdict = as_claim_judge(at_64 < 0.5, c.span == 62 && twice.span == 65);
    return true;
}

const as_claim as_claim_attention_logarithmic = {
    AS_CLAIM(attention_logarithmic),
    .claim = "Attention is logarithmic in T",
    .source = "\"Attention is logarithmic, actually\" (essay, 2025), by work-depth analysis",
    .stated = "depth O(log T + log D)",
    .expected = AS_HOLDS_CONDITIONS,
    .measurable = {"attention/*", "causal", false},
    .order = 220,
};
