/* turns.h: where a duel's turns come from: resident workers of two builds, or a file of stored turns.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_DUEL_TURNS_H
#define AS_DUEL_TURNS_H

#include "../worker/process.h"
#include "rules.h"

#define AS_SIDES 3
typedef enum { AS_SIDE_BASE, AS_SIDE_NEW, AS_SIDE_COPY } as_side_name;

typedef struct {
    const char *program;        /* NULL: this one */
    uint64_t protocol;          /* that it is spoken to in; 0: the newest */
    const char *plugins[2];     /* a path and NULL, or NULL */
    const char *const *kernels; /* what it said it has */
    as_inject inject;
    double inject_share;
} as_side;

/* Measures pairs of processes and keeps every turn; start from {0}. */
typedef struct {
    as_side sides[AS_SIDES];
    const as_case *const *rows;
    const char *const *cases;
    size_t count;
    const as_measure *measure;
    uint64_t seed;
    double budget_s, started_s; /* budget 0: none; a third of it is kept for confirming */
    int turns_fd;               /* turns.csv, appended to; -1: not kept */
    as_arena *arena;
    as_err *err; /* of the environment: a full disk */
    const volatile sig_atomic_t *stop;
    int *cpus;
    size_t cpu_count;
} as_live;

void as_live_begin(as_live *live);
as_pair_status as_live_pair(void *state, const as_pairing *at, as_pair_points *out);

/* The turns of a folder, in their order. */
typedef struct {
    const as_turn *turns;
    size_t count;
    size_t *first, *next; /* by as_stored_match: the first turn of a case, the next of the same case; `count`: none */
    as_arena *arena;
} as_stored;

/* Reads and checks turns.csv: a row that cannot have been written by a duel is an error with file:line. */
bool as_stored_read(const char *dir, as_arena *arena, as_stored *out, as_err *err);
/* Finds the turns of each case, before the first as_stored_pair. */
void as_stored_match(as_stored *stored, const char *const *cases, size_t count);
as_pair_status as_stored_pair(void *state, const as_pairing *at, as_pair_points *out);

#endif
