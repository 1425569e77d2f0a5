/* worker.h: planned cases become samples. A worker process (this program, executed anew) measures one case at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_WORKER_WORKER_H
#define AS_WORKER_WORKER_H

#include "../base/err.h"
#include "../model/config.h"
#include "../model/records.h"

#include <signal.h>

/* One visit: one worker process for one case. `row` in, what was learnt of the case out. */
typedef struct {
    const as_case *row;
    unsigned process, order;
    const as_measure *measure;
    const char *const *plugins; /* paths, ends with NULL */
    const char *const *events;  /* PAPI event names, ends with NULL */
    uint64_t seed;
    const volatile sig_atomic_t *stop; /* becomes non-zero when the user interrupts; NULL: never */
} as_visit;

typedef struct {
    /* Called as each line arrives, so that a kill loses nothing. */
    bool (*sample)(void *state, const as_sample *sample);
    bool (*counter)(void *state, const as_counter *counter);
    bool (*phase)(void *state, const as_phase_time *phase);
    void *state;
} as_sink;

typedef struct {
    char status[16]; /* ok, failed, interrupted */
    char reason[400];
    double error_max, error_allowed;
    uint64_t workspace_peak_bytes, rss_peak_bytes;
    uint64_t chosen; /* pairs chosen by content, over all heads and batch entries; AS_NO_COUNT: the pattern tells */
    uint64_t edges, flops_executed; /* of a call, as pattern and kernel of this build state them */
    double mass_kept;               /* of dense attention, mean over checked rows; NaN where keys are not chosen */
    double speed_peak;              /* fastest FMA loop seen, GFLOP/s */
    double seconds;                 /* the visit took */
    bool checked;                   /* the oracle agreed before and after timing */
} as_visit_result;

/* Samples that one process of one case gives: measure.batches, three times that when the cache is cold (a batch is then
 * a single call). */
unsigned as_run_batches(const as_measure *measure);

/* Runs one visit in a fresh process with the timeout and memory limit of `measure`. false only when the environment
 * fails (no process, no pipe) or the sink says so; a worker that crashes, hangs or lies is a `failed` result. */
bool as_run_visit(const as_visit *visit, const as_sink *sink, as_visit_result *result, as_err *err);

/* The other side: what `attnscope worker` does. Reads one request on stdin, answers on stdout in JSON lines. */
int as_worker_main(void);

#endif
