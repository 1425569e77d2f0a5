/* settle.h: reads a result folder and ranks its candidates; measures those in front that are predictions.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHOOSE_SETTLE_H
#define AS_CHOOSE_SETTLE_H

#include "../plan/target.h"
#include "choose.h"

typedef struct {
    const char *dir; /* of a run on this machine */
    bool across;     /* of another machine: choose for that one */
    bool measure;    /* measure those that may be the fastest, rank again, and so on, a few times; the results stay in
                      * `dir` */
    const as_selection *selection; /* what measuring is told of plug-ins */
} as_choose_source;

/* Fills in what `ask` says of the folder, and ranks. */
bool as_choose_settle(const as_choose_source *source, as_choose_ask *ask, as_arena *arena, as_chosen *chosen,
                      as_err *err);

#endif
