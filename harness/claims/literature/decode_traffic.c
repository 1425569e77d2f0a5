/* decode_traffic.c: from which cache length on keys and values outweigh the weights. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

/* Elements read per token and layer: weights 4D^2 + 8D^2 (Dff = 4D), cache 2tD (MHA). */
static bool compute(as_finding *out, as_err *err)
{
    (void)err;
    const uint64_t d = 4096;
    uint64_t t = 1;
    while (2 * t * d < 12 * d * d)
        t++;
    as_text_add(&out->computed,
                "D = 4096, MHA, Dff = 4D, batch 1: cache traffic equals weight traffic at t = %llu = 6D",
                (unsigned long long)t);
    out->verdict = as_claim_judge(t <= 1, t == 6 * d);
    return true;
}

const as_claim as_claim_decode_traffic = {
    AS_CLAIM(decode_traffic),
    .claim = "Decoding is bound by reading the key-value cache",
    .source = "common statement on inference",
    .stated = "cache traffic over weight traffic",
    .expected = AS_HOLDS_CONDITIONS,
    .order = 210,
};
