/* progress.h: how far a sweep is, on stderr: one redrawn line on a terminal, plain lines now and then elsewhere.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CLI_PROGRESS_H
#define AS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    bool quiet, terminal;
    double last_s; /* when a plain line was last printed */
    bool drawn;    /* the terminal's line holds something */
} as_progress_line;

void as_progress_begin(as_progress_line *p, bool quiet);
/* `remaining_s` NaN: unknown. `current` NULL: the end. */
void as_progress_show(as_progress_line *p, size_t done, size_t total, double elapsed_s, double remaining_s,
                      const char *current);
void as_progress_end(as_progress_line *p);

#endif
