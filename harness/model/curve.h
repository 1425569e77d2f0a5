/* curve.h: finds curves among measured cases: cases that differ in one thing only, ordered by that thing.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An axis is what varies along a curve:
 *   length   T, with S = T or with S fixed           context  S, with T fixed (decode)
 *   width    D, with H fixed: d follows              heads    H, with D fixed (d follows) or with d fixed (D follows)
 *   edges    E, over patterns that differ in their numbers only: window:w=64, window:w=128, ..., or over one kernel's
 *            parameters, where these decide which keys are chosen: content/topk:k=16, content/topk:k=64, ...
 * On every other axis a kernel with other parameters is another curve.
 * Key/value heads follow the heads where Hkv = H, and are fixed otherwise. Only cases that are ok and have a median are
 * points. A curve has at least two different x, on the axis edges three: two windows are no sweep of sparsity. */
#ifndef AS_MODEL_CURVE_H
#define AS_MODEL_CURVE_H

#include "records.h"

/* "T" of AS_AXIS_LENGTH; "x" where nothing else fits. */
const char *as_axis_symbol(as_axis axis);

typedef struct {
    as_axis axis;
    const char *kernel;  /* with its parameters; on the axis edges perhaps with * for every value: content/topk:k=* */
    const char *pattern; /* on the axis edges with * for every number: window:w=* */
    const char *fixed;   /* everything else, which is the same for all points: "isa=avx2 dtype=f32 B=1 ..." */
    size_t *points;      /* rows of the summary, ascending in x */
    size_t count;
} as_curve;

/* The place of a row on an axis. */
double as_curve_x(as_axis axis, const as_summary *row);

/* Finds every curve of the table; ordered by axis, then by first row. All in `arena`. */
as_curve *as_curves_find(const as_summary *rows, size_t count, as_arena *arena, size_t *found);

#endif
