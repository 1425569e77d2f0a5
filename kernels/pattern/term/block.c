/* block.c: the diagonal blocks, and every earlier block with the given chance: block (i,j), j < i, is there when its
 * draw from (seed, i, j) is below `density`. The query's own block is seen up to the query.
 *
 * sides=both: own blocks whole, and every block (i,j), j != i, drawn. Density counts off-diagonal blocks only. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../draw.h"
#include "blocks.h"

enum { B, DENSITY, SEED, SIDES };

static bool block_check(const as_args *args, char *why, size_t cap)
{
    if (args->value[DENSITY].real >= 0 && args->value[DENSITY].real <= 1)
        return true;
    snprintf(why, cap, "density is a share from 0 to 1");
    return false;
}

/* 53 bits of the draw against the density, exactly. */
static bool drawn(const as_args *args, size_t i, size_t j)
{
    return (double)(as_draw(args->value[SEED].count, i, j) >> 11) < args->value[DENSITY].real * 0x1p53;
}

static size_t block_runs_max(const as_args *args, size_t context)
{
    return as_block_count(context, args->value[B].count) / 2 + 1; /* every other block */
}

static size_t block_row(const as_args *args, as_at at, as_run *runs)
{
    const size_t b = args->value[B].count, own = at.position / b, end = as_block_end(at, as_both(args, SIDES));
    const size_t blocks = as_block_count(end, b);
    size_t n = 0;
    for (size_t j = 0; j < blocks; j++)
        if (j == own || drawn(args, own, j))
            n = as_push_blocks(runs, n, b, j, 1, end);
    return n;
}

static size_t block_alike(const as_args *args) { return as_both(args, SIDES) ? 1 : args->value[B].count; }

static size_t visit(const as_args *args, as_at at, bool *own)
{
    const size_t b = args->value[B].count, i = at.position / b, end = as_block_end(at, as_both(args, SIDES));
    const size_t blocks = as_block_count(end, b);
    size_t sum = 0;
    for (size_t j = 0; j < blocks; j++)
        if (j == i || drawn(args, i, j))
            sum += as_min(b, end - j * b);
    *own = true;
    return sum;
}

static uint64_t block_edges(const as_args *args, size_t head, size_t from, size_t context)
{
    (void)head;
    return as_block_edges(args, args->value[B].count, as_both(args, SIDES), from, context, visit);
}

/* Density 1 leaves nothing out; density 0 draws nothing, whatever the seed; blocks of 1 alone are the query. */
static bool block_expand(const as_args *args, char *out, size_t cap)
{
    const double density = args->value[DENSITY].real;
    const unsigned long long b = args->value[B].count;
    int n = 0;
    if (density == 1)
        n = snprintf(out, cap, as_both(args, SIDES) ? "full" : "causal");
    else if (density == 0 && b == 1)
        n = snprintf(out, cap, "window:w=1");
    else if (density == 0 && args->value[SEED].count)
        n = snprintf(out, cap, "block:b=%llu,density=0%s", b, as_both(args, SIDES) ? ",sides=both" : "");
    return (size_t)n < cap;
}

const as_term as_term_block = {
    .name = "block",
    .example = "block:b=64,density=0.1,seed=1",
    .help = "the own block of b, and earlier blocks at random with the given density",
    .params = {{.key = "b", .kind = AS_PARAM_COUNT, .min = 1},
               {.key = "density", .kind = AS_PARAM_REAL},
               {.key = "seed", .kind = AS_PARAM_COUNT, .optional = true},
               AS_PARAM_SIDES},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS,
    .check = block_check,
    .runs_max = block_runs_max,
    .row = block_row,
    .alike = block_alike,
    .edges = block_edges,
    .expand = block_expand,
};
