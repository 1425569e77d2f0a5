/* schedule_doubling.c: dilations 2,4,8,... never meet an odd distance. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../claim.h"

#define SCHEDULE_2 "schedule(dilated:r=2,k=2;dilated:r=4,k=2;dilated:r=8,k=2;dilated:r=16,k=2;dilated:r=32,k=2)"
#define SCHEDULE_1 "schedule(dilated:r=1,k=2;dilated:r=2,k=2;dilated:r=4,k=2;dilated:r=8,k=2;dilated:r=16,k=2)"

static bool compute(as_finding *out, as_err *err)
{
    uint64_t from_2, from_1, cover_2, cover_1;
    if (!as_claim_sees(SCHEDULE_2, 64, 5, &from_2, err) || !as_claim_sees(SCHEDULE_1, 32, 5, &from_1, err) ||
        !as_claim_cover(SCHEDULE_2, 64, &cover_2, err) || !as_claim_cover(SCHEDULE_1, 32, &cover_1, err))
        return false;
    as_text_add(
        &out->computed,
        "dilations 2..32, k = 2: %llu of the 64 tokens within their span after 5 layers, at any depth no odd distance "
        "(all T: %s); dilations 1..16: %llu of 32 after 5 layers. No gaps only if it starts at 1 and grows by at most "
        "k",
        (unsigned long long)from_2, cover_2 == UINT64_MAX ? "never" : "some depth", (unsigned long long)from_1);
    out->verdict = as_claim_judge(cover_2 != UINT64_MAX, from_2 == 64);
    if (from_1 != 32 || cover_1 != 5)
        out->verdict = AS_HOLDS; /* then the remedy named above is wrong */
    return true;
}

const as_claim as_claim_schedule_doubling = {
    AS_CLAIM(schedule_doubling),
    .claim = "Doubling dilations 2, 4, 8, ... layer by layer sees every token of an exponentially growing span",
    .source = "common statement on dilated stacks",
    .stated = "no gaps",
    .expected = AS_IS_FALSE,
    .order = 50,
};
