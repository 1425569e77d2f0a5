/* measure.h: ranks the candidates of a result folder, and measures those in front that are only predicted.
 * SPDX-License-Identifier: Apache-2.0
 *
 * --measure runs this very program's `run` on the shape that is asked about and leaves the results in DIR/measured-1,
 * DIR/measured-2, ...: result folders like any other, which every later `choose --from DIR` reads, too. */
#ifndef AS_CHOOSE_MEASURE_H
#define AS_CHOOSE_MEASURE_H

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
