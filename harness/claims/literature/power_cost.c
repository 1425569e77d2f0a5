/* power_cost.c: t - k^p: polynomially many keys, not logarithmically many. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../claim.h"

static bool compute(as_finding *out, as_err *err)
{
    as_edges once, twice, log_once, log_twice;
    const size_t t = 1 << 20;
    if (!as_claim_edges("power:p=2", t, &once, err) || !as_claim_edges("power:p=2", 2 * t, &twice, err) ||
        !as_claim_edges("log:base=2", t, &log_once, err) || !as_claim_edges("log:base=2", 2 * t, &log_twice, err))
        return false;
    double power = log2((double)twice.edges / (double)once.edges);
    double logarithmic = log2((double)log_twice.edges / (double)log_once.edges);
    as_text_add(&out->computed,
                "T = 1M: the last token sees %llu keys at p = 2 (floor((T-1)^(1/p)) + 1) against %llu for t - 2^i; "
                "pairs grow as T^%.3f against T^%.3f",
                (unsigned long long)once.largest_row, (unsigned long long)log_once.largest_row, power, logarithmic);
    out->verdict = as_claim_judge(fabs(power - logarithmic) < 0.05, power < 1.2);
    return true;
}

const as_claim as_claim_power_cost = {
    AS_CLAIM(power_cost),
    .claim = "Spacing keys at t - k^p keeps O(log T) keys per token, as t - 2^k does",
    .source = "common statement on polynomially spaced attention",
    .stated = "O(T log T) pairs",
    .expected = AS_IS_FALSE,
    .measurable = {"attention/*", "power:*", false},
    .order = 90,
};
