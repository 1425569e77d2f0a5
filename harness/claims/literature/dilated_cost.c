/* dilated_cost.c: every r-th token, all of them: still T^2. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../claim.h"

/* log2 E(2T)/E(T): the exponent with which pairs grow. */
static bool exponent(const char *pattern, size_t length, double *out, as_err *err)
{
    as_edges once, twice;
    if (!as_claim_edges(pattern, length, &once, err) || !as_claim_edges(pattern, 2 * length, &twice, err))
        return false;
    *out = log2((double)twice.edges / (double)once.edges);
    return true;
}

static bool compute(as_finding *out, as_err *err)
{
    double all, capped;
    if (!exponent("dilated:r=8", 65536, &all, err) || !exponent("dilated:r=8,k=64", 65536, &capped, err))
        return false;
    as_text_add(
        &out->computed,
        "r = 8: pairs grow as T^%.3f (about T^2/2r) when every r-th token is kept, as T^%.3f when k = 64 taps are", all,
        capped);
    out->verdict = as_claim_judge(all < 1.05, all < 1.5);
    return true;
}

const as_claim as_claim_dilated_cost = {
    AS_CLAIM(dilated_cost),
    .claim = "Attending every r-th token (t, t-r, t-2r, ...) makes attention linear in T",
    .source = "common statement on dilated attention",
    .stated = "O(T) pairs",
    .expected = AS_IS_FALSE,
    .measurable = {"attention/*", "dilated:*", false},
    .order = 30,
};
