/* paths.h: how many paths lead from the first token to the last, as exact integers of any size (GMP).
 * SPDX-License-Identifier: Apache-2.0
 *
 * From (token t, layer l) to (t+p, l+q), models of FACTS: `unit_steps` C(p+q,p); `any_hops` sum over j of
 * C(q+1,j) C(p-1,j-1) 2^(p-j); `states` C(p+q-1,p). `pattern` is counted on the pattern's own graph, head 1, an edge
 * counted once. */
#ifndef AS_THEORY_PATHS_H
#define AS_THEORY_PATHS_H

#include "reach.h"

#define AS_PATHS_DIGITS ((double)(1u << 20)) /* beyond, the logarithm alone */

typedef struct {
    char *exact;  /* decimal; NULL when too long or too much work */
    double log10; /* always, -INFINITY for no path; NaN when not even that was computed */
} as_number;

typedef struct {
    as_number unit_steps, any_hops, states, pattern;
} as_paths;

/* p = length - 1 tokens, q = layers. false: out of memory. Free with as_paths_free. */
bool as_paths_find(const as_layers *s, size_t length, size_t layers, as_paths *out, as_err *err);
void as_paths_free(as_paths *p);

as_number as_paths_unit_steps(uint64_t p, uint64_t q);
as_number as_paths_any_hops(uint64_t p, uint64_t q);
as_number as_paths_states(uint64_t p, uint64_t q);
void as_number_free(as_number *n);

#endif
