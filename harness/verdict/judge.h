/* judge.h: from one number per pair of turns to a verdict about a case.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The interval covers two levels: the signed-rank interval over all turns, and that over the pairs of processes
 * (each by its own estimate). Turns within one pair share a layout in memory, so that many of them are not many
 * witnesses; with only the first, a layout that costs 1 % would be flagged. With a handful of pairs the second is from
 * the smallest to the largest of them: a flag says that every pair of processes agrees on the direction. */
#ifndef AS_VERDICT_JUDGE_H
#define AS_VERDICT_JUDGE_H

#include "../base/err.h"
#include "../model/verdicts.h"

/* One pair of turns: r = ln(t_other / t_base), of a pair of processes. In the order of the processes. */
typedef struct {
    double r;
    unsigned process;
} as_point;

typedef struct {
    double floor;  /* a change below it is not called one: 0.01 */
    double margin; /* an interval within it is called same: 0.015 */
} as_bounds;

typedef struct {
    as_verdict_kind kind;       /* one of the first four */
    double estimate, low, high; /* natural logarithms */
    double p;
    double visible; /* a share */
    size_t points;
    unsigned processes;
} as_judgement;

as_judgement as_judge(const as_point *points, size_t count, double alpha, as_bounds bounds);

/* The kind that an estimate and its interval make. */
as_verdict_kind as_judge_kind(double estimate, double low, double high, as_bounds bounds);
/* The smallest change, as a share, that an interval so wide could have told from none. */
double as_judge_visible(double estimate, double low, double high, as_bounds bounds);

/* The exit code of duel and compare: AS_EXIT_BAD where a case regressed or failed (strict: is missing or new, too),
 * else AS_EXIT_INCONCLUSIVE where one is inconclusive or missing. */
as_exit as_verdict_exit(const as_verdict *rows, size_t count, bool strict);

#endif
