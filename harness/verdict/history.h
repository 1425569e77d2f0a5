/* history.h: many results of the same cases, each against one pinned build, and where their level changed.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Results are folders of `duel`, all with the same base: their ratios were measured in turns; or folders of `run`, each
 * held against the pinned one as `compare` does: their ratios move with the machine, too, and a machine that drifts
 * looks like a change. Changes: changes.h, over the logarithms of the ratios, alpha shared by the cases. */
#ifndef AS_VERDICT_HISTORY_H
#define AS_VERDICT_HISTORY_H

#include "changes.h"
#include "compare.h"

typedef struct {
    const char *const *dirs;
    size_t count;
    const char *pin;       /* the pinned folder of `run`; NULL: the oldest */
    as_change_rules rules; /* floor 0: 1 % for duels, 5 % for runs */
    bool across;
} as_history_input;

typedef struct {
    as_history *rows; /* by case, then by date */
    size_t count;
    size_t cases, results, changes;
    const char *pinned; /* the build or the folder */
    const char *machine;
} as_history_found;

bool as_history_make(const as_history_input *in, as_arena *arena, as_history_found *out, as_err *err);

#endif
