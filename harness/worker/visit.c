/* visit.c: one visit: a worker's answers are judged and handed on as they come, until its result or its end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/text.h"
#include "judge.h"
#include "process.h"
#include "worker.h"

typedef struct {
    const as_visit *visit;
    const as_sink *sink;
    as_process *process;
    as_judge_facts facts;
    as_result result; /* as the worker gave it */
    char reason[400]; /* why the parent does not believe it; "" while it does */
    uint64_t started_ns;
    bool finished;    /* the result has come */
    bool sink_failed; /* the sink refused: the environment failed */
} visit_state;

unsigned as_run_batches(const as_measure *measure) { return measure->cold ? 3 * measure->batches : measure->batches; }

bool as_sink_record(const as_sink *sink, const as_schema *schema, const void *record)
{
    return !sink->record || sink->record(sink->state, schema, record);
}

static bool reject_answer(visit_state *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool reject_answer(visit_state *v, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(v->reason, sizeof v->reason, format, args);
    va_end(args);
    as_printable(v->reason);
    return false;
}

/* --- answers ----------------------------------------------------------------------------------------------------- */

/* NULL, or what is wrong with the record, which is then of the visit's case. */
static const char *judge_record(visit_state *v, as_answer *a)
{
    const char *why = NULL;
    if (a->kind == AS_SAYS_SAMPLE) {
        why = as_judge_sample(&v->facts, &a->sample);
        a->sample.case_ = v->visit->row->case_;
        v->facts.samples += !why;
    } else if (a->kind == AS_SAYS_COUNTER) {
        why = as_judge_counter(&v->facts, &a->counter);
        a->counter.case_ = v->visit->row->case_;
    } else {
        why = as_judge_phase(&v->facts, &a->phase);
        a->phase.case_ = v->visit->row->case_;
    }
    return why;
}

static bool on_record(visit_state *v, as_answer *a)
{
    const char *why = judge_record(v, a);
    if (why)
        return reject_answer(v, "the worker reported %s", why);
    v->sink_failed = !as_sink_record(v->sink, as_answer_schema(a->kind), &a->sample);
    return !v->sink_failed;
}

static bool on_result(visit_state *v, const as_result *result)
{
    v->result = *result;
    v->finished = true;
    if (strcmp(result->status, "ok"))
        return true;
    if (!as_judge_chosen(v->visit->row, result))
        return reject_answer(
            v, "the kernel says that it chose more pairs than there are, or kept more mass than there is");
    return (as_judge_checked(result) && v->facts.samples >= v->facts.batches) ||
           reject_answer(v, "the worker said ok after %u of %u samples without a passed check", v->facts.samples,
                         v->facts.batches);
}

/* false: nothing more is to be read. */
static bool on_answer(visit_state *v, as_answer *a)
{
    v->facts.passed_ns = (double)(as_wall_ns() - v->started_ns);
    if (v->finished)
        return reject_answer(v, "the worker broke the protocol: a line after its result");
    if (a->kind == AS_SAYS_RESULT)
        return on_result(v, &a->result);
    if (a->kind == AS_SAYS_SAMPLE || a->kind == AS_SAYS_COUNTER || a->kind == AS_SAYS_PHASE)
        return on_record(v, a);
    return reject_answer(v, "the worker broke the protocol: an answer to nothing that was asked");
}

/* --- the visit --------------------------------------------------------------------------------------------------- */

static void explain_visit(visit_state *v)
{
    char limit[32];
    const as_process_state state = as_process_state_of(v->process);
    if (state == AS_PROCESS_LATE)
        reject_answer(v, "timed out after %s %s: raise measure.case_timeout or leave the case out",
                      as_format_seconds(limit, v->visit->measure->case_timeout_s),
                      as_process_stage(v->process, "at its start"));
    else if (state == AS_PROCESS_BROKE)
        reject_answer(v, "the worker %s", as_process_why(v->process));
    else if (!v->finished)
        reject_answer(v, "%s", as_process_why(v->process));
}

static void conclude_visit(visit_state *v, as_result *result)
{
    as_arena *arena = v->visit->arena;
    const bool interrupted = as_process_state_of(v->process) == AS_PROCESS_INTERRUPTED;
    as_record_clear(&as_result_schema, result);
    if (v->finished && !interrupted)
        *result = v->result;
    if (interrupted) {
        result->status = result->reason = "interrupted";
    } else if (v->reason[0]) {
        result->status = "failed";
        result->reason = as_arena_intern(arena, v->reason);
    } else {
        result->status = as_arena_intern(arena, result->status);
        result->reason = as_arena_intern(arena, result->reason);
    }
}

static as_process *start_visit(const as_visit *visit)
{
    const as_process_setup setup = {.mode = AS_MODE_VISIT,
                                    .row = visit->row,
                                    .measure = visit->measure,
                                    .plugins = visit->plugins,
                                    .events = visit->events,
                                    .seed = visit->seed,
                                    .process = visit->process,
                                    .order = visit->order,
                                    .batches = as_run_batches(visit->measure),
                                    .cpu = -1,
                                    .stop = visit->stop};
    return as_process_start(&setup);
}

bool as_run_visit(const as_visit *visit, const as_sink *sink, as_result *result, as_err *err)
{
    visit_state v = {.visit = visit,
                     .sink = sink,
                     .started_ns = as_wall_ns(),
                     .facts = {.row = visit->row,
                               .process = visit->process,
                               .order = visit->order,
                               .batches = as_run_batches(visit->measure),
                               .events = visit->events}};
    as_arena *arena = as_arena_create();
    as_answer answer;
    v.process = start_visit(visit);
    bool ok = as_process_state_of(v.process) != AS_PROCESS_ABSENT;
    if (!ok)
        as_fail(err, AS_EXIT_ENVIRONMENT, "cannot start a worker process: %s", strerror(errno));
    bool more = ok;
    while (more && as_process_next(v.process, v.started_ns, visit->measure->case_timeout_s, arena, &answer))
        more = on_answer(&v, &answer);
    if (more)
        explain_visit(&v);
    conclude_visit(&v, result);
    result->seconds = 1e-9 * (double)(as_wall_ns() - v.started_ns);
    as_process_free(v.process);
    as_arena_free(arena);
    return ok && !v.sink_failed;
}
