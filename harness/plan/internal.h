/* internal.h: what plan.c and case.c share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_PLAN_INTERNAL_H
#define AS_PLAN_INTERNAL_H

#include "plan.h"

/* Fills the row's factors from problem and entry. */
void as_case_fill(as_planned *c, const char *pattern, bool cold, as_arena *arena);

/* Refuses or fills in work, memory and the predicted time: status becomes `skipped` or `planned`. */
void as_case_judge(as_planned *c, const as_measure *measure, const as_target *target, as_arena *arena);

#endif
