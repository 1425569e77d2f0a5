/* gather.h: a convolution as one matrix product: row t of the left matrix is the k tokens that output t reads, side by
 * side (im2col), made up where the product copies its rows and never stored as a whole.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CONVOLUTION_GATHER_H
#define AS_CONVOLUTION_GATHER_H

#include "../api/builtin.h"
#include "../tile/matmul.h"
#include "convolution.h"

typedef struct {
    const as_problem *problem;
    const void *x; /* (B,T,D) */
    as_convolution conv;
} tile_taps;

/* One tap of rows that all read a token, or none of which does. */
static inline tile_part tile_taps_part(const tile_product *m, size_t row, size_t from)
{
    const tile_taps *taps = m->more;
    const as_convolution *conv = &taps->conv;
    const size_t D = as_problem_width(taps->problem), T = taps->problem->length, j = from / D, c = from % D;
    const size_t b = row / conv->rows, t = row % conv->rows, rows = conv->rows - t;
    const size_t token = as_convolution_token(conv, t, j);
    if (token < T) {
        const size_t inside = (T - 1 - token) / conv->stride + 1;
        const void *at = (const char *)taps->x + ((b * T + token) * D + c) * tile_element_bytes(taps->problem->dtype);
        return (tile_part){at, conv->stride * D, inside < rows ? inside : rows, D - c};
    }
    const bool before = t * conv->stride + j * conv->dilation < conv->left; /* else all rows from here lie behind */
    const size_t outside = before ? (conv->left - j * conv->dilation - 1) / conv->stride + 1 - t : rows;
    return (tile_part){NULL, 0, outside < rows ? outside : rows, D - c};
}

/* out (B rows, columns) = taps (B rows, k D) w (k D, columns) */
static inline tile_product tile_taps_product(const tile_taps *taps, size_t columns)
{
    const as_problem *p = taps->problem;
    return (tile_product){
        .part = tile_taps_part,
        .more = taps,
        .rows = p->batch * taps->conv.rows,
        .depth = taps->conv.k * as_problem_width(p),
        .columns = columns,
        .ld = columns,
        .left_dtype = p->dtype,
        .out_dtype = p->dtype,
        .cache_bytes = p->cache_bytes[1],
    };
}

#endif
