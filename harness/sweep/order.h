/* order.h: in which order cases are visited, when a case has been seen enough, and when the time is up.
 * SPDX-License-Identifier: Apache-2.0
 * All visits (cases x processes) stand in one seeded random order, but round by round: process 0 of every case first,
 * in random order, then process 1, and so on. So no case owns a bad minute, and a sweep that ends early leaves every
 * case with samples. */
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
    /* Those with status `planned` are run; what is learnt is written into them. Texts go to `arena`. */
    as_case **rows;
    size_t count;
    const as_measure *measure;
    const char *const *plugins, *const *events;
    uint64_t seed;
    as_arena *arena;
    /* From an earlier run of the same folder (--resume); a process with all its batches is not run again. */
    const as_sample *earlier;
    size_t earlier_count;
    const volatile sig_atomic_t *stop; /* non-zero: end cleanly; NULL: never */

    as_sink sink;
    /* Rows have changed; the last call comes at the end. false ends the run. NULL: nobody wants to know. */
    bool (*changed)(void *state, bool last);
    /* Before every visit, and at the end. NULL: nobody wants to know. */
    void (*progress)(void *state, const as_progress *progress);
    void *state; /* of changed and progress */
    /* as_run_visit; a test brings its own, and its own clock (seconds). */
    bool (*visit)(const as_visit *visit, const as_sink *sink, as_visit_result *result, as_err *err);
    double (*now)(void);
} as_sweep;

typedef struct {
    size_t visits, failed; /* visits made; cases failed */
    bool interrupted, budget_ended;
} as_sweep_result;

/* false only when the environment fails; what was measured is kept. */
bool as_sweep_run(const as_sweep *schedule, as_sweep_result *result, as_err *err);

/* The interval of the median of `count` values (sorted in place), as summary.csv will show it, as a share of the
 * median. Infinite below 5 values. */
double as_relative_width(double *values, size_t count);

#endif
