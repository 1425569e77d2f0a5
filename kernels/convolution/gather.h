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
    const float *x; /* (B,T,D) */
    as_convolution conv;
} tile_taps;

static inline void tile_taps_load(const tile_product *m, size_t row, size_t from, size_t n, float *to)
{
    const tile_taps *taps = m->more;
    const size_t D = as_problem_width(taps->problem), T = taps->problem->length;
    const size_t b = row / taps->conv.rows, t = row % taps->conv.rows;
    for (size_t end = from + n; from < end;) {
        const size_t j = from / D, c = from % D, some = D - c < end - from ? D - c : end - from;
        const size_t token = as_convolution_token(&taps->conv, t, j);
        if (token < T)
            memcpy(to, taps->x + (b * T + token) * D + c, some * sizeof(float));
        else
            memset(to, 0, some * sizeof(float));
        from += some;
        to += some;
    }
}

/* out (B rows, columns) = taps (B rows, k D) w (k D, columns) */
static inline tile_product tile_taps_product(const tile_taps *taps, size_t columns)
{
    const as_problem *p = taps->problem;
    return (tile_product){
        .load = tile_taps_load,
        .more = taps,
        .rows = p->batch * taps->conv.rows,
        .depth = taps->conv.k * as_problem_width(p),
        .columns = columns,
        .ld = columns,
    };
}

#endif
