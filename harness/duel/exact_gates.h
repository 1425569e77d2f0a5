/* exact_gates.h: the gates of a duel that need no clock: instructions, FLOPs, workspace, accuracy, and how counts grow.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each side of a case is checked once with the same inputs and says what it does (exact.csv). Two sides are then held
 * against each other without chance: the same rows give the same verdicts.
 *
 * - accuracy: failed where a side was wrong, crashed or hung; and where new's error is more than *base* promises, so
 * that a build cannot buy speed with a wider promise.
 * - instructions (callgrind): regressed above +0.2 %, improved below -0.2 %.
 * - flops: any change of the FLOPs executed. workspace: more than 1 % and a page, which is where a size ends.
 * - order: along a sweep of T (or S) with three lengths and two octaves, the slope of log(count) over log(T) over its
 *   upper half; regressed where edges, FLOPs or instructions grow by an exponent larger by 0.1: between T and T log T
 * lie 1 / ln T, 0.14 at T = 1024. Told with the longest case. */
#ifndef AS_DUEL_EXACT_GATES_H
#define AS_DUEL_EXACT_GATES_H

#include "exact_rows.h"

/* The verdicts of all gates, case by case. `timed[i]` is the one of time, or NULL where there is none. */
as_verdict *as_exact_judge(const as_exact_input *in, const as_verdict *const *timed, as_arena *arena, size_t *count);

#endif
