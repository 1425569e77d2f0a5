/* full_speed.c: samples that were taken while the core was not all theirs, and the median of the others.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A loop of nops next to each sample (issue_index) runs as fast as a core takes in instructions: half as fast while
 * another hardware thread is busy, and as the clock does. From within a virtual machine nothing else tells. */
#include "stages.h"

#include "../stats/order.h"

#define FULL 0.95 /* of the run's best */

static double find_best(const as_findings *f)
{
    double best = 0;
    for (size_t i = 0; i < f->sample_count; i++)
        best = fmax(best, f->samples[i].issue_index);
    return best;
}

/* Medians of the processes' samples that are not slowed, to `medians`; how many processes have any. */
static size_t processes_at_full(const as_sample_list *list, double best, as_summary *row, double *room, double *medians)
{
    size_t count = 0;
    for (size_t i = 0, end; i < list->count; i = end) {
        size_t n = 0;
        end = as_samples_process_end(list, i);
        for (size_t k = i; k < end; k++) {
            const as_sample *s = list->of[k];
            if (s->issue_index < FULL * best)
                row->slowed++;
            else
                room[n++] = s->wall_ns / (double)s->calls;
        }
        as_stats_sort(room, n);
        if (n)
            medians[count++] = as_stats_median(room, n);
    }
    return count;
}

void as_slowed_add(as_findings *f, const as_sample_list *lists, as_arena *arena)
{
    const double best = find_best(f);
    double *room = as_arena_alloc(arena, 2 * (f->sample_count + 1) * sizeof *room),
           *medians = room + f->sample_count + 1;
    for (size_t i = 0; best > 0 && i < f->case_count; i++) {
        as_summary *row = &f->summary[i];
        if (!lists[i].count)
            continue;
        row->slowed = 0;
        const size_t count = processes_at_full(&lists[i], best, row, room, medians);
        if (!count)
            continue;
        as_stats_sort(medians, count);
        const as_interval interval = as_stats_median_interval(medians, count);
        row->full_ns = as_stats_median(medians, count);
        row->full_low_ns = interval.low;
        row->full_high_ns = interval.high;
    }
}
