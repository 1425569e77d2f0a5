/* measure.h: what `choose` reads: a result folder, and what --measure added to it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * --measure runs this very program's `run` on the shape that is asked about and leaves the results in DIR/measured-1,
 * DIR/measured-2, ...: result folders like any other, which every later `choose --from DIR` reads, too. */
#ifndef AS_CHOOSE_MEASURE_H
#define AS_CHOOSE_MEASURE_H

#include "../analyse/analyse.h"
#include "choose.h"
#include "../plan/target.h"

/* Cases and fits of `dir` and of its measured-N, where these are of the same machine. */
bool as_choose_read(const char *dir, as_arena *arena, as_findings *out, as_err *err);

/* Measures those that may be the fastest and were not measured at this shape, at most CANDIDATES_MAX of them. *count:
 * how many there were; where it is 0 nothing is done. One that proves slower than predicted may leave others in front
 * that are predictions still: so read, rank and measure again until there are none. */
bool as_choose_measure(const char *dir, const as_choose_ask *ask, const as_chosen *chosen,
                       const as_selection *selection, as_arena *arena, size_t *count, as_err *err);

#endif
