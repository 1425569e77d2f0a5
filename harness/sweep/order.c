/* order.c: rounds in random order, early stop by precision, budget, and what an earlier run has left.
 * SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernels/common/random.h"
#include "../base/clock.h"
#include "../stats/order.h"
#include "../base/text_index.h"

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
    double *sorted;      /* room for the medians of a case */
    as_text_index *keys; /* of cases, to jobs */
    job *current;
    double known_s;   /* still to be spent on cases that were visited */
    double unvisited; /* processes still to be run of the others */
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
    if (!(asked > 0) || j->complete < ENOUGH)
        return false;
    memcpy(c->sorted, j->medians, j->complete * sizeof *c->sorted);
    return as_relative_width(c->sorted, j->complete) <= asked;
}

/* Passes a record on, and remembers a sample's time per call. */
static bool on_record(void *state, const as_schema *schema, const void *record)
{
    course *c = state;
    job *j = c->current;
    const as_sample *sample = record;
    if (schema == &as_sample_schema && j->taken < as_run_batches(c->s->measure))
        j->batches[j->taken++] = sample->wall_ns / (double)sample->calls;
    return as_sink_record(&c->s->sink, schema, record);
}

/* --- what an earlier run has left -------------------------------------------------------------------------------- */

static int by_case_and_process(const void *a, const void *b)
{
    const as_sample *x = *(const as_sample *const *)a, *y = *(const as_sample *const *)b;
    const int order = strcmp(x->case_ ? x->case_ : "", y->case_ ? y->case_ : "");
    return order ? order : (x->process > y->process) - (x->process < y->process);
}

/* Takes over one process of one case. It is complete when it has all its batches; its number is used up either way. */
static void restore_process(course *c, const as_sample *const *samples, size_t count)
{
    const unsigned batches = as_run_batches(c->s->measure);
    const size_t at = as_text_index_find(c->keys, samples[0]->case_);
    if (at == AS_TEXT_ABSENT || samples[0]->process >= UINT32_MAX / 2)
        return;
    job *j = &c->jobs[at];
    if (samples[0]->process >= j->next)
        j->next = (unsigned)samples[0]->process + 1;
    if (count < batches || j->complete >= c->wanted)
        return;
    for (unsigned i = 0; i < batches; i++)
        j->batches[i] = samples[i]->wall_ns / (double)samples[i]->calls;
    complete(j, j->batches, batches);
}

static void restore_earlier(course *c)
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
        restore_process(c, sorted + from, to - from);
    }
    for (size_t i = 0; i < c->count; i++)
        c->jobs[i].over = c->jobs[i].complete > 0 && precise(c, &c->jobs[i]);
}

/* --- visits ------------------------------------------------------------------------------------------------------ */

/* Of several processes the largest value is the case's, but for these columns. */
static const struct {
    const char *column;
    enum { KEEP_FIRST, KEEP_LATEST } which;
} exceptions[] = {
    {"mass_kept", KEEP_FIRST}, /* the first process checks the most rows */
    {"error_allowed", KEEP_LATEST},
};

static bool replaces(const char *column, double old, double found)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (!strcmp(exceptions[i].column, column))
            return isnan(old) || exceptions[i].which == KEEP_LATEST;
    return !(found <= old);
}

static void learn_real(const char *column, double *kept, double found)
{
    if (!isnan(found) && replaces(column, *kept, found))
        *kept = found;
}

static void learn_count(const char *column, uint64_t *kept, uint64_t found)
{
    if (found != AS_NO_COUNT && replaces(column, *kept == AS_NO_COUNT ? AS_NO_REAL : (double)*kept, (double)found))
        *kept = found;
}

void as_sweep_restore(as_case *row, const as_case *before)
{
    for (size_t i = 0; i < as_learnt_case_schema.count; i++) {
        const as_column *column = &as_learnt_case_schema.columns[i];
        const void *from = (const char *)before + column->offset;
        void *to = (char *)row + column->offset;
        if (column->kind == AS_REAL)
            *(double *)to = *(const double *)from;
        else
            *(uint64_t *)to = *(const uint64_t *)from;
    }
}

static void record_result(as_case *row, const as_result *r)
{
    for (size_t i = 0; i < as_learnt_schema.count; i++) {
        const as_column *from = &as_learnt_schema.columns[i], *to = &as_learnt_case_schema.columns[i];
        const void *found = (const char *)r + from->offset;
        void *kept = (char *)row + to->offset;
        if (from->kind == AS_REAL)
            learn_real(from->name, kept, *(const double *)found);
        else
            learn_count(from->name, kept, *(const uint64_t *)found);
    }
    /* All processes have the same inputs, so they choose alike. */
    if (r->chosen != AS_NO_COUNT)
        row->edges = (uint64_t)llround((double)r->chosen / ((double)row->heads * (double)row->batch));
}

static void conclude(course *c, job *j, const as_result *r)
{
    if (!strcmp(r->status, "interrupted"))
        return;
    record_result(j->row, r);
    if (strcmp(r->status, "ok")) {
        j->row->status = AS_STATUS_FAILED;
        j->row->reason = as_arena_printf(c->s->arena, "process %u: %s", j->next, r->reason);
        j->over = true;
        c->result->failed++;
    } else {
        j->row->status = AS_STATUS_OK;
        complete(j, j->batches, j->taken);
        j->over = precise(c, j);
    }
}

static double elapsed(const course *c) { return c->s->now() - c->began; }

/* Adds (sign 1) or takes away (-1) what is left to do of a case, so that no visit has to sum up all cases. */
static void count_left(course *c, const job *j, int sign)
{
    if (j->over || j->complete >= c->wanted)
        return;
    const double left = sign * (double)(c->wanted - j->complete);
    if (j->visits)
        c->known_s += left * j->seconds / j->visits;
    else
        c->unvisited += left;
}

/* A case that was never visited is expected to take as long as the others on average. NaN while nothing is known. */
static double remaining(const course *c)
{
    const double mean = c->done ? elapsed(c) / (double)c->done : (double)NAN;
    const double left = fmax(c->known_s, 0) + (c->unvisited > 0 ? c->unvisited * mean : 0);
    const double budget = c->s->measure->budget_s > 0 ? c->s->measure->budget_s - elapsed(c) : (double)INFINITY;
    return left > budget ? fmax(budget, 0) : left;
}

static void report_progress(course *c, const as_case *current)
{
    if (!c->s->progress)
        return;
    const as_progress progress = {c->done, c->total, elapsed(c), remaining(c), current};
    c->s->progress(c->s->state, &progress);
}

static bool visit(course *c, job *j)
{
    as_result r;
    const as_visit v = {.row = j->row,
                        .process = j->next,
                        .order = c->order++,
                        .measure = c->s->measure,
                        .plugins = c->s->plugins,
                        .events = c->s->events,
                        .seed = c->s->seed,
                        .arena = c->s->arena,
                        .stop = c->s->stop};
    const as_sink sink = {.record = on_record, .state = c};
    c->current = j;
    j->taken = 0;
    report_progress(c, j->row);
    count_left(c, j, -1);
    if (!c->s->visit(&v, &sink, &r, c->err))
        return false;
    conclude(c, j, &r);
    j->seconds += r.seconds;
    j->visits++;
    j->next++;
    count_left(c, j, 1);
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
static void explain_missing(course *c)
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
            j->row->status = AS_STATUS_SKIPPED;
    }
}

static double wall_s(void) { return 1e-9 * (double)as_wall_ns(); }

static void list_jobs(course *c)
{
    const as_sweep *s = c->s;
    const unsigned batches = as_run_batches(s->measure);
    c->jobs = as_arena_alloc(s->arena, (s->count + 1) * sizeof *c->jobs);
    c->sorted = as_arena_alloc(s->arena, (c->wanted + 1) * sizeof *c->sorted);
    c->keys = as_text_index_create(s->arena);
    for (size_t i = 0; i < s->count; i++) {
        if (s->rows[i]->status != AS_STATUS_PLANNED)
            continue;
        as_text_index_add(c->keys, s->rows[i]->case_, c->count);
        job *j = &c->jobs[c->count++];
        j->row = s->rows[i];
        j->medians = as_arena_alloc(s->arena, c->wanted * sizeof *j->medians);
        j->batches = as_arena_alloc(s->arena, batches * sizeof *j->batches);
    }
    restore_earlier(c);
    as_text_index_free(c->keys);
    for (size_t i = 0; i < c->count; i++) {
        job *j = &c->jobs[i];
        if (j->complete)
            j->row->status = AS_STATUS_OK;
        c->total += j->over ? 0 : c->wanted - j->complete;
        count_left(c, j, 1);
    }
}

bool as_sweep_run(const as_sweep *schedule, as_sweep_result *result, as_err *err)
{
    as_sweep s = *schedule;
    *result = (as_sweep_result){0};
    s.now = s.now ? s.now : wall_s;
    s.visit = s.visit ? s.visit : as_run_visit;
    course c = {.s = &s, .result = result, .err = err, .wanted = s.measure->processes ? s.measure->processes : 1};
    list_jobs(&c);
    c.began = s.now();
    size_t *order = as_arena_alloc(s.arena, (c.count + 1) * sizeof *order);
    bool ok = true;
    for (unsigned round = 0; ok && round < c.wanted && !stopped(&c); round++)
        ok = run_round(&c, round, order);
    result->interrupted = stopped(&c);
    explain_missing(&c);
    report_progress(&c, NULL);
    if (s.changed && !s.changed(s.state, true))
        ok = false;
    return ok;
}
