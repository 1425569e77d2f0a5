/* amx_bench.h: how a thread of amx_attend.h lays out its bench. Part of plan.h. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_AMX_BENCH_H
#define AS_TILE_AMX_BENCH_H

#define AMX_BLOCKS (TILE_KC / 32) /* blocks of 32 keys in a panel */

static inline size_t tile_row_bytes(const tile_plan *plan)
{
    return (plan->d_cells + plan->d_room + 2 + VF_N) * sizeof(float) + plan->runs_max * sizeof(as_run) +
           4 * sizeof(size_t);
}

/* Strips of a query block: more than its rows fill where strips end with stretches of rows that are alike. */
static inline size_t tile_strips(const tile_plan *plan)
{
    const size_t alike = plan->job->alike;
    return plan->queries / 32 + (alike > 32 ? plan->queries / alike + 2 : 0);
}

/* Lays the bench out from `memory` on and returns its bytes; with NULL it only counts them. */
static inline size_t tile_bench_lay(const tile_plan *plan, char *memory, tile_bench *w)
{
    const size_t strips = tile_strips(plan), queries = plan->queries, rows = strips * 32;
    const struct {
        void *at; /* the member */
        size_t bytes;
    } part[] = {
        {&w->score, 2 * 4 * 256 * sizeof(float)},
        {&w->weights, AMX_BLOCKS * 2 * 256 * sizeof(float)},
        {&w->panel_sum, 32 * VF_N * sizeof(float)},
        {&w->q, rows * plan->d_cells * sizeof(float)},
        {&w->out, rows * plan->d_room * sizeof(float)},
        {&w->sum, rows * VF_N * sizeof(float)},
        {&w->reference, rows * sizeof(float)},
        {&w->max, queries * sizeof(float)},
        {&w->runs, queries * plan->runs_max * sizeof(as_run)},
        {&w->count, queries * sizeof(size_t)},
        {&w->end, queries * sizeof(size_t)},
        {&w->next, queries * sizeof(size_t)},
        {&w->alike, queries * sizeof(size_t)},
        {&w->span, strips * sizeof(amx_span)},
        {&w->fresh, strips * sizeof(bool)},
        {&w->without, strips * sizeof(bool)},
    };
    size_t bytes = 0;
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        char *const start = memory ? memory + bytes : NULL;
        memcpy(part[i].at, &start, sizeof start);
        bytes += tile_up(part[i].bytes, TILE_LINE);
    }
    return bytes;
}

static inline tile_bench tile_bench_at(const tile_plan *plan, void *memory)
{
    tile_bench w;
    tile_bench_lay(plan, memory, &w);
    return w;
}

static inline size_t tile_thread_bytes(const tile_plan *plan)
{
    tile_bench w;
    return tile_bench_lay(plan, NULL, &w);
}

#endif
