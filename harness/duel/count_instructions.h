/* count_instructions.h: checks both sides of a duel's cases and counts their instructions, for the exact gates.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_COUNT_INSTRUCTIONS_H
#define AS_DUEL_COUNT_INSTRUCTIONS_H

#include "exact_rows.h"
#include "turns.h"

/* Whether valgrind can be run; otherwise the error says how to install it. */
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

/* Counts the instructions of one call with the best isa that valgrind runs. A build for another isa than the case's is
 * checked first. Fills the row's instructions, counted_isa and uncounted. */
void as_count_instructions(const as_counting *c, as_exact *row);

/* Makes the rows of exact.csv for base and new of every case; `dir` is the duel's folder. false: interrupted, with the
 * rows of the cases that were reached. */
bool as_counts_take(const as_live *live, unsigned gates, const char *dir, bool quiet, as_exact_input *out);

#endif
