/* rules.c: looks at growing numbers of pairs, confirms what is flagged, and writes the verdicts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include <string.h>

#include "../stats/ranks.h"

typedef struct {
    as_points news, copies; /* of the first phase */
    as_points again, again_copies;
    as_judgement now;
    as_verdict_kind kind, control; /* of new; of the copy */
    as_pair_status status;
    bool measured;
    const char *reason;
} contest;

typedef struct {
    const as_duel *duel;
    as_arena *arena;
    contest *cases;
    unsigned looks;
    bool interrupted;
} state;

as_duel_rules as_duel_rules_usual(void)
{
    return (as_duel_rules){
        .alpha = 0.05, .bounds = {.floor = 0.01, .margin = 0.015}, .looks = {4, 6, 9, 13}, .confirm = {4, 8}};
}

static unsigned count_of(const unsigned looks[AS_LOOKS_MAX])
{
    unsigned count = 0;
    while (count < AS_LOOKS_MAX && looks[count])
        count++;
    return count;
}

void as_points_add(as_points *p, double r, unsigned process)
{
    p->points = as_arena_grow(p->arena, p->points, &p->cap, p->count, sizeof *p->points);
    p->points[p->count++] = (as_point){r, process};
}

double as_turn_r(const as_turn *t)
{
    if (!t->status || strcmp(t->status, "ok") || t->base_ns == AS_NO_COUNT || t->other_ns == AS_NO_COUNT ||
        !t->base_ns || !t->other_ns)
        return (double)NAN;
    return log((double)t->other_ns / (double)t->base_ns);
}

static as_judgement judge(const state *s, const as_points *p, double alpha)
{
    return as_judge(p->points, p->count, alpha, s->duel->rules.bounds);
}

static bool flag(as_verdict_kind kind) { return kind == AS_REGRESSED || kind == AS_IMPROVED; }

static void give_up(state *s, contest *c)
{
    c->kind = c->status == AS_PAIR_FAILED ? AS_FAILED : AS_INCONCLUSIVE;
    s->interrupted = s->interrupted || c->status == AS_PAIR_INTERRUPTED;
}

/* Pairs from..to of a phase. false: no more can be had. */
static bool gather(state *s, size_t index, as_round_kind phase, unsigned from, unsigned to, double alpha)
{
    contest *c = &s->cases[index];
    const bool first = phase == AS_PHASE_FIRST;
    as_pair_points out = {.news = first ? &c->news : &c->again, .copies = first ? &c->copies : &c->again_copies};
    for (unsigned process = from; process < to; process++) {
        const as_pairing at = {index, phase, process};
        c->status = s->duel->pair(s->duel->pair_state, &at, &out);
        c->reason = out.reason;
        if (c->status != AS_PAIR_OK) {
            give_up(s, c);
            return false;
        }
        if (s->duel->progress) {
            const as_judgement now = judge(s, out.news, alpha);
            s->duel->progress(s->duel->progress_state, &at, &now);
        }
    }
    return true;
}

static void measure(state *s, size_t index)
{
    contest *c = &s->cases[index];
    const as_duel_rules *rules = &s->duel->rules;
    const double alpha = rules->alpha / (double)s->duel->count / s->looks;
    c->kind = AS_INCONCLUSIVE;
    for (unsigned look = 0, have = 0; look < s->looks; have = rules->looks[look++]) {
        const bool all = gather(s, index, AS_PHASE_FIRST, have, rules->looks[look], alpha);
        c->now = judge(s, &c->news, alpha);
        if (!all)
            return;
        c->measured = true;
        c->kind = c->now.kind;
        if (c->kind != AS_INCONCLUSIVE)
            return;
    }
}

/* When all cases are there, each is held to the level that Holm gives it: never a stricter one than before. */
static void apply_holm(state *s)
{
    const size_t count = s->duel->count;
    double *p = as_arena_alloc(s->arena, count * sizeof *p), *level = as_arena_alloc(s->arena, count * sizeof *level);
    for (size_t i = 0; i < count; i++)
        p[i] = s->cases[i].measured ? s->cases[i].now.p * s->looks : 1;
    as_holm(p, count, s->duel->rules.alpha, level);
    for (size_t i = 0; i < count; i++) {
        contest *c = &s->cases[i];
        if (!c->measured || c->kind != AS_INCONCLUSIVE || c->status != AS_PAIR_OK || !(level[i] > 0))
            continue;
        const as_judgement again = judge(s, &c->news, level[i] / s->looks);
        if (flag(again.kind)) {
            c->now = again;
            c->kind = again.kind;
        }
    }
}

/* Behind those of the first phase, as further processes. */
static void append_points(as_points *to, const as_points *from)
{
    const unsigned last = to->count ? to->points[to->count - 1].process + 1 : 0;
    for (size_t i = 0; i < from->count; i++)
        as_points_add(to, from->points[i].r, last + from->points[i].process);
}

static void confirm(state *s, size_t index)
{
    contest *c = &s->cases[index];
    const unsigned *at = s->duel->rules.confirm, looks = count_of(at);
    const double alpha = s->duel->rules.alpha;
    bool confirmed = false;
    for (unsigned look = 0, have = 0; look < looks && !confirmed; have = at[look++]) {
        if (!gather(s, index, AS_PHASE_CONFIRM, have, at[look], alpha / looks)) {
            if (c->status == AS_PAIR_ENDED)
                c->reason = "it looked changed, and the budget ended before fresh processes could confirm it";
            return;
        }
        confirmed = judge(s, &c->again, alpha / looks).kind == c->kind;
    }
    if (c->control != judge(s, &c->again_copies, alpha).kind)
        c->control = AS_INCONCLUSIVE;
    if (!confirmed) {
        c->kind = AS_INCONCLUSIVE;
        c->reason = "it looked changed, and fresh processes in reversed order did not confirm it";
    }
    /* Either way what is told rests on all turns. */
    append_points(&c->news, &c->again);
    append_points(&c->copies, &c->again_copies);
    c->now = judge(s, &c->news, alpha / (double)s->duel->count / s->looks);
}

/* The case whose copy of the base differs from the base, or count: in all phases there were, for that is what it takes
 * new to be flagged, too. */
static size_t control_flag(const state *s)
{
    for (size_t i = 0; i < s->duel->count; i++)
        if (flag(s->cases[i].control))
            return i;
    return s->duel->count;
}

static void write_row(state *s, size_t index, as_verdict *row)
{
    contest *c = &s->cases[index];
    const double alpha = s->duel->rules.alpha / (double)s->duel->count;
    as_record_clear(&as_verdict_schema, row);
    row->case_ = s->duel->cases[index];
    row->verdict = c->kind;
    row->gate = AS_GATE_TIME;
    row->reason = c->reason;
    if (c->news.count && c->kind != AS_FAILED) {
        row->ratio = exp(c->now.estimate);
        row->ratio_low = exp(c->now.low);
        row->ratio_high = exp(c->now.high);
        row->visible = c->now.visible;
        row->p = c->now.p;
        row->turns = c->now.points;
        row->processes = c->now.processes;
    }
    if (c->copies.count) {
        const as_judgement copy = judge(s, &c->copies, alpha);
        row->control_ratio = exp(copy.estimate);
        row->control_low = exp(copy.low);
        row->control_high = exp(copy.high);
    }
    if (c->kind == AS_INCONCLUSIVE && !row->reason && c->now.estimate == c->now.estimate)
        row->reason =
            as_arena_printf(s->arena, "a change below %.2g %% could not have been seen", 100 * c->now.visible);
}

bool as_duel_run(const as_duel *duel, as_arena *arena, as_verdict *rows)
{
    state s = {.duel = duel, .arena = arena};
    as_arena *points = as_arena_create(); /* of its own: there are many, and the verdicts do not need them */
    s.cases = as_arena_alloc(arena, (duel->count + 1) * sizeof *s.cases);
    s.looks = count_of(duel->rules.looks);
    for (size_t i = 0; i < duel->count; i++) {
        contest *c = &s.cases[i];
        c->news.arena = c->copies.arena = c->again.arena = c->again_copies.arena = points;
        c->kind = AS_INCONCLUSIVE;
        s.cases[i].now = judge(&s, &s.cases[i].news, 0.05);
        if (s.interrupted)
            s.cases[i].reason = "interrupted";
        else
            measure(&s, i);
    }
    apply_holm(&s);
    for (size_t i = 0; i < duel->count; i++) {
        s.cases[i].control = judge(&s, &s.cases[i].copies, duel->rules.alpha / (double)duel->count).kind;
        if (!flag(s.cases[i].kind))
            continue;
        if (s.interrupted) {
            s.cases[i].kind = AS_INCONCLUSIVE;
            s.cases[i].reason = "it looked changed, and was interrupted before it could be confirmed";
        } else {
            confirm(&s, i);
        }
    }
    const size_t control = control_flag(&s);
    for (size_t i = 0; i < duel->count; i++) {
        if (control < duel->count && flag(s.cases[i].kind)) {
            s.cases[i].reason = as_arena_printf(
                arena, "it looked %s, but so did a copy of the base in case %.200s: this machine is too unquiet now",
                as_verdict_kind_text(s.cases[i].kind), duel->cases[control]);
            s.cases[i].kind = AS_INCONCLUSIVE;
        }
        write_row(&s, i, &rows[i]);
    }
    as_arena_free(points);
    return !s.interrupted;
}
