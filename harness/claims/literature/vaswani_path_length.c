/* vaswani_path_length.c: the last column of Attention Is All You Need, Table 1. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../claim.h"

/* Layers until n tokens are seen with k taps and dilations 1, k, k^2, ... */
static bool dilated(size_t n, size_t k, uint64_t *layers, as_err *err)
{
    char text[512];
    int used = snprintf(text, sizeof text, "schedule(");
    for (size_t r = 1; r < n; r *= k)
        used += snprintf(text + used, sizeof text - (size_t)used, "%sdilated:r=%zu,k=%zu", r > 1 ? ";" : "", r, k);
    snprintf(text + used, sizeof text - (size_t)used, ")");
    return as_claim_cover(text, n, layers, err);
}

static bool compute(as_finding *out, as_err *err)
{
    uint64_t self, recurrent, contiguous, grown, restricted;
    const size_t n = 729, k = 3, r = 81; /* log_3 729 = 6, 729/81 = 9 */
    if (!as_claim_cover("causal", n, &self, err) || !as_claim_cover("window:w=2", n, &recurrent, err) ||
        !as_claim_cover("window:w=3", n, &contiguous, err) || !dilated(n, k, &grown, err) ||
        !as_claim_cover("window:w=81", n, &restricted, err))
        return false;
    as_text_add(
        &out->computed,
        "n = %zu: self-attention %llu; recurrent %llu = n-1; convolution k = %zu: %llu if dilated (log_k n), %llu if "
        "contiguous (n/(k-1)); restricted r = %zu: %llu = ceil((n-1)/(r-1)) against n/r = %zu",
        n, (unsigned long long)self, (unsigned long long)recurrent, k, (unsigned long long)grown,
        (unsigned long long)contiguous, r, (unsigned long long)restricted, n / r);
    bool others = self == 1 && recurrent == n - 1 && restricted == 10;
    out->verdict = as_claim_judge(others && contiguous == 6, others && grown == 6 && contiguous == 364);
    return true;
}

const as_claim as_claim_vaswani_path_length = {
    AS_CLAIM(vaswani_path_length),
    .claim = "Longest path: self-attention 1, recurrent n, convolution log_k n, restricted self-attention n/r",
    .source = "Attention Is All You Need (arXiv 1706.03762) Table 1, last column",
    .stated = "1, n, log_k(n), n/r",
    .expected = AS_HOLDS_CONDITIONS,
    .order = 160,
};
