/* case_index.h: which row of cases.csv a key names.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_ANALYSE_CASE_INDEX_H
#define AS_ANALYSE_CASE_INDEX_H

#include "analyse.h"

typedef struct as_known as_known;

/* The cases by their keys, which are interned in `arena`: equal texts are one pointer. An empty key, or one that stands
 * in two lines, is an error with file:line, and then the result is NULL. as_known_free(NULL) is fine. */
as_known *as_known_create(const char *dir, const as_findings *f, as_arena *arena, as_err *err);
void as_known_free(as_known *known);

/* The row of a key of the same arena; AS_UNKNOWN where there is none. */
#define AS_UNKNOWN SIZE_MAX
size_t as_known_find(as_known *known, const char *key);

#endif
