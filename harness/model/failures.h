/* failures.h: cases that were not measured well, those with one reason together.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MODEL_FAILURES_H
#define AS_MODEL_FAILURES_H

#include "records.h"

typedef struct {
    const as_summary *first;
    size_t count;
} as_trouble;

/* Rows that are not ok, grouped by status and by reason but for its numbers, in the order of the table. All in `arena`.
 */
as_trouble *as_troubles_find(const as_summary *rows, size_t count, as_arena *arena, size_t *found);

#endif
