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
    uint64_t min, fallback; /* smallest value; the value when left out, which canonical text leaves out too */
    const char *words;      /* "paper|groups" */
    double real_fallback;
} as_param;

#define AS_PARAMS_MAX 8

/* Causal, or past and future alike where that form is published too. The mask is always the last T rows of S x S, so a
 * query in decode (T = 1 at position S-1) has no future: `both` then differs from `causal` only where it means other
 * keys. */
#define AS_PARAM_SIDES                                                                                                 \
    {                                                                                                                  \
        .key = "sides", .kind = AS_PARAM_WORD, .optional = true, .words = "causal|both"                                \
    }
enum { AS_SIDES_CAUSAL, AS_SIDES_BOTH };

typedef struct as_value {
    uint64_t count; /* COUNT; WORD: index into words */
    double real;
    const uint64_t *list;
    size_t list_count;
    const char *text; /* PATH */
} as_value;

/* The values of a term's parameters, in the order of its params; `data` is what open() made. */
typedef struct {
    as_value value[AS_PARAMS_MAX];
    void *data;
} as_args;

typedef struct as_term {
    const char *name, *example, *help;
    as_param params[AS_PARAMS_MAX]; /* ends with a row whose key is NULL */
    unsigned traits;                /* as_pattern_trait; sides=both takes AS_PATTERN_CAUSAL away by itself */
    /* All but `row` may be NULL. */
    unsigned (*lacks)(const as_args *args); /* of `traits`, those that these arguments take away */
    bool (*check)(const as_args *args, char *why, size_t cap);
    bool (*open)(as_args *args, char *why, size_t cap);
    void (*close)(as_args *args);
    bool (*fits)(const as_args *args, size_t length, size_t context, char *why, size_t cap);
    size_t (*runs_max)(const as_args *args, size_t context); /* NULL: 1 */
    size_t (*row)(const as_args *args, as_at at, as_run *runs);
    size_t (*alike)(const as_args *args); /* as_pattern_alike; NULL: 1 */
    /* Closed form of a causal term: pairs of the first n positions, sum over i < n of |N(i)|. */
    uint64_t (*edges_first)(const as_args *args, size_t head, size_t n);
    /* The same where rows depend on the context: pairs of the positions from..context-1. Goes before edges_first. */
    uint64_t (*edges)(const as_args *args, size_t head, size_t from, size_t context);
    /* What the term stands for, as text into `out`: a published layout's terms, or the one spelling of a pattern that
     * has several (dilated:r=1 is causal). Left empty: it stands for itself. False: the text does not fit. */
    bool (*expand)(const as_args *args, char *out, size_t cap);
} as_term;

extern const as_term *const as_builtin_terms[]; /* ends with NULL */

static inline size_t as_min(size_t a, size_t b) { return a < b ? a : b; }

/* Whether the parameter AS_PARAM_SIDES at `place` is both. */
static inline bool as_both(const as_args *args, size_t place) { return args->value[place].count == AS_SIDES_BOTH; }

/* 1 + 2 + ... + n, the even factor halved first. */
static inline uint64_t as_triangle(uint64_t n) { return n % 2 ? n * ((n + 1) / 2) : n / 2 * (n + 1); }

/* Appends keys first..first+count-1, joined to the last run where that ends just before them; returns how many runs. */
static inline size_t as_push(as_run *runs, size_t n, size_t first, size_t count)
{
    if (!count)
        return n;
    if (n && runs[n - 1].step == 1 && runs[n - 1].first + runs[n - 1].count == first) {
        runs[n - 1].count += count;
        return n;
    }
    runs[n] = (as_run){first, 1, count};
    return n + 1;
}

#endif
