/* worker.h: one visit: a fresh worker process (this program, executed anew) checks and times one case.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_WORKER_WORKER_H
#define AS_WORKER_WORKER_H

#include <signal.h>

#include "../base/err.h"
#include "../model/config.h"
#include "../model/records.h"

typedef struct {
    const as_case *row;
    unsigned process, order;
    const as_measure *measure;
    const char *const *plugins; /* paths, ends with NULL */
    const char *const *events;  /* PAPI event names, ends with NULL */
    uint64_t seed;
    as_arena *arena;                   /* for the texts of the result */
    const volatile sig_atomic_t *stop; /* becomes non-zero when the user interrupts; NULL: never */
} as_visit;

/* Receives each sample, counter and phase as it arrives, so that a kill loses nothing: `schema` is the one of the
 * record's type. Returning false ends the visit: the environment has failed, and the receiver has said why. */
typedef struct {
    bool (*record)(void *state, const as_schema *schema, const void *record); /* NULL: nobody wants to know */
    void *state;
} as_sink;

bool as_sink_record(const as_sink *sink, const as_schema *schema, const void *record);

/* Samples that one process of one case gives: measure.batches, three times that when the cache is cold (a batch is then
 * a single call). */
unsigned as_run_batches(const as_measure *measure);

/* Runs one visit with the timeout and the memory limit of `measure`. false only when the environment fails (no process,
 * no pipe) or the sink says so; a worker that crashes, hangs or lies is a `failed` result. */
bool as_run_visit(const as_visit *visit, const as_sink *sink, as_result *result, as_err *err);

/* The other side: what `attnscope worker` does. Reads a request on stdin, answers on stdout: docs/protocol.md. */
int as_worker_main(void);

#endif
