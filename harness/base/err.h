/* err.h: one sentence that says what went wrong, where, and what to do; and the program's exit codes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BASE_ERR_H
#define AS_BASE_ERR_H

#include <stdbool.h>

typedef enum {
    AS_EXIT_OK = 0,
    AS_EXIT_BAD = 1,         /* the verdict is bad: a regression, a failed verification, a contradicted claim */
    AS_EXIT_USAGE = 2,       /* bad usage or bad input */
    AS_EXIT_ENVIRONMENT = 3, /* disk, memory, a missing program */
    AS_EXIT_PARTIAL = 4,     /* done, but some cases failed */
    AS_EXIT_INCONCLUSIVE = 5,
    AS_EXIT_INTERRUPTED = 130,
} as_exit;

typedef struct {
    as_exit code;
    char text[1024]; /* one line, no final newline; empty while all is well */
} as_err;

/* Records the sentence (control characters become spaces) and returns false, so that a caller can `return
 * as_fail(...)`. `err` may be NULL. */
bool as_fail(as_err *err, as_exit code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* as_fail for an exhausted heap. */
bool as_fail_memory(as_err *err);

#endif
