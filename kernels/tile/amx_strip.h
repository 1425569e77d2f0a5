/* amx_strip.h: what amx_attend.h has at hand for one strip of up to 32 rows and one panel of TILE_KC keys, and where
 * its operands lie. Part of attend.c. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_AMX_STRIP_H
#define AS_TILE_AMX_STRIP_H

#include "ahead.h"
#include "amx_pack.h"
#include "amx_weights.h"

_Static_assert(TILE_NR == AMX_BLOCK && TILE_PANELS <= AMX_BLOCKS, "a panel of seen.h is a block of keys here");

/* One strip and one panel of keys. */
typedef struct {
    const tile_plan *plan;
    const tile_bench *w;
    float *packed;
    tile_ahead *ahead;
    amx_sums *waiting;
    size_t slot, row, rows; /* where its operands lie; the first of its rows in the query block */
    size_t steps;           /* of depth */
    const float *queries;   /* left tiles: packed, or where they lie; see amx_product */
    size_t query_step, query_below, query_line;
    size_t from;                     /* first key of the panel */
    bool from_new;                   /* the strip has seen no panel before */
    size_t first;                    /* room of the scores of block 0: block j has room (first + j) % 2 */
    size_t scored;                   /* blocks whose scores were multiplied while the strip before was worked on */
    size_t blocks;                   /* that some row sees */
    unsigned char block[AMX_BLOCKS]; /* their numbers in the panel */
    bool open[AMX_BLOCKS];           /* every row sees all keys */
    amx_soft soft;
} amx_strip;

static inline float *amx_queries_at(const tile_plan *plan, const tile_bench *w, size_t slot)
{
    return w->q + slot * AMX_BLOCK * plan->d_cells;
}

/* Tiles (rows 0.. and 16.., columns) of a strip's outputs. */
static inline float *amx_out_at(const tile_plan *plan, const tile_bench *w, size_t slot)
{
    return w->out + slot * AMX_BLOCK * plan->d_room;
}

/* Columns [16 i, 16 i + 16) of row `row` of a strip's outputs. */
static inline float *amx_out_row(const tile_plan *plan, const tile_bench *w, size_t slot, size_t row, size_t i)
{
    return amx_out_at(plan, w, slot) + (row / AMX_SIDE * (plan->d_room / AMX_SIDE) + i) * AMX_TILE +
           row % AMX_SIDE * AMX_SIDE;
}

static inline float *amx_scores_at(const amx_strip *a, size_t j)
{
    return a->w->score + (a->first + j) % 2 * 4 * AMX_TILE;
}

static inline amx_product amx_product_of_scores(const amx_strip *a, size_t j)
{
    return (amx_product){
        .left = a->queries,
        .right = amx_keys_at(a->plan, a->packed, a->from / AMX_BLOCK + a->block[j]),
        .left_step = a->query_step,
        .left_below = a->query_below,
        .left_line = a->query_line,
        .right_step = AMX_TILE,
        .right_beside = a->steps * AMX_TILE,
        .sums = {amx_scores_at(a, j), 2 * AMX_TILE, a->rows > AMX_SIDE},
        .fresh = true,
    };
}

#endif
