/* turns.c: calls on demand, so that another program can be measured in turns with this one, in the same seconds.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../kernels/cpu.h"
#include "internal.h"

#define CALLS_MOST 1000000

static bool say(const char *text, as_err *err)
{
    if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
        return true;
    return as_fail(err, AS_EXIT_ENVIRONMENT, "--turns: standard output cannot be written: %s", strerror(errno));
}

static bool take(const as_bench *b, const as_problem *p, uint64_t calls, as_err *err)
{
    char answer[80];
    uint64_t ns = 0;
    for (uint64_t i = 0; i < calls; i++)
        ns += as_bench_call(b, p);
    snprintf(answer, sizeof answer, "%llu %.9f\n", (unsigned long long)calls, (double)ns * 1e-9);
    return say(answer, err);
}

bool as_bench_turns(const as_bench *b, const as_problem *p, as_err *err)
{
    char line[200];
    snprintf(line, sizeof line, "ready %.80s %s %s\n", b->entry->kernel->name, as_isa_name(b->entry->isa),
             as_dtype_name(p->dtype));
    bool ok = say(line, err);
    while (ok && fgets(line, sizeof line, stdin)) {
        uint64_t calls = 0;
        line[strcspn(line, "\n")] = 0;
        if (!as_parse_count(line, &calls) || calls < 1 || calls > CALLS_MOST)
            ok = as_fail(err, AS_EXIT_USAGE,
                         "--turns: a line of standard input is a number of calls from 1 to %d, not '%.40s'", CALLS_MOST,
                         line);
        else
            ok = take(b, p, calls, err);
    }
    return ok;
}
