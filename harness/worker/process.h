/* process.h: the parent's handle of one worker process, of this program or of any that speaks its protocol.
 * SPDX-License-Identifier: Apache-2.0
 * Nothing that a worker says is believed unchecked: a crash, a hang, garbage, a time that cannot have passed all end as
 * a reason in words, and never as a time. Once a handle has a reason, every function below returns false. */
#ifndef AS_WORKER_PROCESS_H
#define AS_WORKER_PROCESS_H

#include <signal.h>

#include "../model/config.h"
#include "protocol.h"

typedef struct as_process as_process;

typedef struct {
    const char *program; /* NULL: this one */
    uint64_t protocol;   /* that it is spoken to in; 0: AS_PROTOCOL */
    as_mode mode;
    const as_case *row;        /* NULL: none, for a hello */
    const as_measure *measure; /* its limits of memory and, per answer, of time; NULL: none of memory */
    const char *const *plugins, *const *events; /* end with NULL; NULL: none */
    uint64_t seed;
    unsigned process, order;
    unsigned batches; /* calls in mode count; 0: 1 */
    int cpu;          /* where all of it runs; -1: anywhere */
    as_inject inject;
    double inject_share;
    const char
        *callgrind_file; /* of mode count: what callgrind, in which the worker then runs, writes; NULL: no valgrind */
    double timeout_s;    /* for each answer; 0: the measure's case_timeout */
    const volatile sig_atomic_t *stop;
} as_process_setup;

/* Never NULL, and does not wait. The setup need not outlive the call; what `stop` points to must outlive the handle. */
as_process *as_process_start(const as_process_setup *setup);

/* Waits for the next answer that is neither a stage nor a note, `timeout_s` after `from_ns` of as_wall_ns at most. Its
 * texts live in `arena`. */
bool as_process_next(as_process *p, uint64_t from_ns, double timeout_s, as_arena *arena, as_answer *answer);

/* For mode turns. Waits until the worker has checked itself and is warm. `call_ns`: what a call takes, roughly. */
bool as_process_ready(as_process *p, double *call_ns);
bool as_process_turn(as_process *p, uint64_t calls, double *wall_ns);
/* Asks it to check itself on new inputs and to end. false: it was found wrong. */
bool as_process_end(as_process *p, as_result *result);

/* Waits for the result of a worker that ends by itself; its texts live as long as the handle. `checked`: one without a
 * passed check is none. */
bool as_process_result(as_process *p, bool checked, as_result *result);
/* Waits, after a result, until it has ended well and what it leaves behind is whole. */
bool as_process_ended_well(as_process *p);

/* Kills what is left of it and of all that it has started. */
void as_process_free(as_process *p);

/* Why it is of no use any more, in words and by kind; "" and AS_PROCESS_WELL until then. */
typedef enum {
    AS_PROCESS_WELL,
    AS_PROCESS_ABSENT, /* it could not be started: errno, as as_process_start left it, says why */
    AS_PROCESS_GONE,   /* it has ended, by itself or by a signal */
    AS_PROCESS_LATE,
    AS_PROCESS_INTERRUPTED,
    AS_PROCESS_BROKE, /* the protocol; or it says that its case failed */
} as_process_state;
const char *as_process_why(const as_process *p);
as_process_state as_process_state_of(const as_process *p);
/* What it said that it does, for a reason: "in its check"; `otherwise` where it said nothing. */
const char *as_process_stage(const as_process *p, const char *otherwise);

/* Asks a program what it is, in the newest protocol that both speak: `spoken`. Fails when the file is no attnscope or
 * speaks none of this program's protocols. Texts live in `arena`. */
bool as_process_hello(const char *program, const char *const *plugins, as_arena *arena, as_hello *out, as_err *err);

#endif
