/* history.h: many results of the same cases against one pinned build, as charts: a curve a case, its levels as lines.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHART_HISTORY_H
#define AS_CHART_HISTORY_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../model/verdicts.h"

typedef struct {
    const as_history *rows; /* by case, then by date */
    size_t count;
    const char *pinned, *machine; /* for the title */
} as_history_chart;

/* The page that begins with the case of row `at`; returns the row that the next page begins with. */
size_t as_history_page(const as_history_chart *chart, size_t at, const char *name, as_arena *arena, as_text *header,
                       as_text *data);

#endif
