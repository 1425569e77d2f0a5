/* attend.c: the work of attend.h: keys packed once, query blocks walked strip by strip, on one thread or on several.
 * SPDX-License-Identifier: Apache-2.0 */
#include "attend.h"

#include <omp.h>

#if defined AS_ISA_amx
#include "amx_attend.h"
#else
#include "strips.h"
#endif

size_t tile_workspace(const tile_job *job)
{
    const tile_plan plan = tile_plan_make(job);
    size_t packed = as_product(plan.in_flight, plan.S_room, plan.d_cells + plan.d_room, sizeof(float));
    size_t threads = as_product((size_t)job->problem->threads, plan.thread_bytes, 1, 1), all;
    if (packed == SIZE_MAX || threads == SIZE_MAX || __builtin_add_overflow(tile_up(packed, 64), threads, &all))
        return SIZE_MAX;
    return all;
}

/* One thread: unit by unit, keys packed as the query blocks come to them. */
static void tile_attend_alone(const tile_plan *plan, float *packed, void *memory)
{
    const tile_job *job = plan->job;
    const tile_bench w = tile_bench_at(plan, memory);
    tile_engine_begin();
    for (size_t unit = 0; unit < job->units; unit++) {
        size_t ready = 0;
        for (size_t block = 0; block < plan->blocks; block++)
            for (size_t member = 0; member < job->members; member++) {
                const tile_view view = job->view(job, unit, member);
                tile_query_block(plan, &w, &view, packed, block, &ready);
            }
    }
    tile_engine_end();
}

/* More threads: as many units at a time as keep them busy, packed by all, then shared out block by block. */
static void tile_attend_together(const tile_plan *plan, float *packed, char *memory)
{
    const tile_job *job = plan->job;
    const size_t panels = plan->S_room / TILE_NR;
#pragma omp parallel num_threads(job->problem->threads)
    {
        const tile_bench w = tile_bench_at(plan, memory + (size_t)omp_get_thread_num() * plan->thread_bytes);
        tile_engine_begin();
        for (size_t first = 0; first < job->units; first += plan->in_flight) {
            const size_t units = job->units - first < plan->in_flight ? job->units - first : plan->in_flight;
#pragma omp for schedule(static)
            for (size_t i = 0; i < units * panels; i++) {
                const tile_view view = job->view(job, first + i / panels, 0);
                tile_pack_panel(plan, &view, packed + i / panels * plan->pack_floats, i % panels);
            }
            /* the last query blocks first: under a causal pattern they are the longest */
#pragma omp for schedule(dynamic, 1)
            for (size_t i = 0; i < units * job->members * plan->blocks; i++) {
                const size_t block = plan->blocks - 1 - i / (units * job->members), j = i % (units * job->members);
                const tile_view view = job->view(job, first + j / job->members, j % job->members);
                tile_query_block(plan, &w, &view, packed + j / job->members * plan->pack_floats, block, NULL);
            }
        }
        tile_engine_end();
    }
}

void tile_attend(const tile_job *job, void *workspace)
{
    const tile_plan plan = tile_plan_make(job);
    float *packed = workspace;
    char *threads = (char *)workspace + tile_up(plan.in_flight * plan.pack_floats * sizeof(float), 64);
    if (job->problem->threads == 1)
        tile_attend_alone(&plan, packed, threads);
    else
        tile_attend_together(&plan, packed, threads);
}
