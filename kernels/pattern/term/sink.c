/* sink.c: the first s tokens, kept as attention sinks (Xiao et al., StreamingLLM, 2023). N(t) = 1..min(s,t). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../term.h"

static size_t sink_row(const as_args *args, as_at at, as_run *runs)
{
    runs[0] = (as_run){0, 1, as_min(args->value[0].count, at.position + 1)};
    return 1;
}

static uint64_t edges_first(const as_args *args, size_t head, size_t n)
{
    (void)head;
    const uint64_t first = as_min(args->value[0].count, n);
    return as_triangle(first) + (n - first) * first;
}

const as_term as_term_sink = {
    .name = "sink",
    .example = "sink:s=4",
    .help = "the first s tokens, kept as attention sinks",
    .params = {{.key = "s", .kind = AS_PARAM_COUNT, .min = 1}},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS,
    .row = sink_row,
    .edges_first = edges_first,
};
