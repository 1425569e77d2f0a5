/* sink.c: the first s tokens, kept as attention sinks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "prefix.h"

const as_term as_term_sink = {
    .name = "sink",
    .example = "sink:s=4",
    .help = "the first s tokens, kept as attention sinks",
    .params = {{.key = "s", .kind = AS_PARAM_COUNT, .least = 1}},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS,
    .row = as_prefix_row,
    .edges_first = as_prefix_edges,
};
