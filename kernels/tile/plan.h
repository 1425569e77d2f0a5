/* plan.h: the sizes that follow from a job, and what a thread has on its bench while it works. Part of attend.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_PLAN_H
#define AS_TILE_PLAN_H

#include "attend.h"
#include "format.h"

#define TILE_QUERIES_MAX 512
#define TILE_LINE 64 /* bytes of a cache line */

/* Sizes that follow from a job. */
typedef struct {
    const tile_job *job;
    const tile_format *format;
    size_t d, bytes;  /* of one element */
    size_t S_room;    /* keys, rounded up to whole panels */
    size_t d_room;    /* d, rounded up to whole vectors, or tiles */
    size_t d_cells;   /* cells of d */
    size_t chunks;    /* of TILE_KC cells that d takes */
    size_t queries;   /* rows of a query block */
    size_t blocks;    /* query blocks of the longest view */
    size_t in_flight; /* units packed at a time */
    size_t runs_max;
    size_t asks;        /* how often a strip asks for what is read next, in a block of keys: ahead.h */
    size_t pack_floats; /* of one unit */
    size_t thread_bytes;
} tile_plan;

/* Which keys the rows of a strip see. All rows see [low, high), by their last runs. If each row has one unbroken run
 * (plain), no row sees a key outside of [first, end). */
typedef struct {
    size_t first, low, high, end;
    bool plain;
} amx_span;

/* What a thread works with: one query block of one head. Of amx_attend.h each strip has room for 32 rows, and queries,
 * outputs, scores and weights are tiles. */
typedef struct {
    float *q;   /* (chunks, queries, TILE_STRIDE) cells, times scale and log2 e; tiles as they are */
    float *out; /* (queries, d_room) */
    float
        *max; /* (queries); for amx_attend.h what weights are relative to, -infinity where a row has seen nothing yet */
    float *sum;    /* (queries, VF_N) */
    float *score;  /* (TILE_STRIP_MAX, TILE_STRIDE): scores, then weights in cells; (2, 4 tiles) scores of two blocks of
                      keys */
    as_run *runs;  /* (queries, runs_max) */
    size_t *count; /* runs of each row */
    size_t *end;   /* behind the last key that a row sees */
    size_t *next;  /* the first run that is not wholly behind */
    size_t *alike; /* rows just before that see the same, but for the end of the last run */
    /* of amx_attend.h alone */
    float *panel_sum; /* (32, VF_N): of the panel that is worked on */
    float *weights;   /* (AMX_BLOCKS, 2 tiles) */
    float *reference; /* (strips, 32): minus max, 0 where a row has none */
    amx_span *span;   /* (strips) */
    bool *fresh;      /* (strips): nothing is in out yet */
    bool *without;    /* (strips): some row may have no max yet */
} tile_bench;

#if defined AS_ISA_amx
#include "amx_bench.h"
#else

static inline tile_bench tile_bench_at(const tile_plan *plan, void *memory)
{
    tile_bench w = {0}; /* vectors first, so that they lie as the workspace is aligned */
    w.q = memory;
    w.score = w.q + plan->chunks * plan->queries * TILE_STRIDE;
    w.out = w.score + TILE_STRIP_MAX * TILE_STRIDE;
    w.sum = w.out + plan->queries * plan->d_room;
    w.runs = (as_run *)(void *)(w.sum + plan->queries * VF_N);
    w.count = (size_t *)(w.runs + plan->queries * plan->runs_max);
    w.end = w.count + plan->queries;
    w.next = w.end + plan->queries;
    w.alike = w.next + plan->queries;
    w.max = (float *)(w.alike + plan->queries);
    return w;
}

static inline size_t tile_row_bytes(const tile_plan *plan)
{
    return (plan->chunks * TILE_STRIDE + plan->d_room + 1 + VF_N) * sizeof(float) + plan->runs_max * sizeof(as_run) +
           4 * sizeof(size_t);
}

static inline size_t tile_thread_bytes(const tile_plan *plan)
{
    return tile_up(plan->queries * tile_row_bytes(plan) + TILE_STRIP_MAX * TILE_STRIDE * sizeof(float), TILE_LINE);
}

#endif

/* Whole strips. Packed keys and values are read once for each query block, from L3 when a head's are many, so a block
 * is large: its rows take a quarter of L2, beside the keys and values of one key block. Threads need blocks to share
 * out. */
static inline size_t tile_queries(const tile_plan *plan)
{
    const as_problem *p = plan->job->problem;
    const size_t strip = plan->format->strip, least = 8 * TILE_MR, threads = (size_t)p->threads;
    size_t rows = p->cache_bytes[1] / 4 / tile_row_bytes(plan);
    const size_t share = plan->job->units * plan->job->members * plan->job->length_max / (8 * threads);
    if (threads > 1 && rows > share)
        rows = share;
    rows = rows < TILE_QUERIES_MAX ? rows : TILE_QUERIES_MAX;
    const size_t alike = plan->job->alike; /* a block that ends within a stretch of these would end in a short strip */
    return tile_up(rows > least ? rows : least, alike > strip && alike <= TILE_QUERIES_MAX ? alike : strip);
}

static inline tile_plan tile_plan_make(const tile_job *job)
{
    const as_problem *p = job->problem;
    const tile_format *format = tile_format_for(p->dtype);
#if defined AS_ISA_amx
    const size_t d_cells = tile_up(p->head_dim, 32) / 2, d_room = tile_up(p->head_dim, 32), asks = TILE_PANELS;
#else
    const size_t d_cells = (p->head_dim + format->per_cell - 1) / format->per_cell;
    const size_t d_room = tile_up(p->head_dim, VF_N);
    const size_t asks = TILE_PANELS + format->strip + (p->head_dim + TILE_NR - 1) / TILE_NR;
#endif
    tile_plan plan = {
        .job = job,
        .format = format,
        .d = p->head_dim,
        .bytes = p->dtype == AS_F32 ? 4 : 2,
        .S_room = tile_up(job->context_max, TILE_NR),
        .d_room = d_room,
        .d_cells = d_cells,
        .chunks = (d_cells + TILE_KC - 1) / TILE_KC,
        .in_flight = 1,
        .runs_max = job->runs_max,
        .asks = asks,
    };
    plan.queries = tile_queries(&plan);
    plan.blocks = (job->length_max + plan.queries - 1) / plan.queries;
    /* one thread: a unit at a time; more: enough units for four query blocks a thread */
    const size_t wanted = 4 * (size_t)p->threads;
    while (p->threads > 1 && plan.in_flight < job->units && plan.in_flight * job->members * plan.blocks < wanted)
        plan.in_flight++;
    plan.pack_floats = plan.S_room * d_cells + plan.S_room / format->per_cell * plan.d_room;
    plan.thread_bytes = tile_thread_bytes(&plan);
    return plan;
}

#endif
