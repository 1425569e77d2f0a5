/* blockrandom.c: random whose grain is a block of b tokens: each block of queries sees r distinct blocks drawn from the
 * first up to its own (all of them where there are fewer), each up to the query.
 *
 * sides=both (Zaheer et al., BigBird, 2020): r distinct blocks of all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../draw.h"
#include "blocks.h"

enum { B, R, SEED, SIDES };

static size_t blockrandom_runs_max(const as_args *args, size_t context)
{
    return as_min(args->value[R].count, as_block_count(context, args->value[B].count));
}

static size_t blockrandom_row(const as_args *args, as_at at, as_run *runs)
{
    const size_t b = args->value[B].count, end = as_block_end(at, as_both(args, SIDES));
    const size_t drawn =
        as_draw_distinct(args->value[SEED].count, at.position / b, as_block_count(end, b), args->value[R].count, runs);
    size_t n = 0;
    for (size_t i = 0; i < drawn; i++) /* in place: runs become keys one by one */
        n = as_push_blocks(runs, n, b, runs[i].first, runs[i].count, end);
    return n;
}

/* Blocks of one token are random tokens. */
static bool blockrandom_expand(const as_args *args, char *out, size_t cap)
{
    const unsigned long long r = args->value[R].count, seed = args->value[SEED].count;
    if (args->value[B].count > 1)
        return true;
    return (size_t)snprintf(out, cap, "random:r=%llu,seed=%llu%s", r, seed, as_both(args, SIDES) ? ",sides=both" : "") <
           cap;
}

const as_term as_term_blockrandom = {
    .name = "blockrandom",
    .example = "blockrandom:b=64,r=3,seed=1",
    .help = "r random blocks of b tokens up to the query's own",
    .params = {{.key = "b", .kind = AS_PARAM_COUNT, .min = 1},
               {.key = "r", .kind = AS_PARAM_COUNT, .min = 1},
               {.key = "seed", .kind = AS_PARAM_COUNT, .optional = true},
               AS_PARAM_SIDES},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS,
    .runs_max = blockrandom_runs_max,
    .row = blockrandom_row,
    .expand = blockrandom_expand,
};
