/* global.c: the first g tokens, seen by all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "prefix.h"

const as_term as_term_global = {
    .name = "global",
    .example = "global:g=4",
    .help = "the first g tokens, seen by all",
    .params = {{.key = "g", .kind = AS_PARAM_COUNT, .least = 1}},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS,
    .row = as_prefix_row,
    .edges_first = as_prefix_edges,
};
