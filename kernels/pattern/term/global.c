/* global.c: the first g tokens, seen by all. In a causal net that is all there is to it: a global token sees only what
 * is before it, so global and sink are the same index set and canonical text says sink.
 *
 * sides=both (Longformer, BigBird): rows and columns. The first g tokens see every token and are seen by all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../term.h"

static size_t global_row(const as_args *args, as_at at, as_run *runs)
{
    const size_t g = args->value[0].count;
    runs[0] = (as_run){0, 1, at.position < g ? at.context : as_min(g, at.context)};
    return 1;
}

static uint64_t global_edges(const as_args *args, size_t head, size_t from, size_t context)
{
    (void)head;
    const uint64_t g = as_min(args->value[0].count, context), whole = g > from ? g - from : 0;
    return whole * context + (context - from - whole) * g;
}

static bool global_expand(const as_args *args, char *out, size_t cap)
{
    if (as_both(args, 1))
        return true;
    return (size_t)snprintf(out, cap, "sink:s=%llu", (unsigned long long)args->value[0].count) < cap;
}

const as_term as_term_global = {
    .name = "global",
    .example = "global:g=4",
    .help = "the first g tokens, seen by all (sides=both: and seeing all)",
    .params = {{.key = "g", .kind = AS_PARAM_COUNT, .min = 1}, AS_PARAM_SIDES},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS,
    .row = global_row,
    .edges = global_edges,
    .expand = global_expand,
};
