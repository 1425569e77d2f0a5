/* evidence.c: reads a folder for compare and refuses it where its files contradict each other.
 * SPDX-License-Identifier: Apache-2.0 */
#include "evidence.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../stats/order.h"

static int by_case(const void *a, const void *b)
{
    const as_sample *x = a, *y = b;
    const int order = strcmp(x->case_, y->case_);
    if (order)
        return order;
    return x->process != y->process ? (x->process < y->process ? -1 : 1)
                                    : (x->batch > y->batch) - (x->batch < y->batch);
}

const as_summary *as_evidence_find(const as_folder_contents *f, const char *name)
{
    for (size_t i = 0; i < f->summary_count; i++)
        if (f->summary[i].case_ == name) /* interned */
            return &f->summary[i];
    return NULL;
}

size_t as_evidence_samples(const as_folder_contents *f, const char *name, size_t *from)
{
    size_t to = 0;
    while (to < f->sample_count && f->samples[to].case_ != name)
        to++;
    *from = to;
    while (to < f->sample_count && f->samples[to].case_ == name)
        to++;
    return to;
}

/* --- do the files agree? ----------------------------------------------------------------------------------------- */

static bool check_samples(const as_folder_contents *f, as_err *err)
{
    for (size_t i = 0; i < f->sample_count; i++) {
        const as_sample *s = &f->samples[i];
        const char *wrong = !s->case_ || !as_evidence_find(f, s->case_)    ? "a case that summary.csv does not hold"
                            : s->process == AS_NO_COUNT                    ? "no process"
                            : s->batch == AS_NO_COUNT                      ? "no batch"
                            : s->calls == AS_NO_COUNT || !s->calls         ? "no calls"
                            : !(s->wall_ns > 0 && isfinite(s->wall_ns))    ? "no time above 0"
                            : s->speed_index <= 0 || isinf(s->speed_index) ? "an absurd speed index"
                                                                           : NULL;
        if (wrong)
            return as_fail(err, AS_EXIT_USAGE,
                           "%s/samples.csv:%zu: %s: was it edited, cut short, or made by another version?", f->dir,
                           i + 2, wrong);
    }
    return true;
}

static bool check_cases(const as_folder_contents *f, as_err *err)
{
    for (size_t i = 0; i < f->summary_count; i++) {
        const char *name = f->summary[i].case_;
        if (!name)
            return as_fail(err, AS_EXIT_USAGE, "%s/summary.csv:%zu: a case without its key", f->dir, i + 2);
        if (as_evidence_find(f, name) != &f->summary[i])
            return as_fail(err, AS_EXIT_USAGE, "%s/summary.csv:%zu: the case '%s' stands there twice", f->dir, i + 2,
                           name);
    }
    return true;
}

/* The median over processes of each one's median time per call, as summary.csv has it; `room` for twice the samples. */
static double median_of(const as_folder_contents *f, size_t from, size_t to, double *room, size_t *processes)
{
    double *medians = room + (to - from);
    size_t n = 0;
    *processes = 0;
    for (size_t i = from; i < to; i++) {
        room[n++] = f->samples[i].wall_ns / (double)f->samples[i].calls;
        if (i + 1 < to && f->samples[i + 1].process == f->samples[i].process)
            continue;
        medians[(*processes)++] = as_median(room, n);
        n = 0;
    }
    return as_median(medians, *processes);
}

/* `samples` are sorted. */
static bool check_sums(const as_folder_contents *f, as_arena *arena, as_err *err)
{
    double *room = as_arena_alloc(arena, (2 * f->sample_count + 1) * sizeof *room);
    for (size_t i = 1; i < f->sample_count; i++)
        if (by_case(&f->samples[i - 1], &f->samples[i]) == 0)
            return as_fail(err, AS_EXIT_USAGE, "%s/samples.csv: a sample of '%s' stands there twice: was it edited?",
                           f->dir, f->samples[i].case_);
    for (size_t i = 0; i < f->summary_count; i++) {
        const as_summary *c = &f->summary[i];
        size_t from, processes, to = as_evidence_samples(f, c->case_, &from);
        const double now = median_of(f, from, to, room, &processes), then = c->median_ns;
        const size_t n = c->n == AS_NO_COUNT ? 0 : c->n;
        const bool agree = n == to - from && (n == 0 || (c->processes == processes && fabs(now - then) <= 1e-8 * now));
        if (!agree)
            return as_fail(err, AS_EXIT_USAGE,
                           "%s: '%s' has %zu samples with a median of %.9g ns, summary.csv says %zu and %.9g: "
                           "a file was edited or cut short; `attnscope fit` makes the summary of what is there",
                           f->dir, c->case_, to - from, now, n, then);
    }
    return true;
}

bool as_evidence_read(const char *dir, as_arena *arena, as_folder_contents *f, as_err *err)
{
    *f = as_folder_open(dir, arena);
    if (!as_dir_has(dir, as_sample_schema.file))
        return as_fail(err, AS_EXIT_USAGE, "%s: not a result folder: no samples.csv in it", dir);
    if (!as_dir_has(dir, as_summary_schema.file))
        return as_fail(err, AS_EXIT_USAGE,
                       "%s: no summary.csv, its run did not end: go on with 'attnscope run --resume', or "
                       "'attnscope fit' what is there",
                       dir);
    if (!as_folder_read(f, AS_FOLDER_SUMMARY | AS_FOLDER_SAMPLES, AS_FOLDER_MACHINE, err))
        return false;
    if (!check_cases(f, err) || !check_samples(f, err))
        return false;
    if (f->sample_count)
        qsort(f->samples, f->sample_count, sizeof *f->samples, by_case);
    return check_sums(f, arena, err);
}
