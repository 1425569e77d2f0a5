/* protocol.h: what a program and its workers say to each other, version 5: lines of JSON, as docs/protocol.md has them.
 * SPDX-License-Identifier: Apache-2.0
 * The parent writes one request and, to a worker that takes turns, questions; the worker writes answers. Neither trusts
 * what it reads: an unknown word, a value that is needed and missing, a value of another type is an error. Unknown keys
 * are passed over. */
#ifndef AS_WORKER_PROTOCOL_H
#define AS_WORKER_PROTOCOL_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../model/records.h"

#define AS_PROTOCOL 5
#define AS_PROTOCOL_MIN 4 /* what a parent of this build still speaks; its worker speaks 5 alone */

#define AS_COUNTED "as_worker_counted" /* the function that callgrind counts in: every build has it under this name */

/* What a request asks for. Its word on the wire is the name in lower case. */
typedef enum {
    AS_MODE_VISIT,    /* check, time, check again, end */
    AS_MODE_HELLO,    /* say what program this is and which kernels it has, and end; there is no case */
    AS_MODE_DESCRIBE, /* refuse the case or state its work in the result, and end: nothing is allocated */
    AS_MODE_TURNS,    /* check, warm up, say ready, then time calls as they are asked for; check again, end */
    AS_MODE_CHECK,    /* check, check again, end: nothing is timed */
    AS_MODE_COUNT,    /* make `batches` calls for callgrind to count, and end: neither checked nor timed */
} as_mode;

/* What is added to every call of a worker that takes turns, so that a duel can be shown a slow-down of known size. */
typedef enum {
    AS_INJECT_NONE,
    AS_INJECT_WORK,
    AS_INJECT_ARITHMETIC,
    AS_INJECT_MEMORY,
    AS_INJECT_ALIGNMENT,
    AS_INJECT_ROUNDS, /* of an empty loop, in mode count alone; the share is their number */
} as_inject;

typedef struct {
    as_mode mode;
    as_case row;
    unsigned process, order, batches;
    uint64_t memory_bytes; /* that the worker may take for itself; 0: no limit */
    uint64_t seed;
    const char *const *plugins; /* each ends with NULL */
    const char *const *events;
    as_inject inject;
    double inject_share; /* of a call's own time: 0.02 */
} as_request;

void as_request_write(const as_request *request, as_text *out);
bool as_request_read(const char *text, size_t length, as_arena *arena, as_request *out, as_err *err);

/* protocol_4.c: the same request in the words of protocol 4, which programs of 0.1 speak; answers are read as those of
 * 5 are. To be removed in 0.3, with AS_PROTOCOL_MIN. */
void as_request_write_4(const as_request *request, as_text *out);

/* A question to a worker that takes turns: time so many calls, or, with 0 calls, end. */
void as_ask_write(uint64_t calls, as_text *out);
bool as_ask_read(const char *line, size_t length, uint64_t *calls);

/* What a program says of itself. */
#define AS_HELLO_COLUMNS(F, t)                                                                                         \
    F(t, AS_COUNT, protocol, "newest version that it speaks")                                                          \
    F(t, AS_COUNT, protocol_min, "oldest version that it speaks; missing: the newest alone")                           \
    F(t, AS_TEXT, name, "of the program; missing: attnscope")                                                          \
    F(t, AS_TEXT, version, "of the program")                                                                           \
    F(t, AS_TEXT, commit, "that it was built from")                                                                    \
    F(t, AS_TEXT, library, "whose code its kernels call, with its version; missing: none")

typedef struct {
    AS_HELLO_COLUMNS(AS_RECORD_FIELD, as_hello)
    const char *const *kernels; /* names, ends with NULL */
} as_hello;

#define AS_TIMED_CALLS_COLUMNS(F, t)                                                                                   \
    F(t, AS_COUNT, calls, "that were made")                                                                            \
    F(t, AS_REAL, wall_ns, "of all calls, less what the worker waited for a CPU")

AS_RECORD(as_timed_calls, AS_TIMED_CALLS_COLUMNS);

/* The word on the wire is the name in lower case. */
typedef enum {
    AS_SAYS_STAGE, /* what is done next, which a crash is blamed on: text */
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
    union {
        as_sample sample;
        as_counter counter;
        as_phase_time phase;
        as_result result;
        as_hello hello;
        as_timed_calls turn;
    };
} as_answer;

/* The schema of what an answer of this kind carries; NULL for stage and note. */
const as_schema *as_answer_schema(as_says kind);

/* One line with its newline. Only what belongs to the kind is looked at. */
void as_answer_write(const as_answer *answer, as_text *out);
/* Texts are kept in `arena` and are printable. false: `err` says what is wrong with the line. */
bool as_answer_read(const char *line, size_t length, as_arena *arena, as_answer *out, as_err *err);

#endif
