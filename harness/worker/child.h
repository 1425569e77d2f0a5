/* child.h: the state of a worker process, and what its files do for each other. For the files of the child alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_WORKER_CHILD_H
#define AS_WORKER_CHILD_H

#include <stdio.h>

#include "../measure/counters.h"
#include "../measure/speed.h"
#include "../bench/bench.h"
#include "../model/problem.h"
#include "protocol.h"

typedef struct {
    int out; /* the protocol's end; stdout goes to stderr */
    as_arena *arena;
    as_request request;
    as_resolved it;
    as_bench bench; /* of `it` */
    uint64_t tick_ns;
    uint64_t first_call_ns;
    uint64_t calls; /* of a batch; frozen once found */
    as_speed speed;
    as_counters *counters;
    unsigned pass;
    bool cold;
    as_disturbance before, after; /* of the batch under way */
    uint64_t began_ns, ended_ns;
    as_result result;
    char reason[400]; /* of the result */
    FILE *in;         /* the request, and what is asked of a worker that takes turns */
} as_worker;

/* child.c: reports to the parent what is under way; notes why the case failed and returns false. */
void as_worker_stage(as_worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool as_worker_fail(as_worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* child.c: one line of the protocol. */
void as_worker_say(as_worker *w, const as_answer *answer);

/* turns.c: times calls as it is asked to, after its check and until it is told to end. */
bool as_worker_turns(as_worker *w);

/* child.c */
bool as_worker_warm_workspace(as_worker *w);

/* check.c */
bool as_worker_allocate(as_worker *w);
bool as_worker_workspace(as_worker *w, unsigned lines, unsigned flags);
/* Buffer line offset varies by process, so that no case owns a lucky placement. */
unsigned as_worker_lines(const as_worker *w, size_t buffer);
bool as_worker_check_first(as_worker *w);
bool as_worker_check_again(as_worker *w);

/* count.c: calls that callgrind is to count. */
bool as_worker_count(as_worker *w);

/* phases.c: times each phase of a kernel that has several, once all samples are taken. */
bool as_worker_time_phases(as_worker *w);

#endif
