/* judge.c: the interval over turns, widened to that over pairs of processes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include <math.h>

#include "../base/arena.h"
#include "../stats/ranks.h"

#define LAYOUT_ALPHA 0.05 /* a guard beside the turns, which carry the error rates of the whole run */

as_judgement as_judge(const as_point *points, size_t count, double alpha, as_bounds bounds)
{
    as_judgement out = {.kind = AS_INCONCLUSIVE,
                        .estimate = (double)NAN,
                        .low = (double)NAN,
                        .high = (double)NAN,
                        .p = 1,
                        .visible = (double)NAN,
                        .points = count};
    if (!count)
        return out;
    as_arena *arena = as_arena_create();
    double *values = as_arena_alloc(arena, count * sizeof *values),
           *pairs = as_arena_alloc(arena, count * sizeof *pairs);
    for (size_t i = 0, from = 0; i < count; i++) {
        values[i] = points[i].r;
        if (i + 1 < count && points[i + 1].process == points[i].process)
            continue;
        pairs[out.processes++] = as_hodges_lehmann(values + from, i + 1 - from);
        from = i + 1;
    }
    const as_shift turns = as_signed_ranks(values, count, alpha);
    const as_shift layouts = as_signed_ranks(pairs, out.processes, LAYOUT_ALPHA);
    as_arena_free(arena);
    out.estimate = turns.estimate;
    out.p = turns.p;
    out.low = fmin(turns.low, layouts.low);
    out.high = fmax(turns.high, layouts.high);
    out.visible = as_judge_visible(out.estimate, out.low, out.high, bounds);
    if (out.processes > 1 && turns.coverage >= 1 - alpha)
        out.kind = as_judge_kind(out.estimate, out.low, out.high, bounds);
    return out;
}
