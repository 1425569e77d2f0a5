/* state.h: what a duel is asked for, and what is known while it is under way.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_STATE_H
#define AS_DUEL_STATE_H

#include "../base/signal.h"
#include "../config/config.h"
#include "../plan/target.h"
#include "base_build.h"
#include "exact_rows.h"
#include "turns.h"

/* Index 0 is base, 1 is new. NULL where not given. */
typedef struct {
    const char *config_path;
    const char *again;      /* a duel's folder, to be judged once more in place of measuring */
    const char *program[2]; /* NULL: this one */
    const char *plugin[2];
    const char *from_git, *cache; /* a revision that base is built from; where builds are kept */
    const char *out;              /* NULL: results/duel-<name>-<UTC time>-<number> */
    const char *budget;           /* "10m", in place of the config's */
    as_selection selection;
    as_duel_rules rules; /* of `again` those of its folder count */
    unsigned gates;      /* bits of as_gate, likewise */
    bool quiet;          /* nothing on stderr while it measures */
} as_duel_request;

typedef struct {
    size_t index, count; /* of the case, among those that are timed */
    const char *case_;
    bool confirming;
    double seconds; /* since the first turn */
    const as_judgement *now;
} as_duel_progress;

typedef struct {
    /* From the caller. */
    as_duel_request ask;
    as_stop_flag *stop;
    void (*progress)(void *state, const as_duel_progress *progress); /* after each pair of processes; NULL: none */
    void *state;                                                     /* of progress */

    as_arena *arena;
    as_config config;
    as_target target;
    as_plan plan;
    as_live live;
    as_hello hello[2];
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
    bool interrupted;
} as_duel_session;

#endif
