/* count_instructions.h: checks and counts each side of a duel's cases, without a clock: what the exact gates rest on.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_COUNT_INSTRUCTIONS_H
#define AS_DUEL_COUNT_INSTRUCTIONS_H

#include "exact_rows.h"
#include "turns.h"

/* valgrind can be run; else the error says how to get it. */
bool as_counts_valgrind(as_err *err);

typedef struct {
    const as_side *side;
    const as_case *row;
    const as_measure *measure;
    uint64_t seed;
    unsigned process;    /* decides where the buffers lie */
    double rounds;       /* of an empty loop in each call: a slow-down of known size */
    const char *scratch; /* a file for callgrind to write */
    as_arena *arena;
    const volatile sig_atomic_t *stop;
} as_counting;

/* Instructions of one call, in the build of the kernel with the best isa that valgrind runs, which is checked first
 * where the case is of another. Fills the row's instructions, counted_isa and uncounted. */
void as_count_instructions(const as_counting *c, as_exact *row);

/* Both sides of every case into exact.csv's rows; `dir` is the duel's folder. Only the sides base and new of `live` are
 * looked at. false: interrupted; what is there is whole. */
bool as_counts_take(const as_live *live, unsigned gates, const char *dir, bool quiet, as_exact_input *out);

#endif
