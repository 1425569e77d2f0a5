/* judged.h: all claims of the literature, computed and judged: the rows of `attnscope claims`.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CLAIMS_JUDGED_H
#define AS_CLAIMS_JUDGED_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../base/table.h"

#define AS_JUDGED_CLAIM_COLUMNS(F, t)                                                                                  \
    F(t, AS_TEXT, claim, "as stated")                                                                                  \
    F(t, AS_TEXT, source, "by whom")                                                                                   \
    F(t, AS_TEXT, stated, "the number or formula")                                                                     \
    F(t, AS_TEXT, computed, "what is found when it is computed")                                                       \
    F(t, AS_TEXT, verdict, "holds, holds with conditions, or false")                                                   \
    F(t, AS_TEXT, measured, "what the result folder of --from says")                                                   \
    F(t, AS_TEXT, name, "the file in harness/claims/literature/")                                                      \
    F(t, AS_TEXT, expected, "the verdict on record; another one is a contradiction and exits 1")

AS_RECORD(as_judged_claim, AS_JUDGED_CLAIM_COLUMNS);
extern const as_schema as_judged_claim_schema;

/* Computes all claims, in their order. `from`: a result folder whose measured exponents and crossings are quoted, or
 * NULL. The rows live in `arena`. */
bool as_claims_judge(const char *from, as_arena *arena, as_judged_claim **rows, size_t *count, as_err *err);

/* AS_EXIT_BAD and an error when a verdict is not the one on record. */
as_exit as_claims_check(const as_judged_claim *rows, size_t count, as_err *err);

#endif
