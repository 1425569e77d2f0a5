/* compare.c: see compare.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../model/machine_facts.h"
#include "../model/records.h"
#include "ranks.h"

typedef struct {
    const char *dir;
    as_case *cases;
    size_t case_count;
    as_sample *samples; /* sorted by case, then process */
    size_t sample_count;
    as_machine_facts machine;
} folder;

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

/* --- reading ----------------------------------------------------------------------------------------------------- */

static int by_case(const void *a, const void *b)
{
    const as_sample *x = a, *y = b;
    const int order = strcmp(x->case_, y->case_);
    if (order)
        return order;
    return x->process != y->process ? (x->process < y->process ? -1 : 1) : (x->batch > y->batch) - (x->batch < y->batch);
}

static const as_case *find_case(const folder *f, const char *name)
{
    for (size_t i = 0; i < f->case_count; i++)
        if (f->cases[i].case_ == name) /* interned */
            return &f->cases[i];
    return NULL;
}

static bool check_samples(const folder *f, as_err *err)
{
    for (size_t i = 0; i < f->sample_count; i++) {
        const as_sample *s = &f->samples[i];
        const char *wrong = !s->case_ || !find_case(f, s->case_)          ? "a case that cases.csv does not hold"
                            : s->process == AS_NO_COUNT                    ? "no process"
                            : s->calls == AS_NO_COUNT || !s->calls         ? "no calls"
                            : !(s->wall_ns > 0 && isfinite(s->wall_ns))    ? "no time above 0"
                            : s->speed_index <= 0 || isinf(s->speed_index) ? "an absurd speed index"
                                                                           : NULL;
        if (wrong)
            return as_fail(err, AS_EXIT_USAGE, "%s/samples.csv:%zu: %s: was it edited?", f->dir, i + 2, wrong);
    }
    return true;
}

static bool read_folder(const char *dir, as_arena *arena, folder *f, as_err *err)
{
    void *cases = NULL, *samples = NULL;
    as_text path = {0};
    *f = (folder){.dir = dir};
    as_text_add(&path, "%s/cases.csv", dir);
    bool ok = as_file_exists(path.data) || as_fail(err, AS_EXIT_USAGE, "%s: not a result folder: no cases.csv in it", dir);
    as_text_free(&path);
    ok = ok && as_table_read(&as_case_schema, dir, arena, &cases, &f->case_count, err) &&
         as_table_read(&as_sample_schema, dir, arena, &samples, &f->sample_count, err) &&
         as_machine_facts_read(dir, arena, &f->machine, err);
    f->cases = cases;
    f->samples = samples;
    for (size_t i = 0; ok && i < f->case_count; i++)
        if (!f->cases[i].case_)
            ok = as_fail(err, AS_EXIT_USAGE, "%s/cases.csv:%zu: a case without its key", dir, i + 2);
    ok = ok && check_samples(f, err);
    if (ok && f->sample_count)
        qsort(f->samples, f->sample_count, sizeof *f->samples, by_case);
    return ok;
}

static bool same_machine(const folder *a, const folder *b, const as_compare_rules *rules, as_err *err)
{
    const char *x = a->machine.fingerprint, *y = b->machine.fingerprint;
    if (rules->across || (x && y && !strcmp(x, y)))
        return true;
    return as_fail(err, AS_EXIT_USAGE, "%s and %s are of different or unknown machines (%s, %s): add --across to compare all the same",
                   a->dir, b->dir, x ? x : "unknown", y ? y : "unknown");
}

/* --- one case ---------------------------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
    return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

static processes processes_of(const folder *f, const char *name, as_arena *arena)
{
    processes p = {.has_speed = true};
    size_t from = 0;
    while (from < f->sample_count && strcmp(f->samples[from].case_, name))
        from++;
    size_t to = from;
    while (to < f->sample_count && !strcmp(f->samples[to].case_, name))
        to++;
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
        p.plain[p.count] = median(room, n);
        p.corrected[p.count] = p.has_speed ? median(room2, n) : p.plain[p.count];
        p.count++;
        n = 0;
    }
    return p;
}

static bool usable(const as_case *c) { return c && c->status && !strcmp(c->status, "ok"); }

static bool skipped(const as_case *c) { return !c || (c->status && !strcmp(c->status, "skipped")); }

static void set(as_verdict *row, as_verdict_kind kind, const char *reason)
{
    row->verdict = as_verdict_name(kind);
    row->reason = reason;
}

/* false: there is no pair of times; the row says why. */
static bool both_there(const as_case *base, const as_case *new, as_verdict *row, as_arena *arena)
{
    if (usable(base) && usable(new))
        return true;
    if (skipped(new) && usable(base))
        set(row, AS_MISSING, new && new->reason ? new->reason : "not in the new folder");
    else if (skipped(base) && usable(new))
        set(row, AS_NEW, base && base->reason ? base->reason : "not in the base folder");
    else {
        const as_case *bad = new && !usable(new) ? new : base;
        set(row, AS_FAILED, as_arena_printf(arena, "%s: %s, %s", bad == new ? "new" : "base",
                                            bad->status ? bad->status : "no status", bad->reason ? bad->reason : "no reason"));
    }
    return false;
}

typedef struct {
    processes base, new;
    as_verdict *row;
} pairing;

static void judge(const pairing *p, const as_compare_rules *rules, double alpha, as_arena *arena)
{
    const bool speed = p->base.has_speed && p->new.has_speed;
    as_verdict *row = p->row;
    const as_shift plain = as_rank_sum(p->base.plain, p->base.count, p->new.plain, p->new.count, alpha);
    const as_shift fixed = speed ? as_rank_sum(p->base.corrected, p->base.count, p->new.corrected, p->new.count, alpha) : plain;
    const double low = fmin(plain.low, fixed.low), high = fmax(plain.high, fixed.high);
    as_verdict_kind kind = as_judge_kind(fixed.estimate, low, high, rules->bounds);
    row->ratio = exp(fixed.estimate);
    row->ratio_low = exp(low);
    row->ratio_high = exp(high);
    row->visible = as_judge_visible(fixed.estimate, low, high, rules->bounds);
    row->p = fmax(plain.p, fixed.p);
    row->turns = p->base.count;
    row->processes = p->new.count;
    row->gate = "time";
    const bool few = fmin(plain.coverage, fixed.coverage) < 1 - rules->alpha;
    set(row, few ? AS_INCONCLUSIVE : kind, NULL);
    if (few)
        row->reason = as_arena_printf(arena, "%zu and %zu processes are too few for an interval: raise measure.processes",
                                      p->base.count, p->new.count);
    else if (kind == AS_INCONCLUSIVE)
        row->reason = as_arena_printf(arena, "measured apart, a change below %.2g %% could not have been seen: duel sees less",
                                      100 * row->visible);
    if (!few && !speed)
        row->reason = "no speed index on one side: not corrected for the machine's swings";
}

bool as_compare(const char *base, const char *new, const as_compare_rules *rules, as_arena *arena, as_verdict **rows,
                size_t *count, as_err *err)
{
    folder a, b;
    if (!read_folder(base, arena, &a, err) || !read_folder(new, arena, &b, err) || !same_machine(&a, &b, rules, err))
        return false;
    const size_t most = a.case_count + b.case_count + 1;
    as_verdict *out = as_arena_alloc(arena, most * sizeof *out);
    pairing *pairs = as_arena_alloc(arena, most * sizeof *pairs);
    double *p = as_arena_alloc(arena, most * sizeof *p), *level = as_arena_alloc(arena, most * sizeof *level);
    size_t n = 0, paired = 0;
    for (size_t i = 0; i < a.case_count + b.case_count; i++) {
        const as_case *of_a = i < a.case_count ? &a.cases[i] : find_case(&a, b.cases[i - a.case_count].case_);
        const as_case *of_b = i < a.case_count ? find_case(&b, a.cases[i].case_) : &b.cases[i - a.case_count];
        if ((i >= a.case_count && of_a) || (skipped(of_a) && skipped(of_b)))
            continue;
        as_verdict *row = &out[n++];
        as_record_clear(&as_verdict_schema, row);
        row->case_ = of_a ? of_a->case_ : of_b->case_;
        if (!both_there(of_a, of_b, row, arena))
            continue;
        pairs[paired] = (pairing){processes_of(&a, row->case_, arena), processes_of(&b, row->case_, arena), row};
        if (!pairs[paired].base.count || !pairs[paired].new.count) {
            set(row, AS_FAILED, "said to be ok, and without a sample");
            continue;
        }
        judge(&pairs[paired], rules, rules->alpha, arena);
        p[paired++] = row->p;
    }
    /* `same` is held to the whole alpha in each case: it is the safer error. A change is held to what Holm leaves. */
    as_holm(p, paired, rules->alpha, level);
    for (size_t i = 0; i < paired; i++) {
        const bool changed = !strcmp(pairs[i].row->verdict, "regressed") || !strcmp(pairs[i].row->verdict, "improved");
        if (changed && !(p[i] <= level[i]))
            set(pairs[i].row, AS_INCONCLUSIVE,
                as_arena_printf(arena, "it looks changed, and among %zu cases some do by chance: p = %.3g", paired, p[i]));
    }
    *rows = out;
    *count = n;
    return true;
}
