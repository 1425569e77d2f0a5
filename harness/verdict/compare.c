/* compare.c: pairs the cases of two folders and judges each pair by the rank sum of its processes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "../stats/order.h"
#include "../stats/ranks.h"

/* ln of a process's time per call, as it was and times its speed index. */
typedef struct {
    double *plain, *corrected;
    size_t count;
    bool has_speed;
} processes;

as_compare_rules as_compare_rules_usual(void)
{
    return (as_compare_rules){.alpha = 0.05, .bounds = {.floor = 0.05, .margin = 0.05}};
}

/* One folder, or a copy of it, tells nothing about two builds. */
static bool two_measurements(const as_folder_contents *a, const as_folder_contents *b, as_err *err)
{
    char x[PATH_MAX], y[PATH_MAX];
    const bool one = realpath(a->dir, x) && realpath(b->dir, y) && !strcmp(x, y);
    bool alike = a->sample_count == b->sample_count && a->sample_count > 0;
    for (size_t i = 0; alike && i < a->sample_count; i++)
        alike = a->samples[i].case_ == b->samples[i].case_ && a->samples[i].calls == b->samples[i].calls &&
                a->samples[i].wall_ns == b->samples[i].wall_ns; /* interned; never computed with */
    if (!one && !alike)
        return true;
    return as_fail(err, AS_EXIT_USAGE, "%s and %s %s: there is nothing to compare: measure the other build, too",
                   a->dir, b->dir, one ? "are the same folder" : "hold the same samples, one is a copy");
}

static bool same_machine(const as_folder_contents *a, const as_folder_contents *b, const as_compare_rules *rules,
                         as_err *err)
{
    const char *x = a->machine.fingerprint, *y = b->machine.fingerprint;
    if (rules->across || (x && y && !strcmp(x, y)))
        return true;
    return as_fail(err, AS_EXIT_USAGE,
                   "%s and %s are of different or unknown machines (%s, %s): add --across to compare all the same",
                   a->dir, b->dir, x ? x : "unknown", y ? y : "unknown");
}

/* --- one case ---------------------------------------------------------------------------------------------------- */

static processes processes_of(const as_folder_contents *f, const char *name, as_arena *arena)
{
    processes p = {.has_speed = true};
    size_t from, to = as_evidence_samples(f, name, &from);
    const size_t most = to - from + 1;
    double *room = as_arena_alloc(arena, most * sizeof *room), *room2 = as_arena_alloc(arena, most * sizeof *room2);
    p.plain = as_arena_alloc(arena, most * sizeof *p.plain);
    p.corrected = as_arena_alloc(arena, most * sizeof *p.corrected);
    for (size_t i = from, n = 0; i < to; i++) {
        const as_sample *s = &f->samples[i];
        p.has_speed = p.has_speed && s->speed_index > 0;
        room[n] = log(s->wall_ns / (double)s->calls);
        room2[n] = room[n] + log(s->speed_index);
        n++;
        if (i + 1 < to && s[1].process == s->process)
            continue;
        p.plain[p.count] = as_median(room, n);
        p.corrected[p.count] = p.has_speed ? as_median(room2, n) : p.plain[p.count];
        p.count++;
        n = 0;
    }
    return p;
}

static bool is_measured(const as_summary *c) { return c && c->status == AS_STATUS_OK; }

static bool is_skipped(const as_summary *c) { return !c || (c->status == AS_STATUS_SKIPPED); }

static void set_verdict(as_verdict *row, as_verdict_kind kind, const char *reason)
{
    row->verdict = kind;
    row->reason = reason;
}

/* false: there is no pair of times; the row says why. */
static bool both_there(const as_summary *base, const as_summary *new, as_verdict *row, as_arena *arena)
{
    if (is_measured(base) && is_measured(new))
        return true;
    if (is_skipped(new) && is_measured(base))
        set_verdict(row, AS_MISSING, new &&new->reason ? new->reason : "not in the new folder");
    else if (is_skipped(base) && is_measured(new))
        set_verdict(row, AS_NEW, base && base->reason ? base->reason : "not in the base folder");
    else {
        const as_summary *bad = new && !is_measured(new) ? new : base;
        set_verdict(row, AS_FAILED,
                    as_arena_printf(arena, "%s: %s, %s", bad == new ? "new" : "base",
                                    bad->status == AS_NO_WORD ? "no status" : as_status_text(bad->status),
                                    bad->reason ? bad->reason : "no reason"));
    }
    return false;
}

typedef struct {
    processes base, new;
    as_verdict *row;
} pairing;

static void judge_pairing(const pairing *p, const as_compare_rules *rules, double alpha, as_arena *arena)
{
    const bool speed = p->base.has_speed && p->new.has_speed;
    as_verdict *row = p->row;
    const as_shift plain = as_rank_sum(p->base.plain, p->base.count, p->new.plain, p->new.count, alpha);
    const as_shift fixed =
        speed ? as_rank_sum(p->base.corrected, p->base.count, p->new.corrected, p->new.count, alpha) : plain;
    const double low = fmin(plain.low, fixed.low), high = fmax(plain.high, fixed.high);
    as_verdict_kind kind = as_judge_kind(fixed.estimate, low, high, rules->bounds);
    row->ratio = exp(fixed.estimate);
    row->ratio_low = exp(low);
    row->ratio_high = exp(high);
    row->visible = as_judge_visible(fixed.estimate, low, high, rules->bounds);
    row->p = fmax(plain.p, fixed.p);
    row->turns = p->base.count;
    row->processes = p->new.count;
    row->gate = AS_GATE_TIME;
    const bool few = fmin(plain.coverage, fixed.coverage) < 1 - rules->alpha;
    set_verdict(row, few ? AS_INCONCLUSIVE : kind, NULL);
    if (few)
        row->reason =
            as_arena_printf(arena, "%zu and %zu processes are too few for an interval: raise measure.processes",
                            p->base.count, p->new.count);
    else if (kind == AS_INCONCLUSIVE)
        row->reason =
            as_arena_printf(arena, "measured apart, a change below %.2g %% could not have been seen: duel sees less",
                            100 * row->visible);
    if (!few && !speed)
        row->reason = "no speed index on one side: not corrected for the machine's swings";
}

/* The rows of both folders: base's in their order, then those that only new has. */
static size_t list_rows(const as_folder_contents *a, const as_folder_contents *b, const as_compare_rules *rules,
                        as_arena *arena, as_verdict *out, pairing *pairs, size_t *paired)
{
    size_t n = 0;
    for (size_t i = 0; i < a->summary_count + b->summary_count; i++) {
        const bool first = i < a->summary_count;
        const as_summary *of_a = first ? &a->summary[i] : as_evidence_find(a, b->summary[i - a->summary_count].case_);
        const as_summary *of_b = first ? as_evidence_find(b, a->summary[i].case_) : &b->summary[i - a->summary_count];
        if ((!first && of_a) || (is_skipped(of_a) && is_skipped(of_b)))
            continue;
        as_verdict *row = &out[n++];
        as_record_clear(&as_verdict_schema, row);
        row->case_ = of_a ? of_a->case_ : of_b->case_;
        if (!both_there(of_a, of_b, row, arena))
            continue;
        pairing *pair = &pairs[(*paired)++];
        *pair = (pairing){processes_of(a, row->case_, arena), processes_of(b, row->case_, arena), row};
        judge_pairing(pair, rules, rules->alpha, arena);
    }
    return n;
}

bool as_compare(const char *base, const char *new, const as_compare_rules *rules, as_arena *arena, as_verdict **rows,
                size_t *count, as_err *err)
{
    as_folder_contents a, b;
    if (!as_evidence_read(base, arena, &a, err) || !as_evidence_read(new, arena, &b, err) ||
        !two_measurements(&a, &b, err) || !same_machine(&a, &b, rules, err))
        return false;
    const size_t most = a.summary_count + b.summary_count + 1;
    as_verdict *out = as_arena_alloc(arena, most * sizeof *out);
    pairing *pairs = as_arena_alloc(arena, most * sizeof *pairs);
    double *p = as_arena_alloc(arena, most * sizeof *p), *level = as_arena_alloc(arena, most * sizeof *level);
    size_t paired = 0;
    *count = list_rows(&a, &b, rules, arena, out, pairs, &paired);
    *rows = out;
    for (size_t i = 0; i < paired; i++)
        p[i] = pairs[i].row->p;
    /* `same` is held to the whole alpha in each case: it is the safer error. A change is held to what Holm leaves. */
    as_holm(p, paired, rules->alpha, level);
    for (size_t i = 0; i < paired; i++) {
        const bool changed = pairs[i].row->verdict == AS_REGRESSED || pairs[i].row->verdict == AS_IMPROVED;
        if (changed && !(p[i] <= level[i]))
            set_verdict(pairs[i].row, AS_INCONCLUSIVE,
                        as_arena_printf(arena, "it looks changed, and among %zu cases some do by chance: p = %.3g",
                                        paired, p[i]));
    }
    return true;
}
