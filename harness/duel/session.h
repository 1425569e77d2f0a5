/* session.h: a duel under way, and what its files do for each other: who fights, what is kept, what comes of it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_SESSION_H
#define AS_DUEL_SESSION_H

#include "../config/config.h"
#include "../plan/plan.h"
#include "exact_gates.h"
#include "../narrate/verdict_print.h"
#include "../cli/cli.h"
#include "base_build.h"
#include "../plan/target.h"
#include "turns.h"

typedef struct {
    /* what is asked */
    const char *config_path, *out, *budget, *again, *from_git, *cache, *gate, *except, *floor, *margin, *program[2],
        *plugin[2];
    bool quiet;
    as_verdict_outputs to;
    as_selection selection;

    as_arena *arena;
    as_config config;
    as_target target;
    as_plan plan;
    as_live live;
    as_hello hello[2];
    as_duel_rules rules;
    unsigned gates;
    const char *dir;
    const char **cases;
    const as_case **rows; /* of the plan; NULL where only the new build has the kernel */
    size_t count;
    const char *copies[2]; /* files to be removed */
    size_t copy_count;
    as_exact_input exact;
    const char **timed; /* the cases that are timed, and their places among all */
    const as_case **timed_rows;
    size_t *timed_at, timed_count;
    as_verdict *verdicts;
    size_t verdict_count;
    const volatile sig_atomic_t *stop;
} as_session;

/* sides.c: two different programs or plug-ins that can be read; the one from git is built where it is not yet. */
bool as_session_sides(as_session *s, as_err *err);
/* Asks both what they are, and lists the cases that both are to be held against each other in. */
bool as_session_greet(as_session *s, as_err *err);
/* A copy of base's file in the folder, for the control. */
bool as_session_copy_base(as_session *s, as_err *err);

/* folder.c: makes the folder with all that is known before anything is measured. */
bool as_session_keep(as_session *s, as_err *err);
/* The rules, gates and cases of a folder, and what its exact gates rest on. */
bool as_session_read(as_session *s, as_err *err);

/* session.c: where a pair of processes comes from, and who is told how it stands. */
typedef struct {
    as_pair_status (*pair)(void *state, size_t index, as_round_kind phase, unsigned process, as_points *news,
                           as_points *copies, const char **reason);
    void (*progress)(void *state, size_t index, as_round_kind phase, const as_judgement *now);
    void *state;
} as_session_turns;

/* From `exact`: which cases both sides were right in, and so are timed. */
void as_session_sort_out(as_session *s);
/* The verdicts of all gates. false: interrupted. */
bool as_session_judge(as_session *s, const as_session_turns *turns);
/* Prints and writes what was found; the exit code. */
as_exit as_session_tell(const as_session *s, as_err *err);

#endif
