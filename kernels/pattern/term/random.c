/* random.c: min(r,t) distinct tokens of 1..t, every subset as likely, the same on every machine for a seed.
 *
 * sides=both: min(r,S) distinct tokens of 1..S; a row then depends on S. Each row is drawn by itself, so the mask is
 * not symmetric (nor is BigBird's), and the query need not be among its own keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../draw.h"

static size_t random_runs_max(const as_args *args, size_t context) { return as_min(args->value[0].count, context); }

static size_t random_row(const as_args *args, as_at at, as_run *runs)
{
    const size_t among = as_both(args, 2) ? at.context : at.position + 1;
    return as_draw_distinct(args->value[1].count, at.position, among, args->value[0].count, runs);
}

/* sum of min(r,t) */
static uint64_t random_edges(const as_args *args, size_t head, size_t from, size_t context)
{
    (void)head;
    const uint64_t r = as_min(args->value[0].count, context), low = as_min(r, from);
    if (as_both(args, 2))
        return r * (context - from);
    return as_triangle(r) + (context - r) * r - as_triangle(low) - (from - low) * r;
}

const as_term as_term_random = {
    .name = "random",
    .example = "random:r=64,seed=1",
    .help = "r random tokens up to the query, the same on every machine for a seed",
    .params = {{.key = "r", .kind = AS_PARAM_COUNT, .min = 1},
               {.key = "seed", .kind = AS_PARAM_COUNT, .optional = true},
               AS_PARAM_SIDES},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS,
    .runs_max = random_runs_max,
    .row = random_row,
    .edges = random_edges,
};
