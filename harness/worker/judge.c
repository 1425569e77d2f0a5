/* judge.c: the rules by which a worker's answers are believed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS_MAX = 64 /* in which a kernel may choose the same pair anew */ };

typedef struct {
    bool wrong;
    const char *what;
} rule;

static const char *first_wrong(const rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rules[i].wrong)
            return rules[i].what;
    return NULL;
}

const char *as_judge_sample(const as_judge_facts *f, const as_sample *s)
{
    const double cpus = (double)sysconf(_SC_NPROCESSORS_CONF);
    const rule rules[] = {
        {s->process != f->process || s->order != f->order, "a sample of another process"},
        {s->batch != f->samples, "a sample out of turn"},
        {s->calls < 1 || s->calls == AS_NO_COUNT, "a batch without calls"},
        {!(s->wall_ns > 0 && s->wall_ns <= f->passed_ns), "a wall time that has not passed"},
        {!(s->cpu_ns >= 0 && s->cpu_ns <= f->passed_ns * cpus), "a CPU time that has not passed"},
        {s->speed_index <= 0 || s->speed_index > 1e6, "an absurd speed index"},
        {s->issue_index <= 0 || s->issue_index > 1e3, "an absurd issue index"},
        {s->minor_faults == AS_NO_COUNT || s->context_switches == AS_NO_COUNT, "a sample with cells missing"},
        {s->steal_ns < 0, "negative stolen time"},
    };
    return first_wrong(rules, sizeof rules / sizeof *rules);
}

static bool asked_for(const as_judge_facts *f, const char *event)
{
    for (const char *const *e = f->events; e && event && *e; e++)
        if (!strcmp(*e, event))
            return true;
    return false;
}

const char *as_judge_counter(const as_judge_facts *f, const as_counter *c)
{
    const bool good = asked_for(f, c->event) && c->process == f->process && c->status && c->source &&
                      (isnan(c->value) || (c->value >= 0 && c->batch < f->samples));
    return good ? NULL : "a count that nobody asked for";
}

const char *as_judge_phase(const as_judge_facts *f, const as_phase_time *p)
{
    const rule rules[] = {
        {f->samples < f->batches, "a phase before its last sample"},
        {p->process != f->process, "a phase of another process"},
        {p->batch == AS_NO_COUNT || p->once > 1, "a phase with cells missing"},
        {p->calls < 1 || p->calls == AS_NO_COUNT, "a phase without calls"},
        {!(p->wall_ns >= 0 && p->wall_ns <= f->passed_ns), "a phase that took more time than has passed"},
        {!(p->clock_ns >= 0 && p->clock_ns < 1e6), "a clock that takes a millisecond to read"},
        {!p->phase || !*p->phase || strlen(p->phase) > 40, "a phase without a name, or with one of more than 40 bytes"},
    };
    return first_wrong(rules, sizeof rules / sizeof *rules);
}

bool as_judge_checked(const as_result *r)
{
    return r->checked == 1 && r->error_max >= 0 && r->error_max <= r->error_allowed;
}

bool as_judge_chosen(const as_case *row, const as_result *r)
{
    const double all = (double)row->batch * (double)row->heads * (double)row->length * (double)row->context;
    const bool mass = isnan(r->mass_kept) || (r->mass_kept >= 0 && r->mass_kept <= 1 + 1e-6);
    return mass && (r->chosen == AS_NO_COUNT || (double)r->chosen <= ROUNDS_MAX * all);
}
