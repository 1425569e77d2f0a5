/* pattern.h: which keys a query may see, N(t), yielded row by row as a few runs. Nothing of size E is ever built.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Text to pattern:   as_pattern *p = as_pattern_parse("sink:s=4+window:w=256", &error); Pattern to rows:   n =
 * as_pattern_row(p, as_at(head, position, context), runs);
 *
 * Positions count from 0 here; the formulas of the literature, quoted in term/, count tokens from 1. A `+` is set
 * union: runs of one row never overlap and ascend by their first key. Only longnet is a multiset; its runs may overlap.
 * A row may have no runs: such a query sees nothing and its output is zero.
 *
 * The mask of T queries and S keys is the last T rows of the square mask of S: a query's row does not depend on T. With
 * sides=both a row reaches past its position, up to S; a lone query in decode stands last and has nothing after it. */
#ifndef AS_PATTERN_H
#define AS_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Keys first, first+step, ..., count of them. step >= 1, count >= 1. */
typedef struct {
    size_t first, step, count;
} as_run;

/* Where a row is asked for: the query's head and its position among `context` keys (position < context). */
typedef struct {
    size_t head, position, context;
} as_at;

typedef struct as_pattern as_pattern;

typedef struct {
    size_t column; /* 1-based, into the text */
    char what[240];
} as_pattern_error;

/* NULL and an error that says what, where and what to do. Free with as_pattern_free. */
as_pattern *as_pattern_parse(const char *text, as_pattern_error *error);
void as_pattern_free(as_pattern *p);

/* The one spelling of this pattern, e.g. terms sorted, defaults left out. Owned by the pattern. */
const char *as_pattern_text(const as_pattern *p);

#define AS_PATTERN_CONTEXT_MAX ((uint64_t)1 << 32) /* E of every term, and of the T last rows, then fits 64 bits */

/* True when the pattern can be asked for T queries of S keys; else `why`. (T > S never can.) */
bool as_pattern_fits(const as_pattern *p, size_t length, size_t context, char *why, size_t cap);

/* An upper bound on the runs of any row; what `runs` must have room for. */
size_t as_pattern_runs_max(const as_pattern *p, size_t context);

/* The runs of one row, ascending; returns how many. */
size_t as_pattern_row(const as_pattern *p, as_at at, as_run *runs);

/* n: rows of one stretch of n positions (0..n-1, n..2n-1, ...) differ in the query's own key alone: each is the row
 * before it with its last run one key longer, so that the row need not be asked for. 1: nothing is known. */
size_t as_pattern_alike(const as_pattern *p);

/* Visible pairs of one head: sum over the T last positions of |N(t)|. By closed form where there is one. */
uint64_t as_pattern_edges(const as_pattern *p, size_t head, size_t length, size_t context);
/* The same by walking every row; what tests hold the closed forms against. */
uint64_t as_pattern_edges_counted(const as_pattern *p, size_t head, size_t length, size_t context);
/* Sum over `heads` heads; UINT64_MAX when it is more than 64 bits. */
uint64_t as_pattern_edges_all(const as_pattern *p, size_t heads, size_t length, size_t context);

typedef enum {
    AS_PATTERN_CAUSAL = 1,       /* no key after the query */
    AS_PATTERN_CONTIGUOUS = 2,   /* every run has step 1 or a single key */
    AS_PATTERN_PER_HEAD = 4,     /* rows differ between heads */
    AS_PATTERN_MULTISET = 8,     /* a key may be yielded more than once */
    AS_PATTERN_DENSE = 16,       /* exactly `causal` or `full` */
    AS_PATTERN_BY_DISTANCE = 32, /* causal, and whether t sees u depends on t - u alone */
} as_pattern_trait;
unsigned as_pattern_traits(const as_pattern *p);

/* What the pattern is made of, for kernels and theories that know a term: parts 0..n-1 by name, and the value of a
 * parameter (a list's `index`-th; else index 0; a word's place among its choices). False: there is none. */
size_t as_pattern_parts(const as_pattern *p);
const char *as_pattern_part(const as_pattern *p, size_t part);
bool as_pattern_value(const as_pattern *p, size_t part, const char *key, size_t index, uint64_t *out);

/* longnet, branch i: segments of w, of which a head keeps the tokens offset, offset + r, ... False past the last branch
 * and for every other pattern. */
typedef struct {
    size_t w, r, offset;
} as_branch;
bool as_pattern_branch(const as_pattern *p, size_t i, size_t head, as_branch *out);

/* The terms of the language, for `list`: name, example and one line of help, by index; false past the end. */
bool as_pattern_term(size_t index, const char **name, const char **example, const char **help);

#ifdef __cplusplus
}
#endif
#endif
