/* serve.c: see serve.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "serve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#define CALLS_MOST 1000000

static bool say(const char *text, as_err *err)
{
    if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
        return true;
    return as_fail(err, AS_EXIT_ENVIRONMENT, "--turns: standard output cannot be written: %s", strerror(errno));
}

static bool answer(as_serve_call call, void *state, uint64_t calls, as_err *err)
{
    char line[80];
    uint64_t ns = 0;
    for (uint64_t i = 0; i < calls; i++)
        ns += call(state);
    snprintf(line, sizeof line, "%llu %.9f\n", (unsigned long long)calls, (double)ns * 1e-9);
    return say(line, err);
}

bool as_serve(const char *what, as_serve_call call, void *state, as_err *err)
{
    char line[200];
    snprintf(line, sizeof line, "ready %.180s\n", what);
    bool ok = say(line, err);
    while (ok && fgets(line, sizeof line, stdin)) {
        uint64_t calls = 0;
        line[strcspn(line, "\n")] = 0;
        if (!as_parse_count(line, &calls) || calls < 1 || calls > CALLS_MOST)
            ok = as_fail(err, AS_EXIT_USAGE,
                         "--turns: a line of standard input is a number of calls from 1 to %d, not '%.40s'", CALLS_MOST,
                         line);
        else
            ok = answer(call, state, calls, err);
    }
    return ok;
}
