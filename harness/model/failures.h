/* failures.h: cases without a result, grouped by their reason.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MODEL_FAILURES_H
#define AS_MODEL_FAILURES_H

#include "records.h"

typedef struct {
    const as_summary *first;
    size_t count;
} as_trouble;

/* Groups the rows that are not ok by status and reason; reasons that differ only in numbers are the same. Groups are in
 * the order of their first rows. All in `arena`. */
as_trouble *as_troubles_find(const as_summary *rows, size_t count, as_arena *arena, size_t *found);

#endif
