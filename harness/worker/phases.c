/* phases.c: how long each phase of a call takes, from calls with a reading of the clock between phases.
 * SPDX-License-Identifier: Apache-2.0
 *
 * These calls are made when all samples have been taken, so that a sample has no reading of a clock inside. A batch is
 * as many calls as a batch of samples. One reading lies in each call of a phase; what a reading takes is measured here
 * and recorded beside every time. Phases that are paid once are repeated until they have taken a millisecond, too. */
#include <math.h>

#include "../base/clock.h"
#include "child.h"

#define PHASE_BATCHES 3 /* one where a single call is longer than LONG_NS */
#define LONG_NS 100000000u
#define ONCE_NS 1000000u /* how long repeated phases that are paid once go on, at least */
#define ONCE_CALLS_MAX 1000u
#define PHASES_MAX 64
#define READINGS 1000

static size_t phase_count(const as_kernel *kernel)
{
    size_t count = 0;
    while (kernel->phases[count].run)
        count++;
    return count;
}

/* The least of a few runs of readings one after the other: what a reading costs where nothing disturbs. */
static double clock_cost_ns(void)
{
    double least = INFINITY;
    for (int i = 0; i < 10; i++) {
        const uint64_t from = as_wall_ns();
        uint64_t to = from;
        for (int k = 0; k < READINGS; k++)
            to = as_wall_ns();
        least = fmin(least, (double)(to - from) / READINGS);
    }
    return least;
}

/* One call of all phases that are `once`, or of all that are not; the time of each is added to spent[]. */
static uint64_t call_apart(as_worker *w, bool once, uint64_t *spent)
{
    const as_phase *phases = w->bench.kernel->phases;
    const uint64_t first = as_wall_ns();
    uint64_t from = first;
    for (size_t i = 0; phases[i].run; i++) {
        if (phases[i].once != once)
            continue;
        phases[i].run(&w->bench.call);
        const uint64_t to = as_wall_ns();
        spent[i] += to - from;
        from = to;
    }
    return from - first;
}

static void say_phases(as_worker *w, unsigned batch, bool once, uint64_t calls, const uint64_t *spent, double clock_ns)
{
    const as_phase *phases = w->bench.kernel->phases;
    for (size_t i = 0; phases[i].run; i++) {
        as_answer answer = {.kind = AS_SAYS_PHASE};
        if (phases[i].once != once)
            continue;
        as_record_clear(&as_phase_schema, &answer.phase);
        answer.phase.process = w->request.process;
        answer.phase.batch = batch;
        answer.phase.phase = phases[i].name ? phases[i].name : "?";
        answer.phase.once = once;
        answer.phase.calls = calls;
        answer.phase.wall_ns = (double)spent[i];
        answer.phase.clock_ns = clock_ns;
        as_worker_say(w, &answer);
    }
}

static void time_calls(as_worker *w, unsigned batch, double clock_ns)
{
    uint64_t spent[PHASES_MAX] = {0};
    for (uint64_t call = 0; call < w->calls; call++) {
        if (w->cold)
            as_bench_evict(&w->bench);
        call_apart(w, false, spent);
    }
    say_phases(w, batch, false, w->calls, spent, clock_ns);
}

static void time_preparation(as_worker *w, unsigned batch, double clock_ns)
{
    uint64_t spent[PHASES_MAX] = {0}, calls = 0;
    for (uint64_t total = 0; total < ONCE_NS && calls < ONCE_CALLS_MAX; calls++)
        total += call_apart(w, true, spent);
    say_phases(w, batch, true, calls, spent, clock_ns);
}

bool as_worker_time_phases(as_worker *w)
{
    const size_t count = phase_count(w->bench.kernel);
    const unsigned batches = w->first_call_ns > LONG_NS ? 1 : PHASE_BATCHES;
    if (count < 2)
        return true;
    if (count > PHASES_MAX)
        return as_worker_fail(w, "it has %zu phases, %d are the most", count, PHASES_MAX);
    as_worker_stage(w, "in its phases, timed apart");
    const double clock_ns = clock_cost_ns();
    for (unsigned batch = 0; batch < batches; batch++) {
        time_calls(w, batch, clock_ns);
        time_preparation(w, batch, clock_ns);
    }
    return true;
}
