/* cost.h: edges of a layer, its work and its span: what an attention layer costs on one core and on unbounded many.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Work: FLOPs of the projections and of score and value, 8TD^2 + 4d times the pairs of all heads; exponentials apart.
 * Span: depth with tree reductions, Q, K and V in parallel: 8 + 2 ceil(log2 D) + ceil(log2 d) + 3 ceil(log2 n), n being
 * the largest row (T for causal): the maximum, the sum and the weighted sum of values are trees over n keys. */
#ifndef AS_THEORY_COST_H
#define AS_THEORY_COST_H

#include "../../kernels/pattern/pattern.h"
#include "../base/err.h"

typedef struct {
    uint64_t edges;          /* pairs of the first head, as yielded: with multiplicity for a multiset */
    uint64_t distinct_edges; /* pairs of the first head, each once */
    uint64_t edges_all;      /* pairs of all heads, as yielded */
    uint64_t pairs;          /* what dense attention of the same kind has: T(T+1)/2 if causal, else T*T */
    uint64_t largest_row;    /* keys of the longest row, as yielded */
} as_edges;

/* false: out of memory. */
bool as_edges_find(const as_pattern *p, size_t length, size_t heads, as_edges *out, as_err *err);

typedef struct {
    uint64_t work, exps;
    uint64_t span;
} as_cost;

/* false with a sentence when the work does not fit 64 bits. */
bool as_cost_find(const as_edges *e, size_t length, size_t width, size_t heads, as_cost *out, as_err *err);

/* Brent's bounds on the steps that P cores need: max(W/P, S) <= time <= (W - S)/P + S. */
double as_brent_low(const as_cost *c, double cores);
double as_brent_high(const as_cost *c, double cores);

unsigned as_ceil_log2(uint64_t n);

/* Pairs (t,u) with t < n among the first n positions of a pattern given by distance: its last row, of position T-1. */
uint64_t as_pairs_by_distance(const as_run *row, size_t runs, size_t length, uint64_t n);

#endif
