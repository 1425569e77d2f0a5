/* exact_rows.h: what was counted of each side of a duel's cases, found by case and side.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_EXACT_ROWS_H
#define AS_DUEL_EXACT_ROWS_H

#include "../base/arena.h"
#include "../model/records.h"
#include "../model/verdicts.h"

/* What both builds say of one case; NULL where a side was not reached, because the duel was interrupted. */
typedef struct {
    const as_exact *base, *new;
} as_exact_pair;

typedef struct {
    const char *const *cases;   /* names */
    const as_case *const *rows; /* the plan's; NULL for a case that only the new build has */
    size_t count;
    unsigned gates;        /* bits of as_gate */
    const as_exact *exact; /* in any order */
    size_t exact_count;
    const as_exact_pair *pairs; /* of each case, made of `exact` by as_exact_match */
} as_exact_input;

/* Fills in->pairs. Rows of cases that are not in in->cases are ignored; of two rows of one side the first counts. */
void as_exact_match(as_exact_input *in, as_arena *arena);

/* Both sides were checked and found right: the case may be timed. */
bool as_exact_ready(const as_exact_input *in, size_t index);

#endif
