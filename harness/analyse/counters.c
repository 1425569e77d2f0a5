/* counters.c: what the counters say of a case: each event per call, the median over all batches that counted it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A row of counters.csv is a count over a whole batch; how many calls that was stands in samples.csv, in the row of the
 * same process and batch. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "case_index.h"
#include "stages.h"
#include "../stats/order.h"

typedef struct {
    const char *event;
    size_t owner; /* its case */
    double value; /* per call */
} count;

static int by_event_case_value(const void *a, const void *b)
{
    const count *p = a, *q = b;
    const int event = strcmp(p->event, q->event);
    if (event || p->owner != q->owner)
        return event ? event : p->owner < q->owner ? -1 : 1;
    return (p->value > q->value) - (p->value < q->value);
}

static uint64_t calls_of(const as_sample_list *list, uint64_t process, uint64_t batch)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->of[i]->process == process && list->of[i]->batch == batch)
            return list->of[i]->calls;
    return 0;
}

/* The rows that hold a count above 0; of a batch that is in samples.csv. */
static bool list_counts(const char *dir, const as_counter *rows, size_t row_count, as_known *known,
                        const as_sample_list *lists, count *out, size_t *taken, as_err *err)
{
    for (size_t i = 0; i < row_count; i++) {
        const as_counter *r = &rows[i];
        const size_t owner = as_known_find(known, r->case_);
        if (owner == AS_UNKNOWN)
            return as_fail(err, AS_EXIT_USAGE, "%s/counters.csv:%zu: case '%s' is not in cases.csv", dir, i + 2,
                           r->case_ ? r->case_ : "");
        if (!r->event || !r->status || strcmp(r->status, "ok") || !(r->value > 0) || !isfinite(r->value))
            continue;
        const uint64_t calls = calls_of(&lists[owner], r->process, r->batch);
        if (calls)
            out[(*taken)++] = (count){r->event, owner, r->value / (double)calls};
    }
    return true;
}

/* Sorted counts become an event each, with a value for each case: the median. */
static void add_events(as_findings *f, const count *counts, size_t taken, as_arena *arena)
{
    double *room = as_arena_alloc(arena, (taken + 1) * sizeof *room);
    size_t cap = 0;
    for (size_t i = 0, end; i < taken; i = end) {
        if (i == 0 || strcmp(counts[i].event, counts[i - 1].event)) {
            f->counted = as_arena_grow(arena, f->counted, &cap, f->counted_count, sizeof *f->counted);
            f->counted[f->counted_count++] =
                (as_counted){counts[i].event, as_arena_alloc(arena, (f->case_count + 1) * sizeof(double))};
        }
        for (end = i;
             end < taken && counts[end].owner == counts[i].owner && !strcmp(counts[end].event, counts[i].event); end++)
            room[end - i] = counts[end].value;
        f->counted[f->counted_count - 1].per_call[counts[i].owner] = as_stats_median(room, end - i);
    }
}

bool as_events_make(const as_folder_contents *folder, as_findings *f, const as_sample_list *lists, as_err *err)
{
    as_arena *arena = folder->arena;
    size_t taken = 0;
    as_known *known = as_known_create(folder->dir, f, arena, err);
    count *counts = as_arena_alloc(arena, (folder->counter_count + 1) * sizeof *counts);
    const bool ok =
        known && list_counts(folder->dir, folder->counters, folder->counter_count, known, lists, counts, &taken, err);
    as_known_free(known);
    qsort(counts, taken, sizeof *counts, by_event_case_value);
    add_events(f, counts, taken, arena);
    return ok;
}
