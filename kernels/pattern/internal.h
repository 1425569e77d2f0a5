/* internal.h: what a parsed pattern is: a canonical text and the terms whose union it is. For pattern/ alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_PATTERN_INTERNAL_H
#define AS_PATTERN_INTERNAL_H

#include "term.h"

#define AS_TERMS_MAX 16

typedef struct {
    const as_term *term;
    as_args args;
    char *text; /* canonical text of this term */
} as_use;

struct as_pattern {
    char *text;
    as_use uses[AS_TERMS_MAX];
    size_t count;
    unsigned traits;
};

/* union.c: the runs of all terms merged, disjoint and ascending. */
size_t as_union_runs_max(const as_pattern *p, size_t context);
size_t as_union_row(const as_pattern *p, as_at at, as_run *runs);

#endif
