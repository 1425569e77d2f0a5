/* picture.h: a mask as a picture: exact counts of pairs in a grid of cells, drawn on a terminal or as SVG.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_THEORY_PICTURE_H
#define AS_THEORY_PICTURE_H

#include "../../kernels/pattern/layers.h"
#include "../base/err.h"
#include "../base/text.h"

/* Cell (i,j) holds the queries [i T/cells, (i+1) T/cells) and the keys likewise. */
typedef struct {
    size_t length, cells;
    uint64_t *count; /* [cells * cells] pairs of the first head, as yielded */
    bool causal;
} as_grid;

/* At most `most` cells a side; one cell a token where there is room. false: out of memory. */
bool as_grid_count(const as_pattern *p, size_t length, size_t most, as_grid *out, as_err *err);
void as_grid_free(as_grid *g);

/* Share of the cell's allowed pairs (no key after the query where causal) that is there, 0..1. */
double as_grid_share(const as_grid *g, size_t row, size_t column);

/* Block characters, queries downwards, keys to the right. */
void as_grid_text(const as_grid *g, as_text *out);

/* One panel for each pattern of the schedule (the first eight). */
bool as_picture_svg(const as_layers *s, size_t length, as_text *out, as_err *err);

#endif
