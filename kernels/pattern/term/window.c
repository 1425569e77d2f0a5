/* window.c: the last w tokens, the query included. N(t) = max(1,t-w+1)..t. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../term.h"

static size_t row(const as_args *args, as_at at, as_run *runs)
{
    size_t count = as_min(args->value[0].count, at.position + 1);
    runs[0] = (as_run){at.position + 1 - count, 1, count};
    return 1;
}

/* wT - w(w-1)/2 for T >= w. */
static uint64_t edges_first(const as_args *args, size_t head, size_t n)
{
    (void)head;
    uint64_t w = as_min(args->value[0].count, n);
    return w * n - (w % 2 ? w * ((w - 1) / 2) : w / 2 * (w - 1));
}

const as_term as_term_window = {
    .name = "window",
    .example = "window:w=256",
    .help = "the last w tokens, the query included",
    .params = {{.key = "w", .kind = AS_PARAM_COUNT, .least = 1}},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS | AS_PATTERN_BY_DISTANCE,
    .row = row,
    .edges_first = edges_first,
};
