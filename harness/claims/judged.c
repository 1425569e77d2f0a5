/* judged.c: computes each claim and compares the verdict with the one on record.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judged.h"

#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "claim_measured.h"

AS_SCHEMA(as_judged_claim_schema, as_judged_claim, AS_JUDGED_CLAIM_COLUMNS, "claims.csv", "a claim");

static int by_order(const void *a, const void *b)
{
    const as_claim *x = *(const as_claim *const *)a, *y = *(const as_claim *const *)b;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order) : strcmp(x->name, y->name);
}

static bool judge_claim(const as_claim *claim, const as_folder_contents *measured, as_arena *arena,
                        as_judged_claim *out, as_err *err)
{
    as_finding finding = {0};
    as_text quote = {0};
    bool ok = claim->compute(&finding, err);
    if (ok) {
        as_measured_quote(measured, &claim->measurable, &quote);
        *out = (as_judged_claim){claim->claim,
                                 claim->source,
                                 claim->stated,
                                 as_arena_intern(arena, finding.computed.data),
                                 as_claim_verdict_text(finding.verdict),
                                 as_arena_intern(arena, quote.data),
                                 claim->name,
                                 as_claim_verdict_text(claim->expected)};
    }
    as_text_free(&finding.computed);
    as_text_free(&quote);
    return ok;
}

bool as_claims_judge(const char *from, as_arena *arena, as_judged_claim **rows, size_t *count, as_err *err)
{
    as_folder_contents measured = {0};
    if (from && !as_measured_read(from, arena, &measured, err))
        return false;
    for (*count = 0; as_claims[*count];)
        ++*count;
    const as_claim **sorted = as_arena_alloc(arena, *count * sizeof *sorted);
    memcpy(sorted, as_claims, *count * sizeof *sorted);
    qsort(sorted, *count, sizeof *sorted, by_order);
    *rows = as_arena_alloc(arena, *count * sizeof **rows);
    for (size_t i = 0; i < *count; i++)
        if (!judge_claim(sorted[i], &measured, arena, &(*rows)[i], err))
            return false;
    return true;
}

as_exit as_claims_check(const as_judged_claim *rows, size_t count, as_err *err)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].verdict, rows[i].expected))
            return as_fail(err, AS_EXIT_BAD, "claim %s: computed '%s', on record is '%s': one of the two is wrong",
                           rows[i].name, rows[i].verdict, rows[i].expected),
                   AS_EXIT_BAD;
    return AS_EXIT_OK;
}
