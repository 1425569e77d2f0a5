/* compare.h: two result folders, measured apart: what they show of each case, and what they cannot show.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The unit is the process: the median time per call of its batches. The interval is that of the exact rank sum, and it
 * covers two readings of the same samples: times as they are, and times multiplied by the speed index (how fast a fixed
 * loop ran just before and after), which takes away most of a machine's swings and sometimes adds one. Only what both
 * show is told. What changed between the two runs of the whole machine is in neither: hence a floor of 5 %, and a duel
 * where less is asked. */
#ifndef AS_VERDICT_COMPARE_H
#define AS_VERDICT_COMPARE_H

#include "../base/arena.h"
#include "words.h"

typedef struct {
    double alpha;
    as_bounds bounds;
    bool across; /* fingerprints may differ */
} as_compare_rules;

as_compare_rules as_compare_rules_usual(void);

/* Reads both folders as evidence.h says, and refuses one folder, or a copy of it, as both. Rows in the order of base's
 * cases, then what only new has. */
bool as_compare(const char *base, const char *new, const as_compare_rules *rules, as_arena *arena, as_verdict **rows,
                size_t *count, as_err *err);

#endif
