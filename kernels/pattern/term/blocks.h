/* blocks.h: what the terms that work in blocks of b tokens share: runs of blocks turned into runs of keys, and edges
 * counted block by block, since the rows of a block name the same blocks.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BLOCKS_H
#define AS_BLOCKS_H

#include "../term.h"

static inline size_t as_block_count(size_t context, size_t b) { return context / b + (context % b != 0); }

/* How many keys a row may see at most from the front: up to the query, or all. */
static inline size_t as_block_end(as_at at, bool both) { return both ? at.context : at.position + 1; }

/* Appends blocks first..first+count-1, cut off at `end`. first*b < end. */
static inline size_t as_push_blocks(as_run *runs, size_t n, size_t b, size_t first, size_t count, size_t end)
{
    const size_t left = end - first * b; /* count*b may overflow, left/b does not */
    return as_push(runs, n, first * b, count > left / b ? left : count * b);
}

/* Sum of |N(i)| over positions from..context-1. All rows of a block see the same keys before their block; in their own
 * block row i sees i+1-start (causal), or the same as the others (both). One row per block is asked for: the last. */
static inline uint64_t as_block_edges(const as_args *args, size_t b, bool both, size_t from, size_t context,
                                      size_t (*visit)(const as_args *args, as_at at, bool *own))
{
    uint64_t sum = 0;
    for (size_t first = from; first < context;) {
        const size_t start = first - first % b, end = context - start > b ? start + b : context;
        bool own = false;
        const uint64_t rows = end - first, keys = visit(args, (as_at){0, end - 1, context}, &own);
        sum += rows * keys;
        if (own && !both) /* the last row's own part is end-start; the others lack 1, 2, ... */
            sum -= as_triangle(rows - 1);
        first = end;
    }
    return sum;
}

#endif
