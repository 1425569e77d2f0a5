/* protocol.h: what parent and worker say to each other: one request, then answers, each one line of JSON. A living
 * worker (mode turns) goes on to read one line of JSON for each turn that it is asked for, until {"ask":"end"}.
 * SPDX-License-Identifier: Apache-2.0
 * The parent trusts nothing that it reads: a line of an unknown kind, a missing key, a value of another type is an
 * error, and the visit fails. */
#ifndef AS_WORKER_PROTOCOL_H
#define AS_WORKER_PROTOCOL_H

#include "../base/arena.h"
#include "../base/err.h"
#include "worker.h"

#define AS_PROTOCOL 4

#define AS_COUNTED "as_worker_counted" /* the function that callgrind counts in: every build has it under this name */

typedef enum {
    AS_MODE_VISIT, /* check, time, check again, end */
    AS_MODE_HELLO, /* say what program this is and which kernels it has, and end; row is not looked at */
    AS_MODE_TURNS, /* check, warm up, say ready, then time turns as they are asked for */
    AS_MODE_CHECK, /* check, check again, end: nothing is timed */
    AS_MODE_COUNT, /* make `batches` calls for callgrind to count, and end: neither checked nor timed */
} as_mode;

/* What is added to every call of a living worker, so that a duel can be shown a slow-down of known size. */
typedef enum {
    AS_INJECT_NONE,
    AS_INJECT_WORK,
    AS_INJECT_ARITHMETIC,
    AS_INJECT_MEMORY,
    AS_INJECT_ALIGNMENT,
    AS_INJECT_ROUNDS, /* of an empty loop, in mode count alone; the share is their number */
} as_inject;

typedef struct {
    as_case row;
    unsigned process, order, batches;
    uint64_t memory_bytes; /* what the worker may take for itself */
    uint64_t seed;
    const char *const *plugins; /* each ends with NULL */
    const char *const *events;
    as_mode mode;
    as_inject inject;
    double inject_share; /* of a call's own time: 0.02 */
} as_request;

typedef struct {
    uint64_t calls; /* 0: end */
} as_ask;

void as_ask_write(const as_ask *ask, as_text *out);
bool as_ask_read(const char *line, size_t length, as_ask *out);

/* What a program says of itself. */
typedef struct {
    uint64_t protocol;
    const char *version, *commit;
    const char *const *kernels; /* names, ends with NULL */
} as_hello;

void as_request_write(const as_request *request, as_text *out);
bool as_request_read(const char *text, size_t length, as_arena *arena, as_request *out, as_err *err);

typedef enum {
    AS_SAYS_STAGE, /* what is done next: text; what a crash is blamed on */
    AS_SAYS_NOTE,  /* what is known of a crash, said with the last breath: text */
    AS_SAYS_SAMPLE,
    AS_SAYS_COUNTER,
    AS_SAYS_PHASE,  /* after the last sample */
    AS_SAYS_RESULT, /* the last line */
    AS_SAYS_HELLO,
    AS_SAYS_READY, /* turn: what one call takes, roughly */
    AS_SAYS_TURN,  /* turn */
} as_says;

typedef struct {
    as_says kind;
    char text[320];
    as_sample sample;
    as_counter counter;
    as_phase_time phase;
    as_visit_result result;
    as_hello hello;
    struct {
        uint64_t calls;
        double wall_ns; /* of all calls, less what the worker waited for a CPU */
    } turn;
} as_answer;

/* One line with its newline. Only what belongs to the kind is looked at. */
void as_answer_write(const as_answer *answer, as_text *out);
/* Texts are kept in `arena`. false: `err` says what is wrong with the line. */
bool as_answer_read(const char *line, size_t length, as_arena *arena, as_answer *out, as_err *err);

/* Control characters and bytes that are not UTF-8 become '?', so that a kernel's last words can be shown and filed. */
void as_printable(char *text);

#endif
