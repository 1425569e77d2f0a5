/* judge.h: from one number per pair of turns to a verdict about a case.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The interval covers two levels: the signed-rank interval over all turns, and that over the pairs of processes
 * (each by its own estimate). Turns within one pair share a layout in memory, so that many of them are not many
 * witnesses; with only the first, a layout that costs 1 % would be flagged. With a handful of pairs the second is from
 * the smallest to the largest of them: a flag says that every pair of processes agrees on the direction. */
#ifndef AS_DUEL_JUDGE_H
#define AS_DUEL_JUDGE_H

#include "../verdict/words.h"

/* One pair of turns: r = ln(t_other / t_base), of a pair of processes. In the order of the processes. */
typedef struct {
    double r;
    unsigned process;
} as_point;

typedef struct {
    as_verdict_kind kind;       /* one of the first four */
    double estimate, low, high; /* natural logarithms */
    double p;
    double visible; /* a share */
    size_t points;
    unsigned processes;
} as_judgement;

as_judgement as_judge(const as_point *points, size_t count, double alpha, as_bounds bounds);

#endif
