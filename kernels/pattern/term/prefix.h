/* prefix.h: the first n tokens, as far as they are not in the query's future: what global and sink share, being the same
 * index set in a causal net. N(t) = 1..min(n,t).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_PREFIX_H
#define AS_PREFIX_H

#include "../term.h"

static inline size_t as_prefix_row(const as_args *args, as_at at, as_run *runs)
{
    runs[0] = (as_run){0, 1, as_min(args->value[0].count, at.position + 1)};
    return 1;
}

static inline uint64_t as_prefix_edges(const as_args *args, size_t head, size_t n)
{
    (void)head;
    uint64_t first = as_min(args->value[0].count, n);
    return (first % 2 ? first * ((first + 1) / 2) : first / 2 * (first + 1)) + (n - first) * first;
}

#endif
