/* fault.c: lines that a signal handler writes when a kernel crashes. They are made beforehand: it may do no more than
 * write.
 * SPDX-License-Identifier: Apache-2.0
 * State of this file is global because a signal handler has nothing else. */
#include "fault.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol.h"

enum { ROWS = 64, LINE = 400 };

static struct {
    int fd;
    size_t count;
    struct {
        uintptr_t from, to;
        size_t length;
        char line[LINE];
    } rows[ROWS];
} watch;

static void add_row(uintptr_t from, uintptr_t to, const char *text)
{
    as_answer answer = {.kind = AS_SAYS_NOTE};
    as_text line = {0};
    if (watch.count == ROWS)
        return;
    snprintf(answer.text, sizeof answer.text, "%s", text);
    as_answer_write(&answer, &line);
    if (line.length < LINE) {
        watch.rows[watch.count].from = from;
        watch.rows[watch.count].to = to;
        watch.rows[watch.count].length = line.length;
        memcpy(watch.rows[watch.count].line, line.data, line.length);
        watch.count++;
    }
    as_text_free(&line);
}

void as_fault_explain(const void *from, size_t bytes, const char *text)
{
    add_row((uintptr_t)from, (uintptr_t)from + bytes, text);
}

void as_fault_forget(void)
{
    watch.count = 0;
    add_row(0, 1 << 16, "it used a null pointer; memory asked for beyond the limit is refused");
}

/* SA_RESETHAND has put the default action back: returning repeats the access and dies of it. */
static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void)context;
    const uintptr_t at = (uintptr_t)info->si_addr;
    for (size_t i = watch.count; info->si_code > 0 && i-- > 0;)
        if (at >= watch.rows[i].from && at < watch.rows[i].to) {
            if (write(watch.fd, watch.rows[i].line, watch.rows[i].length) < 0)
                break;
            break;
        }
    if (info->si_code <= 0)
        raise(signal);
}

void as_fault_watch(int fd)
{
    static char stack[1 << 16];
    const stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_RESETHAND | SA_ONSTACK};
    watch.fd = fd;
    as_fault_forget();
    sigaltstack(&own, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}
