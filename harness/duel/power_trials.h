/* power_trials.h: duels of this program with itself, kept in a folder so that an ended run can be resumed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_POWER_TRIALS_H
#define AS_DUEL_POWER_TRIALS_H

#include "../plan/plan.h"
#include "power.h"
#include "turns.h"

typedef struct {
    const char *name;
    as_inject inject;
    double share; /* of a call; below 0 it is the base, and its copy, that does more */
} as_injection;

typedef struct {
    const char *dir; /* NULL: nothing is kept */
    as_trial *rows;
    size_t count, cap;
    int fd;
    as_arena *arena;
    const volatile sig_atomic_t *stop;
    bool quiet;
    as_config config;
    as_plan plan;
} as_trials;

/* Opens or makes `dir` (NULL: none) and reads its trials, which must be of this machine. */
bool as_trials_open(as_trials *t, const char *dir, as_err *err);
void as_trials_close(as_trials *t);

bool as_trials_have(const as_trials *t, const as_injection *injection, const char *load, uint64_t trial);
/* Measures one and keeps it. false: interrupted, or an error in `err`. */
bool as_trials_add(as_trials *t, const as_injection *injection, const char *load, uint64_t trial, as_err *err);

/* The CPU's name; NULL where unknown. */
const char *as_trials_machine(const as_trials *t);

#endif
