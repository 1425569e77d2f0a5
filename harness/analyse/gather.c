/* gather.c: samples find their cases, and the batches of a process become one replicate. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "case_index.h"
#include "stages.h"
#include "../stats/order.h"

static bool check(const char *dir, const as_sample *s, size_t line, as_err *err)
{
    if (s->process == AS_NO_COUNT)
        return as_fail(err, AS_EXIT_USAGE, "%s/samples.csv:%zu: the column process is empty", dir, line);
    if (s->calls == AS_NO_COUNT || s->calls == 0)
        return as_fail(err, AS_EXIT_USAGE, "%s/samples.csv:%zu: calls must be 1 or more", dir, line);
    if (!isnan(s->wall_ns) && !(s->wall_ns > 0 && isfinite(s->wall_ns)))
        return as_fail(err, AS_EXIT_USAGE, "%s/samples.csv:%zu: wall_ns must be a time above 0", dir, line);
    if (!isnan(s->cpu_ns) && !(s->cpu_ns >= 0 && isfinite(s->cpu_ns)))
        return as_fail(err, AS_EXIT_USAGE, "%s/samples.csv:%zu: cpu_ns must be a time, not below 0", dir, line);
    return true;
}

static int by_process(const void *a, const void *b)
{
    const as_sample *p = *(const as_sample *const *)a, *q = *(const as_sample *const *)b;
    if (p->process != q->process)
        return p->process < q->process ? -1 : 1;
    return p < q ? -1 : p > q;
}

bool as_samples_gather(const char *dir, as_findings *f, as_arena *arena, as_sample_list **lists, as_err *err)
{
    as_known *known = as_known_create(dir, f, arena, err);
    size_t *owner = as_arena_alloc(arena, (f->sample_count + 1) * sizeof *owner);
    as_sample_list *list = as_arena_alloc(arena, (f->case_count + 1) * sizeof *list);
    const as_sample **all = as_arena_alloc(arena, (f->sample_count + 1) * sizeof *all);
    bool ok = known != NULL;
    for (size_t i = 0; ok && i < f->sample_count; i++) {
        const as_sample *s = &f->samples[i];
        owner[i] = as_known_find(known, s->case_);
        if (owner[i] == AS_UNKNOWN)
            ok = as_fail(err, AS_EXIT_USAGE, "%s/samples.csv:%zu: case '%s' is not in cases.csv", dir, i + 2,
                         s->case_ ? s->case_ : "");
        else
            ok = check(dir, s, i + 2, err);
        if (!ok)
            break;
        list[owner[i]].count += !isnan(s->wall_ns);
    }
    as_known_free(known);
    if (!ok)
        return false;

    for (size_t c = 0; c < f->case_count; c++) {
        list[c].of = all;
        all += list[c].count;
        list[c].count = 0;
    }
    for (size_t i = 0; i < f->sample_count; i++)
        if (!isnan(f->samples[i].wall_ns))
            list[owner[i]].of[list[owner[i]].count++] = &f->samples[i];
    for (size_t c = 0; c < f->case_count; c++)
        qsort(list[c].of, list[c].count, sizeof *list[c].of, by_process);
    *lists = list;
    return true;
}

/* The batches [from, to) of one process. */
static as_replicate replicate(const as_sample_list *list, size_t from, size_t to, double *room)
{
    as_replicate r = {0};
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        room[n++] = list->of[i]->wall_ns / (double)list->of[i]->calls;
        r.calls += list->of[i]->calls;
    }
    r.wall_ns = as_median(room, n);
    n = 0;
    for (size_t i = from; i < to; i++)
        if (!isnan(list->of[i]->cpu_ns))
            room[n++] = list->of[i]->cpu_ns / (double)list->of[i]->calls;
    r.cpu_ns = as_median(room, n);
    return r;
}

size_t as_samples_process_end(const as_sample_list *list, size_t from)
{
    size_t to = from;
    while (to < list->count && list->of[to]->process == list->of[from]->process)
        to++;
    return to;
}

void as_replicates_make(as_findings *f, const as_sample_list *lists, as_arena *arena)
{
    double *room = as_arena_alloc(arena, (f->sample_count + 1) * sizeof *room);
    f->replicates = as_arena_alloc(arena, (f->case_count + 1) * sizeof *f->replicates);
    for (size_t c = 0; c < f->case_count; c++) {
        as_replicates *r = &f->replicates[c];
        size_t processes = 0;
        for (size_t i = 0; i < lists[c].count; i = as_samples_process_end(&lists[c], i))
            processes++;
        r->of = as_arena_alloc(arena, (processes + 1) * sizeof *r->of);
        for (size_t i = 0, to; i < lists[c].count; i = to) {
            to = as_samples_process_end(&lists[c], i);
            r->of[r->count++] = replicate(&lists[c], i, to, room);
        }
    }
}
