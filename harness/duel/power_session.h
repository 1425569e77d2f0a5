/* power_session.h: what slow-downs a duel on this machine tells from none: the program duels with itself, one side
 * doing a known share more in each call. SPDX-License-Identifier: Apache-2.0 Every trial is a duel of its own,
 * confirmation and control included, and a row of trials.csv, so that a run that was stopped is resumed. */
#ifndef AS_DUEL_POWER_SESSION_H
#define AS_DUEL_POWER_SESSION_H

#include "../base/signal.h"
#include "power_trials.h"

typedef struct {
    /* From the caller. */
    unsigned gates;          /* bits of AS_GATES_MEASURED */
    const char *const *only; /* names of rows or globs over them, ends with NULL; empty: all */
    const char *out;         /* a folder that keeps the trials; NULL: none */
    uint64_t trials;         /* of each row */
    bool simulate;           /* simulated turns in place of measured ones */
    bool pinned, loaded;     /* the duels run on `cpu` alone; another process loads `load_cpu` */
    uint64_t cpu, load_cpu;
    bool quiet;
    as_stop_flag *stop;

    as_arena *arena;
    as_trials store;
    as_power *rows; /* what came of it */
    size_t count;
} as_power_session;

/* Runs the trials that are missing, and counts all. false with s->rows filled when it was interrupted; otherwise an
 * error. as_power_close also after a failure. */
bool as_power_run(as_power_session *s, as_err *err);
void as_power_close(as_power_session *s);

/* AS_EXIT_BAD and an error when a row does not keep what is asked of a duel (docs/duel.md). */
as_exit as_power_check(const as_power_session *s, as_err *err);

#endif
