/* judge.c: kinds of verdicts from intervals of ratios, and the exit code of a list of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include <math.h>
#include <stdlib.h>

#include "../stats/ranks.h"

#define LAYOUT_ALPHA 0.05 /* a guard beside the turns, which carry the error rates of the whole run */

as_verdict_kind as_judge_kind(double estimate, double low, double high, as_bounds b)
{
    const double floor = log1p(b.floor), margin = log1p(b.margin);
    if (!isfinite(estimate) || !isfinite(low) || !isfinite(high))
        return AS_INCONCLUSIVE;
    if (low > 0 && estimate > floor)
        return AS_REGRESSED;
    if (high < 0 && estimate < -floor)
        return AS_IMPROVED;
    return low >= -margin && high <= margin ? AS_SAME : AS_INCONCLUSIVE;
}

double as_judge_visible(double estimate, double low, double high, as_bounds b)
{
    if (!isfinite(estimate) || !isfinite(low) || !isfinite(high))
        return (double)NAN;
    return fmax(b.floor, expm1(fmax(estimate - low, high - estimate)));
}

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
    double *values = calloc(count, sizeof *values), *pairs = calloc(count, sizeof *pairs);
    if (!values || !pairs)
        abort();
    for (size_t i = 0, from = 0; i < count; i++) {
        values[i] = points[i].r;
        if (i + 1 < count && points[i + 1].process == points[i].process)
            continue;
        pairs[out.processes++] = as_hodges_lehmann(values + from, i + 1 - from);
        from = i + 1;
    }
    const as_shift turns = as_signed_ranks(values, count, alpha);
    const as_shift layouts = as_signed_ranks(pairs, out.processes, LAYOUT_ALPHA);
    free(values);
    free(pairs);
    out.estimate = turns.estimate;
    out.p = turns.p;
    out.low = fmin(turns.low, layouts.low);
    out.high = fmax(turns.high, layouts.high);
    out.visible = as_judge_visible(out.estimate, out.low, out.high, bounds);
    if (out.processes > 1 && turns.coverage >= 1 - alpha)
        out.kind = as_judge_kind(out.estimate, out.low, out.high, bounds);
    return out;
}

as_exit as_verdict_exit(const as_verdict *rows, size_t count, bool strict)
{
    as_exit code = AS_EXIT_OK;
    for (size_t i = 0; i < count; i++) {
        const as_verdict_kind v = rows[i].verdict;
        if (v == AS_REGRESSED || v == AS_FAILED || (strict && (v == AS_MISSING || v == AS_NEW)))
            return AS_EXIT_BAD;
        if (v == AS_INCONCLUSIVE || v == AS_MISSING)
            code = AS_EXIT_INCONCLUSIVE;
    }
    return code;
}
