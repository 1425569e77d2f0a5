/* verdict_text.h: verdicts in words, the same for a terminal, Markdown, JUnit and the page.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_NARRATE_VERDICT_TEXT_H
#define AS_NARRATE_VERDICT_TEXT_H

#include "../model/verdicts.h"

/* False for exact gates that found nothing: these are counted and not listed one by one. */
bool as_verdict_is_listed(const as_verdict *row);
/* "2 regressed, 1 improved, 20 same, 1 inconclusive": those that are listed. */
void as_verdict_add_counts(const as_verdict *rows, size_t count, as_text *out);
/* "smallest change that could have been seen: 1.10 % in half of the cases, 2.41 % in all": of time, where it was
 * measured; and which exact gates found no change. */
void as_verdict_add_visible(const as_verdict *rows, size_t count, as_text *out);

/* A row's numbers: "+1.25 %", "+0.90 .. +1.60 %" and "1.10 %"; "-" where there is none. */
typedef struct {
    char change[32], interval[64], visible[32];
} as_verdict_numbers;

as_verdict_numbers as_verdict_numbers_of(const as_verdict *row);

#endif
