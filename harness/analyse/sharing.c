/* sharing.c: samples that were taken while another hardware thread used the core, and the median of the others.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A loop of nops next to each sample (issue_index) takes in half as many per ns while a neighbour is busy; the loop of
 * multiply-adds (speed_index), which needs a third of what the core takes in, hardly changes. Both follow the clock. So a
 * sample is shared where the first has fallen further below the run's best than the second. */
#include "stages.h"

#include "stats.h"

#define FALLEN 0.85

typedef struct {
    double issue, speed; /* the run's best; 0: no gauge */
} best;

static best find_best(const as_findings *f)
{
    best b = {0, 0};
    for (size_t i = 0; i < f->sample_count; i++) {
        b.issue = fmax(b.issue, f->samples[i].issue_index);
        b.speed = fmax(b.speed, f->samples[i].speed_index);
    }
    return b;
}

static bool is_shared(const as_sample *s, best b)
{
    const double clock = b.speed > 0 && s->speed_index > 0 ? s->speed_index / b.speed : 1;
    return s->issue_index / b.issue < FALLEN * clock;
}

/* Medians of the processes' samples that are not shared, to `medians`; how many processes have any. */
static size_t processes_alone(const as_sample_list *list, best b, as_summary *row, double *room, double *medians)
{
    size_t count = 0, n = 0;
    for (size_t i = 0; i < list->count; i++) {
        const as_sample *s = list->of[i];
        if (is_shared(s, b))
            row->shared++;
        else
            room[n++] = s->wall_ns / (double)s->calls;
        if (i + 1 < list->count && list->of[i + 1]->process == s->process)
            continue;
        as_stats_sort(room, n);
        if (n)
            medians[count++] = as_stats_median(room, n);
        n = 0;
    }
    return count;
}

void as_sharing_add(as_findings *f, const as_sample_list *lists, as_arena *arena)
{
    const best b = find_best(f);
    double *room = as_arena_alloc(arena, 2 * (f->sample_count + 1) * sizeof *room), *medians = room + f->sample_count + 1;
    for (size_t i = 0; b.issue > 0 && i < f->case_count; i++) {
        as_summary *row = &f->summary[i];
        if (!lists[i].count)
            continue;
        row->shared = 0;
        const size_t count = processes_alone(&lists[i], b, row, room, medians);
        if (!count)
            continue;
        as_stats_sort(medians, count);
        const as_interval interval = as_stats_median_interval(medians, count);
        row->alone_ns = as_stats_median(medians, count);
        row->alone_low_ns = interval.low;
        row->alone_high_ns = interval.high;
    }
}
