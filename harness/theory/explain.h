/* explain.h: all that follows from a pattern without running it, found once; written as JSON here, as text by narrate/.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Heads: where rows differ between heads, the numbers are of the first head, and `together` tells what a layer of all
 * heads reaches. Schedules: reach, cover and paths are of the whole stack; the rest is of each layer's pattern, and the
 * top-level keys of the JSON repeat layer 1. Tokens are counted from 1. */
#ifndef AS_THEORY_EXPLAIN_H
#define AS_THEORY_EXPLAIN_H

#include "../base/text.h"
#include "cost.h"
#include "paths.h"
#include "reach.h"

typedef struct {
    as_edges edges;
    as_cost cost;
    uint64_t *row; /* the last token's keys, a bit each */
} as_explained_layer;

typedef struct {
    const as_layers *schedule;
    size_t length, layers, heads, width;
    as_explained_layer *layer; /* [period] */
    as_reach reach;            /* of the first head */
    as_reach together;         /* of all heads; empty (layers 0) where heads do not differ */
    as_paths paths;
} as_explained;

/* The schedule is borrowed. Free with as_explained_free. */
bool as_explain(const as_layers *s, size_t length, size_t layers, size_t heads, size_t width, as_explained *out,
                as_err *err);
void as_explained_free(as_explained *e);

double as_density(const as_edges *e);

void as_explain_json(const as_explained *e, as_text *out);

#endif
