/* spawn.h: how a worker process is started: its environment, its process group, its memory. For the files of run/
 * alone. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_WORKER_SPAWN_H
#define AS_WORKER_SPAWN_H

#include <sys/types.h>

#include "../base/arena.h"
#include "../model/config.h"
#include "../model/records.h"

typedef struct {
    const char *program; /* NULL: this one */
    const as_case *row;  /* NULL: no case, one thread */
    uint64_t seed;
    unsigned process;
    const char *counts; /* where callgrind, in which it then runs, writes what it counted; NULL: it runs as it is */
} as_spawn;

/* Executes `PROGRAM worker` with stdin, stdout and stderr as `ends`. 0, or an errno. */
int as_spawn_worker(const as_spawn *s, const int ends[3], as_arena *arena, pid_t *pid);

/* What the config allows a worker to take, in bytes. */
uint64_t as_spawn_memory(const as_measure *measure);

#endif
