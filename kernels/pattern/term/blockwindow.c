/* blockwindow.c: a window whose grain is a block of b tokens: the query's own block up to the query and the w-1 blocks
 * before it.
 *
 * sides=both (Zaheer et al., BigBird, 2020): the own block and (w-1)/2 blocks on each side; w is odd. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "blocks.h"

enum { B, W, SIDES };

static bool blockwindow_check(const as_args *args, char *why, size_t cap)
{
    if (!as_both(args, SIDES) || args->value[W].count % 2)
        return true;
    snprintf(why, cap, "with sides=both w is odd: the own block and (w-1)/2 on each side");
    return false;
}

static size_t blockwindow_row(const as_args *args, as_at at, as_run *runs)
{
    const size_t b = args->value[B].count, w = args->value[W].count, own = at.position / b;
    const size_t before = as_min(as_both(args, SIDES) ? w / 2 : w - 1, own), after = as_both(args, SIDES) ? w / 2 : 0;
    return as_push_blocks(runs, 0, b, own - before, before + 1 + after, as_block_end(at, as_both(args, SIDES)));
}

static size_t visit(const as_args *args, as_at at, bool *own)
{
    as_run run;
    *own = true;
    return blockwindow_row(args, at, &run) ? run.count : 0;
}

static uint64_t blockwindow_edges(const as_args *args, size_t head, size_t from, size_t context)
{
    (void)head;
    return as_block_edges(args, args->value[B].count, as_both(args, SIDES), from, context, visit);
}

/* Blocks of one token are a window; one block is the diagonal alone. */
static bool blockwindow_expand(const as_args *args, char *out, size_t cap)
{
    const unsigned long long b = args->value[B].count, w = args->value[W].count;
    const char *sides = as_both(args, SIDES) ? ",sides=both" : "";
    int n = 0;
    if (b == 1)
        n = snprintf(out, cap, "window:w=%llu%s", w, sides);
    else if (w == 1)
        n = snprintf(out, cap, "block:b=%llu,density=0%s", b, sides);
    return (size_t)n < cap;
}

const as_term as_term_blockwindow = {
    .name = "blockwindow",
    .example = "blockwindow:b=64,w=3",
    .help = "the last w blocks of b tokens, the query's own included",
    .params = {{.key = "b", .kind = AS_PARAM_COUNT, .min = 1},
               {.key = "w", .kind = AS_PARAM_COUNT, .min = 1},
               AS_PARAM_SIDES},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS,
    .check = blockwindow_check,
    .row = blockwindow_row,
    .edges = blockwindow_edges,
    .expand = blockwindow_expand,
};
