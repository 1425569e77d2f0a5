/* order.c: see order.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernels/common/random.h"
#include "../base/clock.h"
#include "../stats/order.h"

enum { ENOUGH = 5 }; /* processes before a case may end early */

/* One case that is to be run. */
typedef struct {
    as_case *row;
    double *medians; /* of time per call, one a complete process */
    size_t complete;
    unsigned next;   /* free process number */
    double *batches; /* of the process under way */
    unsigned taken;
    double seconds; /* all its visits so far */
    unsigned visits;
    bool over; /* failed, or precise enough */
} job;

typedef struct {
    const as_sweep *s;
    as_sweep_result *result;
    as_err *err;
    job *jobs;
    size_t count;
    unsigned wanted;
    job *current;
    double began;
    size_t done, total;
    unsigned order;
} course;

/* --- order and precision ----------------------------------------------------------------------------------------- */

/* A random order of 0..count-1, the same everywhere for a seed. */
static void shuffle_order(uint64_t seed, size_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    as_shuffle(&seed, order, count, sizeof *order);
}

double as_relative_width(double *values, size_t count)
{
    if (count < ENOUGH)
        return (double)INFINITY;
    const double middle = as_median(values, count);
    const as_interval interval = as_stats_median_interval(values, count);
    return (interval.high - interval.low) / middle;
}

/* --- a case's samples -------------------------------------------------------------------------------------------- */

static void complete(job *j, double *batches, unsigned count) { j->medians[j->complete++] = as_median(batches, count); }

static bool precise(const course *c, const job *j)
{
    const double asked = c->s->measure->precision;
    double values[1024];
    if (!(asked > 0) || j->complete < ENOUGH || j->complete > 1024)
        return false;
    memcpy(values, j->medians, j->complete * sizeof *values);
    return as_relative_width(values, j->complete) <= asked;
}

/* Passes a sample on, and remembers its time per call. */
static bool on_sample(void *state, const as_sample *sample)
{
    course *c = state;
    job *j = c->current;
    if (j->taken < as_run_batches(c->s->measure))
        j->batches[j->taken++] = sample->wall_ns / (double)sample->calls;
    return !c->s->sink.sample || c->s->sink.sample(c->s->sink.state, sample);
}

static bool on_counter(void *state, const as_counter *counter)
{
    const course *c = state;
    return !c->s->sink.counter || c->s->sink.counter(c->s->sink.state, counter);
}

static bool on_phase(void *state, const as_phase_time *phase)
{
    const course *c = state;
    return !c->s->sink.phase || c->s->sink.phase(c->s->sink.state, phase);
}

/* --- what an earlier run has left -------------------------------------------------------------------------------- */

static int by_case_and_process(const void *a, const void *b)
{
    const as_sample *x = *(const as_sample *const *)a, *y = *(const as_sample *const *)b;
    const int order = strcmp(x->case_ ? x->case_ : "", y->case_ ? y->case_ : "");
    return order ? order : (x->process > y->process) - (x->process < y->process);
}

static job *job_of(course *c, const char *key)
{
    for (size_t i = 0; key && i < c->count; i++)
        if (c->jobs[i].row->case_ && !strcmp(c->jobs[i].row->case_, key))
            return &c->jobs[i];
    return NULL;
}

/* One process of one case: complete when it has all its batches; its number is taken either way. */
static void adopt(course *c, const as_sample *const *samples, size_t count)
{
    const unsigned batches = as_run_batches(c->s->measure);
    job *j = job_of(c, samples[0]->case_);
    if (!j || samples[0]->process >= UINT32_MAX / 2)
        return;
    if (samples[0]->process >= j->next)
        j->next = (unsigned)samples[0]->process + 1;
    if (count < batches || j->complete >= c->wanted)
        return;
    for (unsigned i = 0; i < batches; i++)
        j->batches[i] = samples[i]->wall_ns / (double)samples[i]->calls;
    complete(j, j->batches, batches);
}

static void adopt_all(course *c)
{
    const size_t count = c->s->earlier_count;
    const as_sample **sorted = as_arena_alloc(c->s->arena, (count + 1) * sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &c->s->earlier[i];
        if (c->s->earlier[i].order != AS_NO_COUNT && c->s->earlier[i].order >= c->order)
            c->order = (unsigned)c->s->earlier[i].order + 1;
    }
    qsort(sorted, count, sizeof *sorted, by_case_and_process);
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && !by_case_and_process(&sorted[from], &sorted[to]); to++) {
        }
        adopt(c, sorted + from, to - from);
    }
    for (size_t i = 0; i < c->count; i++)
        c->jobs[i].over = c->jobs[i].complete > 0 && precise(c, &c->jobs[i]);
}

/* --- visits ------------------------------------------------------------------------------------------------------ */

static void learn(job *j, const as_visit_result *r)
{
    as_case *row = j->row;
    if (!isnan(r->error_max) && !(r->error_max <= row->error_max))
        row->error_max = r->error_max;
    if (!isnan(r->error_allowed))
        row->error_allowed = r->error_allowed;
    /* All processes have the same inputs, so they choose alike. */
    if (r->chosen != AS_NO_COUNT)
        row->edges = (uint64_t)llround((double)r->chosen / ((double)row->heads * (double)row->batch));
    if (isnan(row->mass_kept)) /* the first process checks the most rows */
        row->mass_kept = r->mass_kept;
    if (r->workspace_peak_bytes != AS_NO_COUNT &&
        (row->workspace_peak_bytes == AS_NO_COUNT || r->workspace_peak_bytes > row->workspace_peak_bytes))
        row->workspace_peak_bytes = r->workspace_peak_bytes;
    if (r->rss_peak_bytes != AS_NO_COUNT &&
        (row->rss_peak_bytes == AS_NO_COUNT || r->rss_peak_bytes > row->rss_peak_bytes))
        row->rss_peak_bytes = r->rss_peak_bytes;
}

static void conclude(course *c, job *j, const as_visit_result *r)
{
    if (!strcmp(r->status, "interrupted"))
        return;
    learn(j, r);
    if (strcmp(r->status, "ok")) {
        j->row->status = "failed";
        j->row->reason = as_arena_printf(c->s->arena, "process %u: %s", j->next, r->reason);
        j->over = true;
        c->result->failed++;
    } else {
        j->row->status = "ok";
        complete(j, j->batches, j->taken);
        j->over = precise(c, j);
    }
}

static double elapsed(const course *c) { return c->s->now() - c->began; }

static double remaining(const course *c)
{
    double left = 0;
    const double mean = c->done ? elapsed(c) / (double)c->done : (double)NAN;
    for (size_t i = 0; i < c->count; i++) {
        const job *j = &c->jobs[i];
        if (!j->over && j->complete < c->wanted)
            left += (double)(c->wanted - j->complete) * (j->visits ? j->seconds / j->visits : mean);
    }
    const double budget = c->s->measure->budget_s > 0 ? c->s->measure->budget_s - elapsed(c) : (double)INFINITY;
    return left > budget ? fmax(budget, 0) : left;
}

static void report(course *c, const as_case *current)
{
    if (!c->s->progress)
        return;
    const as_progress progress = {c->done, c->total, elapsed(c), remaining(c), current};
    c->s->progress(c->s->state, &progress);
}

static bool visit(course *c, job *j)
{
    as_visit_result r;
    const as_visit v = {.row = j->row,
                        .process = j->next,
                        .order = c->order++,
                        .measure = c->s->measure,
                        .plugins = c->s->plugins,
                        .events = c->s->events,
                        .seed = c->s->seed,
                        .stop = c->s->stop};
    const as_sink sink = {.sample = on_sample, .counter = on_counter, .phase = on_phase, .state = c};
    c->current = j;
    j->taken = 0;
    report(c, j->row);
    if (!c->s->visit(&v, &sink, &r, c->err))
        return false;
    conclude(c, j, &r);
    j->seconds += r.seconds;
    j->visits++;
    j->next++;
    c->done++;
    c->result->visits++;
    return !c->s->changed || c->s->changed(c->s->state, false);
}

/* The budget is over, or so nearly that this case, as long as it took before, would not end within it. */
static bool too_late(course *c, const job *j)
{
    const double budget = c->s->measure->budget_s;
    const double next = j->visits ? j->seconds / j->visits : 0;
    if (!(budget > 0) || elapsed(c) + next <= budget)
        return false;
    c->result->budget_ended = true;
    return true;
}

static bool stopped(const course *c) { return c->s->stop && *c->s->stop; }

/* One process of each case that is not over; `round` counts from 0. */
static bool run_round(course *c, unsigned round, size_t *order)
{
    shuffle_order(c->s->seed + round, order, c->count);
    for (size_t i = 0; i < c->count && !stopped(c); i++) {
        job *j = &c->jobs[order[i]];
        if (j->over || j->complete > round || too_late(c, j))
            continue;
        if (!visit(c, j))
            return false;
        if (j->over)
            c->total -= c->wanted - (round + 1);
    }
    return true;
}

/* A case with fewer processes than asked for says why, unless it was precise enough. */
static void say_why(course *c)
{
    char budget[32];
    as_format_seconds(budget, c->s->measure->budget_s);
    for (size_t i = 0; i < c->count; i++) {
        job *j = &c->jobs[i];
        if (j->over || j->complete >= c->wanted)
            continue;
        const char *why = c->result->interrupted    ? "interrupted"
                          : c->result->budget_ended ? as_arena_printf(c->s->arena, "the budget of %s ended", budget)
                                                    : "the run ended early";
        if (j->complete)
            j->row->reason = as_arena_printf(c->s->arena, "%zu of %u processes: %s", j->complete, c->wanted, why);
        else
            j->row->reason = as_arena_printf(c->s->arena, "not measured: %s before its first process", why);
        if (!j->complete && c->result->budget_ended && !c->result->interrupted)
            j->row->status = "skipped";
    }
}

static double wall_s(void) { return 1e-9 * (double)as_wall_ns(); }

static void gather(course *c)
{
    const as_sweep *s = c->s;
    const unsigned batches = as_run_batches(s->measure);
    c->jobs = as_arena_alloc(s->arena, (s->count + 1) * sizeof *c->jobs);
    for (size_t i = 0; i < s->count; i++) {
        if (!s->rows[i]->status || strcmp(s->rows[i]->status, "planned"))
            continue;
        job *j = &c->jobs[c->count++];
        j->row = s->rows[i];
        j->medians = as_arena_alloc(s->arena, c->wanted * sizeof *j->medians);
        j->batches = as_arena_alloc(s->arena, batches * sizeof *j->batches);
    }
    adopt_all(c);
    for (size_t i = 0; i < c->count; i++) {
        job *j = &c->jobs[i];
        if (j->complete)
            j->row->status = "ok";
        c->total += j->over ? 0 : c->wanted - j->complete;
    }
}

bool as_sweep_run(const as_sweep *schedule, as_sweep_result *result, as_err *err)
{
    as_sweep s = *schedule;
    *result = (as_sweep_result){0};
    s.now = s.now ? s.now : wall_s;
    s.visit = s.visit ? s.visit : as_run_visit;
    course c = {.s = &s, .result = result, .err = err, .wanted = s.measure->processes ? s.measure->processes : 1};
    gather(&c);
    c.began = s.now();
    size_t *order = as_arena_alloc(s.arena, (c.count + 1) * sizeof *order);
    bool ok = true;
    for (unsigned round = 0; ok && round < c.wanted && !stopped(&c); round++)
        ok = run_round(&c, round, order);
    result->interrupted = stopped(&c);
    say_why(&c);
    report(&c, NULL);
    if (s.changed && !s.changed(s.state, true))
        ok = false;
    return ok;
}
