/* full.c: every token, past and future. N(t) = 1..S. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../term.h"

static size_t full_row(const as_args *args, as_at at, as_run *runs)
{
    (void)args;
    runs[0] = (as_run){0, 1, at.context};
    return 1;
}

static uint64_t full_edges(const as_args *args, size_t head, size_t from, size_t context)
{
    (void)args, (void)head;
    return (uint64_t)(context - from) * context;
}

const as_term as_term_full = {
    .name = "full",
    .example = "full",
    .help = "every token, past and future: 1..S",
    .traits = AS_PATTERN_CONTIGUOUS | AS_PATTERN_DENSE,
    .row = full_row,
    .edges = full_edges,
};
