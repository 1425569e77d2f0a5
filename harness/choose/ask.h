/* ask.h: what choose is asked, and the rows that it answers with.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHOOSE_ASK_H
#define AS_CHOOSE_ASK_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../model/records.h"

/* What a time rests on, strongest first. */
#define AS_BASIS_WORDS(W)                                                                                              \
    W(AS_MEASURED, "measured")                                                                                         \
    W(AS_INTERPOLATED, "interpolated")                                                                                 \
    W(AS_EXTRAPOLATED, "extrapolated")                                                                                 \
    W(AS_BASIS_UNKNOWN, "not known")
AS_WORDS(as_basis, AS_BASIS_WORDS);

#define AS_CHOICE_COLUMNS(F, t)                                                                                        \
    F(t, AS_COUNT, rank, "1 is the fastest; empty: ruled out")                                                         \
    F(t, AS_TEXT, pattern, "canonical text; of a stack schedule(P1;P2;...)")                                           \
    F(t, AS_TEXT, kernel, "mechanism/algorithm; in a stack by pattern, K1;K2;..., where they differ")                  \
    F(t, AS_REAL, ms, "predicted time of all layers")                                                                  \
    F(t, AS_REAL, ms_low, "its interval, lower end")                                                                   \
    F(t, AS_REAL, ms_high, "upper end")                                                                                \
    F(t, AS_COUNT, layers_to_cover, "layers until the last token sees all; empty: never, or not known")                \
    F(t, AS_COUNT, workspace_bytes, "of one call; layers share it")                                                    \
    F(t, AS_WORD(as_basis), basis, "measured, interpolated or extrapolated")                                           \
    F(t, AS_TEXT, note, "no clear winner, the constraint that rules it out, ...")                                      \
    F(t, AS_TEXT, isa, "instruction set")                                                                              \
    F(t, AS_TEXT, dtype, "element type")                                                                               \
    F(t, AS_COUNT, threads, "threads")                                                                                 \
    F(t, AS_COUNT, reach, "tokens that the last one sees after all layers")                                            \
    F(t, AS_COUNT, pareto, "1: nothing covers in as few layers for less time per layer")

AS_RECORD(as_choice, AS_CHOICE_COLUMNS);
extern const as_schema as_choice_schema;

/* What `apply` said of a pattern on the user's arrays. */
typedef struct {
    const char *kernel, *pattern; /* canonical */
    double error;                 /* from dense attention */
} as_choose_error;

typedef struct {
    const as_case *cases; /* as analysed: one summary for each, in the same order */
    const as_summary *rows;
    size_t count;
    const as_fit *fits;
    size_t fit_count;

    uint64_t length, width, heads, kv_heads, layers;
    bool decode;                   /* one query, `length` keys */
    bool full;                     /* the last token must see all */
    uint64_t reach;                /* or so many; 0: no matter */
    uint64_t memory;               /* bytes; 0: no matter */
    double error;                  /* largest absolute error against the oracle, or dense attention; NaN: no matter */
    const char *only;              /* glob over kernels; NULL: softmax attention, mechanisms attention and content */
    const char *const *patterns;   /* globs over patterns, or patterns; ends with NULL; NULL or none: all */
    const as_choose_error *errors; /* NULL: against the oracle */
    size_t error_count;
} as_choose_ask;

typedef struct {
    as_choice *rows; /* ranked ones first, then those ruled out */
    size_t count, ranked;
    size_t tied; /* how many of the first cannot be told from the first; 1: a clear winner */
} as_chosen;

#endif
