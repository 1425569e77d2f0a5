/* internal.h: what a parsed pattern is: a canonical text and the terms whose union it is. For pattern/ alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_PATTERN_INTERNAL_H
#define AS_PATTERN_INTERNAL_H

#include <string.h>

#include "term.h"

#define AS_TERMS_MAX 32
#define AS_PATTERN_TEXT_MAX 4096

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

/* A stretch of the text under way. */
typedef struct {
    const char *at;
    size_t length;
} as_piece;

#define AS_SHOW(p) (int)((p).length < 40 ? (p).length : 40), (p).at

/* Up to `stop` or the end of `from`, without blanks around; *from moves behind the stop, or to NULL at the end. */
static inline as_piece as_split(as_piece *from, char stop)
{
    const char *found = (const char *)memchr(from->at, stop, from->length);
    as_piece p = {from->at, found ? (size_t)(found - from->at) : from->length};
    *from = found ? (as_piece){found + 1, from->length - p.length - 1} : (as_piece){NULL, 0};
    while (p.length && p.at[0] == ' ')
        p.at++, p.length--;
    while (p.length && p.at[p.length - 1] == ' ')
        p.length--;
    return p;
}

static inline bool as_piece_is(as_piece p, const char *word)
{
    return strlen(word) == p.length && !memcmp(p.at, word, p.length);
}

/* grammar.c: the term of that name, or NULL; what a use holds is freed and the use emptied. */
const as_term *as_term_find(as_piece name);
void as_use_close(as_use *use);

/* value.c: one value of a parameter from text and back. False and `why` when the text is none. */
bool as_value_read(const as_term *term, const as_param *param, as_piece text, as_value *value, char *why, size_t cap);
/* name:key=value,... in the order of the term's params, defaults left out. Freed by the caller; NULL: too long. */
char *as_use_print(const as_use *use);

/* simplify.c: sorts the terms and drops those that another one holds. */
bool as_simplify(as_pattern *p);
bool as_use_both(const as_use *use);       /* has sides=both */
unsigned as_use_traits(const as_use *use); /* its term's traits, less those that its arguments take away */

/* union.c: the runs of all terms merged, disjoint and ascending. */
size_t as_union_runs_max(const as_pattern *p, size_t context);
size_t as_union_row(const as_pattern *p, as_at at, as_run *runs);

#endif
