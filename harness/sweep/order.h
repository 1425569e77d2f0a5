/* order.h: the order in which cases are measured, when a case is precise enough, and when the time is up.
 * SPDX-License-Identifier: Apache-2.0
 * Visits (cases x processes) go round by round, each round in a seeded random order: process 0 of every case first,
 * then process 1, and so on. So a disturbance of a minute does not fall on one case alone, and a sweep that ends early
 * leaves every case with samples. */
#ifndef AS_SWEEP_ORDER_H
#define AS_SWEEP_ORDER_H

#include "../base/arena.h"
#include "../worker/worker.h"

typedef struct {
    size_t done, total;            /* visits */
    double elapsed_s, remaining_s; /* remaining: NaN while nothing is known */
    const as_case *current;        /* NULL at the end */
} as_progress;

typedef struct {
    /* Cases with status `planned` are run; their results are written into them. Texts go to `arena`. */
    as_case **rows;
    size_t count;
    const as_measure *measure;
    const char *const *plugins, *const *events;
    uint64_t seed;
    as_arena *arena;
    /* Of an earlier run in the same folder (--resume). A process that has all its batches is not run again. */
    const as_sample *earlier;
    size_t earlier_count;
    const volatile sig_atomic_t *stop; /* non-zero: end cleanly; NULL: never */

    as_sink sink;
    /* Called when rows have changed, and once more at the end. false ends the run. Optional. */
    bool (*changed)(void *state, bool last);
    /* Called before every visit, and at the end. Optional. */
    void (*progress)(void *state, const as_progress *progress);
    void *state; /* of changed and progress */
    /* NULL: as_run_visit and the wall clock in seconds; a test brings its own. */
    bool (*visit)(const as_visit *visit, const as_sink *sink, as_result *result, as_err *err);
    double (*now)(void);
} as_sweep;

typedef struct {
    size_t visits, failed; /* visits made; cases failed */
    bool interrupted, budget_ended;
} as_sweep_result;

/* false only when the environment fails; what was measured is kept. */
bool as_sweep_run(const as_sweep *schedule, as_sweep_result *result, as_err *err);

/* Copies what the workers of an earlier run have learnt of a case into its row, which is planned again. */
void as_sweep_restore(as_case *row, const as_case *before);

/* The interval of the median of `count` values (sorted in place), as summary.csv will show it, as a share of the
 * median. Infinite below 5 values. */
double as_relative_width(double *values, size_t count);

#endif
