/* serve.h: times calls whenever it is asked to, so that two programs can be measured in turns, in the same seconds.
 * SPDX-License-Identifier: Apache-2.0
 * One conversation in two spellings, both described in docs/protocol.md: lines of JSON (worker/turns.c) and the plain
 * text of `apply --turns` and `machine --turns`, below. */
#ifndef AS_BASE_SERVE_H
#define AS_BASE_SERVE_H

#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "text.h"

typedef struct {
    FILE *in;
    int out;
    /* Reads a line, without its newline: the number of calls that it asks for, 0 for "end". false: no question. */
    bool (*read_question)(const char *line, size_t length, uint64_t *calls);
    /* Wall time of so many calls, in ns. */
    double (*time_calls)(void *state, uint64_t calls);
    /* Appends the answer, with its newline. */
    void (*write_answer)(uint64_t calls, double wall_ns, as_text *out);
    void *state;
} as_service;

typedef enum {
    AS_SERVE_ENDED,      /* it was told to end */
    AS_SERVE_CLOSED,     /* nobody asks any more */
    AS_SERVE_REFUSED,    /* a line was no question: `question` */
    AS_SERVE_UNWRITABLE, /* nobody hears the answers: errno says why */
} as_serve_end;

/* Answers until it ends. `question` holds the beginning of the last line that was read. */
as_serve_end as_serve(const as_service *s, char question[48]);

/* Nanoseconds of one call. */
typedef uint64_t (*as_serve_call)(void *state);

/* In plain text: writes "ready WHAT" to stdout, then answers each "N" on a line of stdin with "N SECONDS". True when
 * stdin ends. `option` is what the user asked for it with, for errors. */
bool as_serve_text(const char *option, const char *what, as_serve_call call, void *state, as_err *err);

#endif
