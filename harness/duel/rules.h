/* rules.h: cases, turns from somewhere, a verdict each: how often it looks, what confirms a flag, what silences all.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where the turns come from is the caller's: living workers, a file of stored turns, or a simulation. Nothing here
 * knows the time or draws a number, so that the same turns give the same verdicts.
 *
 * - Looks at growing numbers of pairs of processes share alpha equally; a case that is decided asks for no more.
 * - While cases are measured each is held to alpha / cases (Bonferroni); when all are there, Holm.
 * - A flag is confirmed by fresh pairs of processes in reversed order, at one of the looks at them, or it is
 * inconclusive.
 * - A copy of the base is measured against the base in the same turns. Where it flags in any case, nothing else may;
 * where there were confirming pairs, in these, too. */
#ifndef AS_DUEL_RULES_H
#define AS_DUEL_RULES_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../model/verdicts.h"
#include "judge.h"

#define AS_LOOKS_MAX 4

typedef struct {
    double alpha; /* of a false flag or a false same, over the whole run */
    as_bounds bounds;
    unsigned looks[AS_LOOKS_MAX];   /* pairs of processes, ascending; 0: no more looks */
    unsigned confirm[AS_LOOKS_MAX]; /* the same, of those that confirm a flag */
} as_duel_rules;

/* 5 % of error in all, floor 1 %, margin 1.5 %. */
as_duel_rules as_duel_rules_usual(void);

typedef enum {
    AS_PAIR_OK,
    AS_PAIR_FAILED,
    AS_PAIR_ENDED, /* the budget, or the stored turns */
    AS_PAIR_INTERRUPTED,
} as_pair_status;

typedef enum { AS_PHASE_FIRST, AS_PHASE_CONFIRM } as_round_kind;

/* Points collected from one pair of processes; start from {0}. */
typedef struct {
    as_point *points;
    size_t count, cap;
} as_points;

void as_points_add(as_points *p, double r, unsigned process);

typedef struct {
    const char *const *cases;
    size_t count;
    as_duel_rules rules;
    /* Measures one pair of processes: turns of new, and of a copy of the base, against the base. `reason` is set unless
     * all is well, and lives as long as the caller's arena. AS_PAIR_INTERRUPTED ends the duel. */
    as_pair_status (*pair)(void *state, size_t index, as_round_kind phase, unsigned process, as_points *new_points,
                           as_points *copy_points, const char **reason);
    /* After each pair: how it stands. NULL: nobody looks. */
    void (*progress)(void *state, size_t index, as_round_kind phase, const as_judgement *now);
    void *state;
} as_duel;

/* Fills `rows[count]`; texts are literals, of `arena`, or what `pair` gave. Returns false when it was interrupted: what
 * is there is judged all the same. */
bool as_duel_run(const as_duel *duel, as_arena *arena, as_verdict *rows);

/* ln(other / base) of a stored pair of turns; NaN when the row holds none. */
double as_turn_r(const as_turn *turn);

#endif
