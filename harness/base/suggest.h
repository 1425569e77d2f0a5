/* suggest.h: which known word a mistyped one was meant to be, for "did you mean ...?".
 * SPDX-License-Identifier: Apache-2.0
 *
 * as_nearest n = {.word = typed}; for (...) as_nearest_try(&n, known[i]); as_nearest_close(&n) is then the word to
 * suggest, or NULL. */
#ifndef AS_BASE_SUGGEST_H
#define AS_BASE_SUGGEST_H

#include <stddef.h>

typedef struct {
    const char *word;
    const char *best; /* the nearest of those tried, however far; NULL before the first */
    size_t distance;  /* edits between the two: insert, delete, replace, swap neighbours */
} as_nearest;

void as_nearest_try(as_nearest *n, const char *known);

/* `best` when it is near enough to be a slip of the finger, else NULL. */
const char *as_nearest_close(const as_nearest *n);

#endif
