/* cost_attention.c: where the T^2 D term really is the larger part of a layer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

/* FLOPs of a causal layer at width D: core 2T(T+1)D, projections 8TD^2, feed-forward 16TD^2. */
static uint64_t core(uint64_t t, uint64_t d) { return 2 * t * (t + 1) * d; }
static uint64_t projections(uint64_t t, uint64_t d) { return 8 * t * d * d; }
static uint64_t feed_forward(uint64_t t, uint64_t d) { return 16 * t * d * d; }

/* The least T at which the core is the larger part. */
static uint64_t least(uint64_t d, bool with_feed_forward)
{
    uint64_t t = 1;
    while (core(t, d) <= projections(t, d) + (with_feed_forward ? feed_forward(t, d) : 0))
        t++;
    return t;
}

static bool compute(as_finding *out, as_err *err)
{
    (void)err;
    const uint64_t d = 512;
    uint64_t all = core(d + 1, d) + projections(d + 1, d) + feed_forward(d + 1, d);
    uint64_t past_projections = least(d, false), past_all = least(d, true);
    as_text_add(
        &out->computed,
        "D = %llu: at T = D+1 the T^2 D term is %.1f %% of the layer; it passes the projections at T = %llu (T+1 > 4D) "
        "and projections with feed-forward at T = %llu (T+1 > 12D)",
        (unsigned long long)d, 100.0 * (double)core(d + 1, d) / (double)all, (unsigned long long)past_projections,
        (unsigned long long)past_all);
    bool exact = past_projections + 1 == 4 * d + 1 && past_all + 1 == 12 * d + 1;
    out->verdict = as_claim_judge(past_all <= d + 1, exact);
    return true;
}

const as_claim as_claim_cost_attention = {
    AS_CLAIM(cost_attention),
    .claim = "A transformer layer costs O(T^2 D) when T > D",
    .source = "common statement, after Attention Is All You Need, section 4",
    .stated = "T^2 D dominates from T > D",
    .expected = AS_HOLDS_CONDITIONS,
    .measurable = {"attention/*", "causal", false},
    .order = 10,
};
