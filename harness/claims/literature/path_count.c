/* path_count.c: C(p+q,p) counts unit steps, or one hop a row; not hops as usually drawn. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "../claim.h"

/* Paths on the grid from (0,0) to (p,q), by walking: along a row by any hop (or by one), up by one. */
static uint64_t walk(unsigned p, unsigned q, bool any_hops)
{
    uint64_t paths = p == 0 && q == 0;
    for (unsigned hop = 1; hop <= (any_hops ? p : p ? 1 : 0); hop++)
        paths += walk(p - hop, q, any_hops);
    return q ? paths + walk(p, q - 1, any_hops) : paths;
}

/* At most one hop of any length in each row. */
static uint64_t walk_once(unsigned p, unsigned q)
{
    if (!q)
        return 1; /* what is left is one hop, or none */
    uint64_t paths = 0;
    for (unsigned hop = 0; hop <= p; hop++)
        paths += walk_once(p - hop, q - 1);
    return paths;
}

static bool equals(as_number n, uint64_t value)
{
    bool equal = n.exact && strtoull(n.exact, NULL, 10) == value;
    as_number_free(&n);
    return equal;
}

static bool compute(as_finding *out, as_err *err)
{
    (void)err;
    bool unit = true, once = true, any = true, binomial_any = true;
    for (unsigned p = 1; p <= 6; p++)
        for (unsigned q = 1; q <= 5; q++) {
            unit = unit && equals(as_paths_unit_steps(p, q), walk(p, q, false));
            once = once && equals(as_paths_unit_steps(p, q), walk_once(p, q));
            any = any && equals(as_paths_any_hops(p, q), walk(p, q, true));
            binomial_any = binomial_any && equals(as_paths_unit_steps(p, q), walk(p, q, true));
        }
    as_number ten = as_paths_unit_steps(3, 2), more = as_paths_any_hops(3, 2), four = as_paths_states(3, 2);
    as_text_add(&out->computed,
                "by enumeration for p <= 6, q <= 5: right for unit steps (%s) and for one hop a row (%s), wrong for "
                "hops of any length, any number a row; (3,2): %s, %s as drawn, %s between layer states",
                unit ? "yes" : "no", once ? "yes" : "no", ten.exact, more.exact, four.exact);
    as_number_free(&ten);
    as_number_free(&more);
    as_number_free(&four);
    out->verdict = as_claim_judge(binomial_any, unit && once && any);
    return true;
}

const as_claim as_claim_path_count = {
    AS_CLAIM(path_count),
    .claim = "From (t,l) to (t+p,l+q) information has C(p+q,p) paths through a causal transformer",
    .source = "common statement on information flow in transformers",
    .stated = "C(p+q,p)",
    .expected = AS_HOLDS_CONDITIONS,
    .order = 140,
};
