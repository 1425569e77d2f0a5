/* choose.h: which pattern and kernel for a given shape, from what was measured.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A candidate is a pattern under a kernel build. Its time for the shape is the measured one where that very case was
 * measured; else it lies on the curve in T of its pattern (between two points in logarithms, beyond them by the claimed
 * class of growth or the tail slope); else it comes from the family's cost per FLOP over context, keys per query, width
 * and heads, a plane fitted to the nearest measured cases. A family is a kernel build and the patterns that differ in
 * their numbers only. Up to three numbers may vary; where one was measured at three values or more, values between them
 * are candidates, too, each with each of the other number's. Numbers that always grew together, as longnet's do, are
 * one.
 *
 * A stack whose layers take two patterns in turn, or a ladder of dilations, is a candidate, too: its time is the sum of
 * its layers', its reach that of the schedule. Only those are kept that cover in fewer layers than anything as fast, or
 * that reach what is asked for in less time than any single pattern. */
#ifndef AS_CHOOSE_CHOOSE_H
#define AS_CHOOSE_CHOOSE_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../model/records.h"

#define AS_CHOICE_COLUMNS(F, t)                                                                                        \
    F(t, AS_COUNT, rank, "1 is the fastest; empty: ruled out")                                                         \
    F(t, AS_TEXT, pattern, "canonical text; of a stack schedule(P1;P2;...)")                                           \
    F(t, AS_TEXT, kernel, "mechanism/algorithm; in a stack by pattern, K1;K2;..., where they differ")                  \
    F(t, AS_REAL, ms, "predicted time of all layers")                                                                  \
    F(t, AS_REAL, ms_low, "its interval, lower end")                                                                   \
    F(t, AS_REAL, ms_high, "upper end")                                                                                \
    F(t, AS_COUNT, layers_to_cover, "layers until the last token sees all; empty: never, or not known")                \
    F(t, AS_COUNT, workspace_bytes, "of one call; layers share it")                                                    \
    F(t, AS_TEXT, basis, "measured, interpolated or extrapolated")                                                     \
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

/* false: nothing in the folder is of this kind (decode or not, this batch of kernels). */
bool as_choose(const as_choose_ask *ask, as_arena *arena, as_chosen *out, as_err *err);

#endif
