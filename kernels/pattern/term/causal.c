/* causal.c: every token up to and including the query. N(t) = 1..t. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../term.h"

static size_t causal_row(const as_args *args, as_at at, as_run *runs)
{
    (void)args;
    runs[0] = (as_run){0, 1, at.position + 1};
    return 1;
}

static size_t causal_alike(const as_args *args)
{
    (void)args;
    return SIZE_MAX;
}

/* T(T+1)/2 */
static uint64_t edges_first(const as_args *args, size_t head, size_t n)
{
    (void)args, (void)head;
    return as_triangle(n);
}

const as_term as_term_causal = {
    .name = "causal",
    .example = "causal",
    .help = "every token up to the query: 1..t",
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS | AS_PATTERN_DENSE | AS_PATTERN_BY_DISTANCE,
    .row = causal_row,
    .alike = causal_alike,
    .edges_first = edges_first,
};
