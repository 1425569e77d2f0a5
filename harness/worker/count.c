/* count.c: a few calls for callgrind to count: what lies outside of as_worker_counted is not counted.
 * SPDX-License-Identifier: Apache-2.0
 * Callgrind finds the function by its name, which the program exports as it does all that a plug-in may use. */
#include <pthread.h>

#include "child.h"

void as_worker_counted(as_worker *w, uint64_t rounds);

/* Called through a pointer that could have changed, so that no compiler makes a copy of it under another name. */
static void (*volatile counted)(as_worker *w, uint64_t rounds) = as_worker_counted;

void as_worker_counted(as_worker *w, uint64_t rounds)
{
    as_bench_run(&w->bench, false);
    for (volatile uint64_t i = 0; i < rounds; i++)
        continue;
}

/* The first call is not counted: it binds functions and fills tables. */
static void *make_calls(void *worker)
{
    as_worker *w = worker;
    const uint64_t rounds = w->request.inject == AS_INJECT_ROUNDS ? (uint64_t)w->request.inject_share : 0;
    as_bench_fill(&w->bench, w->request.seed);
    as_bench_run(&w->bench, true);
    as_bench_run(&w->bench, false);
    for (unsigned call = 0; call < w->request.batches; call++)
        counted(w, rounds);
    return NULL;
}

/* In a thread of its own, whose heap no history has shaped: how long the allocations of the OpenMP runtime take does
 * not depend on what a build did before. */
bool as_worker_count(as_worker *w)
{
    pthread_t thread;
    as_worker_stage(w, "while its instructions were counted");
    return (pthread_create(&thread, NULL, make_calls, w) == 0 && pthread_join(thread, NULL) == 0) ||
           as_worker_fail(w, "cannot make a thread");
}
