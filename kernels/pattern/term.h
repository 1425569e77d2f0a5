/* term.h: one term of the pattern language, e.g. window:w=256. Adding a term is adding a file in term/ that defines
 * `const as_term as_term_<file name>`; the table is generated.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TERM_H
#define AS_TERM_H

#include "pattern.h"

typedef enum {
    AS_PARAM_COUNT, /* a whole number: 256, 4k */
    AS_PARAM_REAL,  /* 0.1 */
    AS_PARAM_LIST,  /* whole numbers: 2048/4096/8192 */
    AS_PARAM_WORD,  /* one of `words` */
    AS_PARAM_PATH,  /* the rest of the term, without a key: file:mask.npy */
} as_param_kind;

typedef struct {
    const char *key;
    as_param_kind kind;
    bool optional;
    uint64_t least, otherwise; /* smallest value; the value when left out, which canonical text leaves out too */
    const char *words;         /* "paper|groups" */
    double real_otherwise;
} as_param;

#define AS_PARAMS_MAX 6

typedef struct as_value {
    uint64_t count;          /* COUNT; WORD: index into words */
    double real;
    const uint64_t *list;
    size_t list_count;
    const char *text;        /* PATH */
} as_value;

/* The values of a term's parameters, in the order of its params; `data` is what open() made. */
typedef struct {
    as_value value[AS_PARAMS_MAX];
    void *data;
} as_args;

typedef struct as_term {
    const char *name, *example, *help;
    as_param params[AS_PARAMS_MAX]; /* ends with a row whose key is NULL */
    unsigned traits;                /* as_pattern_trait */
    /* All but `row` may be NULL. */
    bool (*check)(const as_args *args, char *why, size_t cap);
    bool (*open)(as_args *args, char *why, size_t cap);
    void (*close)(as_args *args);
    bool (*fits)(const as_args *args, size_t length, size_t context, char *why, size_t cap);
    size_t (*runs_max)(const as_args *args, size_t context); /* NULL: 1 */
    size_t (*row)(const as_args *args, as_at at, as_run *runs);
    /* Closed form: pairs of the first n positions of a causal pattern, sum over i < n of |N(i)|. */
    uint64_t (*edges_first)(const as_args *args, size_t head, size_t n);
    /* A published layout: the terms that it stands for, as text into `out`. Such a term has no row. */
    bool (*expand)(const as_args *args, char *out, size_t cap);
} as_term;

extern const as_term *const as_builtin_terms[]; /* ends with NULL */

static inline size_t as_min(size_t a, size_t b) { return a < b ? a : b; }

#endif
