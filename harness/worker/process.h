/* process.h: a worker of any build that stays alive and times a turn whenever it is asked, or only checks or counts.
 * SPDX-License-Identifier: Apache-2.0
 * Nothing that it says is believed unchecked: a crash, a hang, garbage, a time that cannot have passed all end as a
 * reason in words, and never as a time. */
#ifndef AS_WORKER_PROCESS_H
#define AS_WORKER_PROCESS_H

#include "protocol.h"

typedef struct as_living as_living;

typedef struct {
    const char *program; /* NULL: this one */
    const as_case *row;
    const as_measure *measure;  /* its case_timeout holds for each answer */
    const char *const *plugins; /* ends with NULL */
    uint64_t seed;
    unsigned process;
    int cpu; /* where all of it runs; -1: anywhere */
    as_inject inject;
    double inject_share;
    const volatile sig_atomic_t *stop;
    as_mode mode;       /* turns; or check or count, for which as_living_result is all there is to ask */
    unsigned calls;     /* of mode count; else 1 */
    const char *counts; /* of mode count: the file that callgrind writes */
    double timeout_s;   /* for each answer; 0: the measure's case_timeout */
} as_living_setup;

/* Never NULL; whether it lives is told by as_living_ready. Starting does not wait. */
as_living *as_living_start(const as_living_setup *setup);
/* Waits until it has checked itself and is warm. `call_ns`: what a call takes, roughly. */
bool as_living_ready(as_living *l, double *call_ns);
bool as_living_turn(as_living *l, uint64_t calls, double *wall_ns);
/* Asks it to check itself on new inputs and to end. false: it was found wrong, and as_living_why says how. */
bool as_living_end(as_living *l, as_visit_result *result);
/* Waits for the result of a worker that ends by itself. `checked`: one without a passed check is none. */
bool as_living_result(as_living *l, bool checked, as_visit_result *result);
/* Waits, after a result, until it has ended and what it leaves behind is whole. */
bool as_living_gone(as_living *l);
/* Kills what is left. */
void as_living_free(as_living *l);

/* Why it is not to be used any more; "" while all is well. */
const char *as_living_why(const as_living *l);

/* Asks a program what it is. What is no such program, or speaks another protocol, is an error that says so. */
bool as_living_hello(const char *program, const char *const *plugins, as_arena *arena, as_hello *out, as_err *err);

#endif
