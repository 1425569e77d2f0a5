/* rules.h: from turns to one verdict a case: how often to look, what confirms a change, and when no change counts.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The caller supplies the turns: from resident workers, a file of stored turns, or a simulation. Nothing here reads a
 * clock or draws a random number, so the same turns give the same verdicts.
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

/* Points of pairs of turns, in `arena`. */
typedef struct {
    as_arena *arena;
    as_point *points;
    size_t count, cap;
} as_points;

void as_points_add(as_points *p, double r, unsigned process);

/* One pair of worker processes of one case. */
typedef struct {
    size_t index; /* of the case */
    as_round_kind round;
    unsigned process; /* from 0 within the round */
} as_pairing;

/* What a pair of processes gives. */
typedef struct {
    as_points *news, *copies; /* points of new, and of a copy of the base, against the base are added here */
    const char *reason;       /* set unless all is well; lives as long as the caller's arena */
} as_pair_points;

typedef struct {
    const char *const *cases;
    size_t count;
    as_duel_rules rules;
    /* Measures one pair of processes. AS_PAIR_INTERRUPTED ends the duel. */
    as_pair_status (*pair)(void *state, const as_pairing *at, as_pair_points *out);
    void *pair_state;
    /* After each pair, with the judgement so far. NULL: none. */
    void (*progress)(void *state, const as_pairing *at, const as_judgement *now);
    void *progress_state;
} as_duel;

/* Fills `rows[count]`; texts are literals, in `arena`, or from `pair`. false: interrupted; the cases that were reached
 * are judged all the same. */
bool as_duel_run(const as_duel *duel, as_arena *arena, as_verdict *rows);

/* ln(other / base) of a stored pair of turns; NaN when the row holds none. */
double as_turn_r(const as_turn *turn);

#endif
