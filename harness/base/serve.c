/* serve.c: questions of the form "time so many calls", and their answers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

#define CALLS_MAX 1000000

static bool answer_question(const as_service *s, uint64_t calls)
{
    as_text line = {0};
    s->write_answer(calls, s->time_calls(s->state, calls), &line);
    const bool written = as_fd_write(s->out, line.data, line.length);
    as_text_free(&line);
    return written;
}

as_serve_end as_serve(const as_service *s, char question[48])
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    as_serve_end end = AS_SERVE_CLOSED;
    uint64_t calls = 0;
    question[0] = 0;
    while (end == AS_SERVE_CLOSED && (length = getline(&line, &size, s->in)) > 0) {
        if (line[length - 1] == '\n')
            line[--length] = 0;
        snprintf(question, 48, "%s", line);
        if (!s->read_question(line, (size_t)length, &calls))
            end = AS_SERVE_REFUSED;
        else if (!calls)
            end = AS_SERVE_ENDED;
        else if (!answer_question(s, calls))
            end = AS_SERVE_UNWRITABLE;
    }
    const int why = errno;
    free(line);
    errno = why;
    return end;
}

/* --- in plain text ----------------------------------------------------------------------------------------------- */

typedef struct {
    as_serve_call call;
    void *state;
} text_service;

static bool read_number(const char *line, size_t length, uint64_t *calls)
{
    (void)length;
    return as_parse_count(line, calls) && *calls >= 1 && *calls <= CALLS_MAX;
}

static double add_calls(void *state, uint64_t calls)
{
    const text_service *s = state;
    uint64_t ns = 0;
    for (uint64_t i = 0; i < calls; i++)
        ns += s->call(s->state);
    return (double)ns;
}

static void write_seconds(uint64_t calls, double wall_ns, as_text *out)
{
    as_text_add(out, "%llu %.9f\n", (unsigned long long)calls, wall_ns * 1e-9);
}

bool as_serve_text(const char *option, const char *what, as_serve_call call, void *state, as_err *err)
{
    text_service texts = {call, state};
    const as_service service = {.in = stdin,
                                .out = STDOUT_FILENO,
                                .read_question = read_number,
                                .time_calls = add_calls,
                                .write_answer = write_seconds,
                                .state = &texts};
    char ready[200], question[48];
    snprintf(ready, sizeof ready, "ready %.180s\n", what);
    const as_serve_end end = fflush(stdout) == 0 && as_fd_write(STDOUT_FILENO, ready, strlen(ready))
                                 ? as_serve(&service, question)
                                 : AS_SERVE_UNWRITABLE;
    if (end == AS_SERVE_REFUSED)
        return as_fail(err, AS_EXIT_USAGE,
                       "%s: a line of standard input is a number of calls from 1 to %d, not '%.40s'", option, CALLS_MAX,
                       question);
    return end != AS_SERVE_UNWRITABLE ||
           as_fail(err, AS_EXIT_ENVIRONMENT, "%s: standard output cannot be written: %s", option, strerror(errno));
}
