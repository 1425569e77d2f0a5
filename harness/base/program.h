/* program.h: runs another program to its end, by its argument vector and never by a shell, and hears what it says.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BASE_PROGRAM_H
#define AS_BASE_PROGRAM_H

#include <signal.h>
#include <sys/types.h>

#include "text.h"

typedef struct {
    const char *const *argv;           /* ends with NULL */
    const char *file;                  /* what is executed, looked for as a shell would; NULL: argv[0] */
    const char *dir;                   /* where it runs; NULL: here */
    char *const *environment;          /* NULL: ours */
    double seconds;                    /* it is killed after that; 0: it may take as long as it likes */
    const volatile sig_atomic_t *stop; /* when that becomes non-zero it is told to end; NULL: never */
} as_program;

typedef enum {
    AS_PROGRAM_ENDED,  /* `code`: its exit code, or 128 and the signal that killed it */
    AS_PROGRAM_ABSENT, /* it could not be started; `code`: errno */
    AS_PROGRAM_LATE,
    AS_PROGRAM_STOPPED,
} as_program_end;

/* Starts it in a process group of its own, so that the terminal's Ctrl-C goes to us alone and all that it starts can be
 * told to end with it; stdin, stdout and stderr are `ends`. 0, or an errno. */
int as_program_start(const as_program *program, const int ends[3], pid_t *pid);

/* Its stdin is empty; what it writes to stdout and stderr is added to `said`, the last 64 KiB of it at most. Waits. */
as_program_end as_program_run(const as_program *program, as_text *said, int *code);

/* The last line in what a program has said that is not empty; "" when there is none. Cuts `said` up. */
const char *as_program_last_line(as_text *said);

#endif
