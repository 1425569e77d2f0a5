/* wavenet_reach.c: two taps, dilations 1..512: 1024 samples. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

#define D(r) "dilated:r=" #r ",k=2"

static bool compute(as_finding *out, as_err *err)
{
    uint64_t sees;
    if (!as_claim_sees("schedule(" D(1) ";" D(2) ";" D(4) ";" D(8) ";" D(16) ";" D(32) ";" D(64) ";" D(128) ";" D(
                           256) ";" D(512) ")",
                       4096, 10, &sees, err))
        return false;
    as_text_add(&out->computed, "10 layers, k = 2, dilations 1..512: %llu samples", (unsigned long long)sees);
    out->verdict = as_claim_judge(sees == 1024, false);
    return true;
}

const as_claim as_claim_wavenet_reach = {
    AS_CLAIM(wavenet_reach),
    .claim = "A WaveNet block of dilations 1, 2, ..., 512 has a receptive field of 1024",
    .source = "WaveNet (arXiv 1609.03499) section 2.1",
    .stated = "1024",
    .expected = AS_HOLDS,
    .order = 65,
};
