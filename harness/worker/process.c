/* process.c: see process.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/file.h"
#include "spawn.h"

enum { LAST_WORDS = 300, LINE_LIMIT = 1 << 20, SLICE_MS = 100 };

#define HELLO_S 10.0

struct as_living {
    as_arena *arena;
    pid_t pid; /* 0: none */
    int in, out, err;
    as_text lines;
    char why[400], last_words[LAST_WORDS + 1];
    char stage[sizeof((as_answer *)0)->text], note[sizeof((as_answer *)0)->text];
    double timeout_s;
    const volatile sig_atomic_t *stop;
};

static bool fail(as_living *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(as_living *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(l->why, sizeof l->why, format, args);
    va_end(args);
    as_printable(l->why);
    return false;
}

const char *as_living_why(const as_living *l) { return l->why; }

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* A full pipe means that it does not read: then it is not waited for. A pair of sockets, because writing to one whose
 * reader is gone is an error here and not a signal. */
static bool tell(as_living *l, const as_text *text)
{
    const ssize_t done = send(l->in, text->data, text->length, MSG_NOSIGNAL | MSG_DONTWAIT);
    return done == (ssize_t)text->length;
}

static void pin(pid_t pid, int cpu)
{
    cpu_set_t set;
    if (cpu < 0)
        return;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    sched_setaffinity(pid, sizeof set, &set); /* where it is refused, it runs anywhere */
}

static as_living *start(const as_spawn *spawn, const as_request *request, int cpu)
{
    as_living *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    l->arena = as_arena_create();
    l->in = l->out = l->err = -1;
    const bool ok = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) == 0 && pipe2(out, O_CLOEXEC) == 0 &&
                    pipe2(err, O_CLOEXEC) == 0;
    const int ends[3] = {in[1], out[1], err[1]};
    const int code = ok ? as_spawn_worker(spawn, ends, l->arena, &l->pid) : errno;
    shut(&in[1]);
    shut(&out[1]);
    shut(&err[1]);
    l->in = in[0];
    l->out = out[0];
    l->err = err[0];
    if (code != 0) {
        l->pid = 0;
        fail(l, "cannot be started: %s", strerror(code));
        return l;
    }
    pin(l->pid, cpu);
    fcntl(l->out, F_SETFL, O_NONBLOCK);
    fcntl(l->err, F_SETFL, O_NONBLOCK);
    as_text text = {0};
    as_request_write(request, &text);
    tell(l, &text); /* a worker that did not take it will say so or be silent */
    as_text_free(&text);
    return l;
}

as_living *as_living_start(const as_living_setup *s)
{
    static const char *const none[] = {NULL};
    const as_request request = {.row = *s->row,
                                .process = s->process,
                                .batches = s->calls ? s->calls : 1,
                                .memory_bytes = as_spawn_memory(s->measure),
                                .seed = s->seed,
                                .plugins = s->plugins ? s->plugins : none,
                                .events = none,
                                .mode = s->mode,
                                .inject = s->inject,
                                .inject_share = s->inject_share};
    const as_spawn spawn = {
        .program = s->program, .row = s->row, .seed = s->seed, .process = s->process, .counts = s->counts};
    as_living *l = start(&spawn, &request, s->cpu);
    l->timeout_s = s->timeout_s > 0 ? s->timeout_s : s->measure->case_timeout_s;
    l->stop = s->stop;
    return l;
}

/* --- listening --------------------------------------------------------------------------------------------------- */

static void take_last_words(as_living *l)
{
    char chunk[1 << 12];
    for (int i = 0; i < 16 && l->err >= 0; i++) {
        const ssize_t got = read(l->err, chunk, sizeof chunk);
        if (got == 0)
            shut(&l->err);
        if (got <= 0)
            return;
        const size_t keep = (size_t)got < LAST_WORDS ? (size_t)got : LAST_WORDS;
        for (size_t k = 0; k < keep; k++) {
            const char c = chunk[(size_t)got - keep + k];
            l->last_words[k] = c ? c : '?';
        }
        l->last_words[keep] = 0;
    }
}

/* It will answer no more: reaps it and says how it went. */
static bool gone(as_living *l)
{
    int status = 0;
    const uint64_t from = as_wall_ns();
    pid_t got = 0;
    while (l->pid && !(got = waitpid(l->pid, &status, WNOHANG)) && as_wall_ns() - from < 1000000000u)
        poll(NULL, 0, 1);
    take_last_words(l);
    if (!l->pid || !got)
        return fail(l, "closed its answers and lives on %s", l->stage);
    kill(-l->pid, SIGKILL);
    l->pid = 0;
    as_printable(l->last_words);
    for (size_t n = strlen(l->last_words); n && l->last_words[n - 1] == ' '; n--)
        l->last_words[n - 1] = 0;
    const char *words = l->note[0] ? l->note : l->last_words,
               *stage = l->stage[0] ? l->stage : "before it said anything";
    const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;
    if (WIFSIGNALED(status))
        return fail(l, "killed by SIG%s %s%s%s", name ? name : "?", stage, *words ? ": " : "", words);
    return fail(l, "ended by itself with exit code %d %s%s%s", WEXITSTATUS(status), stage, *words ? ": " : "", words);
}

/* The next line, without what it is worth. */
static bool next_line(as_living *l, uint64_t from, double timeout_s, as_text *line)
{
    char chunk[1 << 14];
    for (;;) {
        char *end = l->lines.length ? memchr(l->lines.data, '\n', l->lines.length) : NULL;
        if (end) {
            const size_t length = (size_t)(end - l->lines.data) + 1;
            line->length = 0;
            as_text_append(line, l->lines.data, length - 1);
            memmove(l->lines.data, l->lines.data + length, l->lines.length - length);
            l->lines.length -= length;
            return true;
        }
        if (l->lines.length > LINE_LIMIT)
            return fail(l, "broke the protocol: a line without end");
        if (l->stop && *l->stop)
            return fail(l, "interrupted");
        if (1e-9 * (double)(as_wall_ns() - from) > timeout_s)
            return fail(l, "gave no answer for %.3g s %s", timeout_s, l->stage[0] ? l->stage : "at its start");
        struct pollfd ends[2] = {{.fd = l->out, .events = POLLIN}, {.fd = l->err, .events = POLLIN}};
        poll(ends, 2, SLICE_MS);
        take_last_words(l);
        const ssize_t got = read(l->out, chunk, sizeof chunk);
        if (got > 0)
            as_text_append(&l->lines, chunk, (size_t)got);
        else if (got == 0)
            return gone(l);
    }
}

/* Until an answer of `kind` comes, or a result, which ends it all. */
static bool listen_for(as_living *l, as_says kind, double timeout_s, as_arena *arena, as_answer *answer)
{
    as_text line = {0};
    const uint64_t from = as_wall_ns();
    bool ok = !l->why[0], heard = false;
    while (ok && !heard) {
        as_err err = {0};
        ok = next_line(l, from, timeout_s, &line);
        if (!ok)
            break;
        if (!as_answer_read(line.data ? line.data : "", line.length, arena, answer, &err))
            ok = fail(l, "broke the protocol: %s", err.text);
        else if (answer->kind == AS_SAYS_STAGE || answer->kind == AS_SAYS_NOTE)
            memcpy(answer->kind == AS_SAYS_STAGE ? l->stage : l->note, answer->text, sizeof answer->text);
        else if (answer->kind == kind)
            heard = true;
        else if (answer->kind == AS_SAYS_RESULT)
            ok = fail(l, "%s", answer->result.reason[0] ? answer->result.reason : "ended before it was told to");
        else
            ok = fail(l, "broke the protocol: an answer to nothing that was asked");
    }
    as_text_free(&line);
    return ok;
}

bool as_living_ready(as_living *l, double *call_ns)
{
    as_answer answer;
    const uint64_t from = as_wall_ns();
    if (!listen_for(l, AS_SAYS_READY, l->timeout_s, l->arena, &answer))
        return false;
    *call_ns = answer.turn.wall_ns / (double)answer.turn.calls;
    return *call_ns <= (double)(as_wall_ns() - from) + 1e9 * l->timeout_s ||
           fail(l, "said that a call takes longer than has passed");
}

bool as_living_turn(as_living *l, uint64_t calls, double *wall_ns)
{
    as_answer answer;
    as_text ask = {0};
    if (l->why[0])
        return false;
    as_ask_write(&(as_ask){.calls = calls}, &ask);
    const uint64_t from = as_wall_ns();
    const bool told = tell(l, &ask);
    as_text_free(&ask);
    if (!told && errno != EPIPE && errno != ECONNRESET)
        return fail(l, "does not take what it is asked");
    if (!listen_for(l, AS_SAYS_TURN, l->timeout_s, l->arena, &answer))
        return false;
    *wall_ns = answer.turn.wall_ns;
    if (answer.turn.calls != calls)
        return fail(l, "broke the protocol: %llu calls where %llu were asked for",
                    (unsigned long long)answer.turn.calls, (unsigned long long)calls);
    return *wall_ns <= (double)(as_wall_ns() - from) || fail(l, "reported a wall time that has not passed");
}

bool as_living_end(as_living *l, as_visit_result *result)
{
    as_text ask = {0};
    if (l->why[0])
        return false;
    as_ask_write(&(as_ask){0}, &ask);
    tell(l, &ask);
    as_text_free(&ask);
    return as_living_result(l, true, result);
}

bool as_living_result(as_living *l, bool checked, as_visit_result *result)
{
    as_answer answer;
    if (!listen_for(l, AS_SAYS_RESULT, l->timeout_s, l->arena, &answer))
        return false;
    *result = answer.result;
    if (strcmp(result->status, "ok"))
        return fail(l, "%s", result->reason);
    return !checked || (result->checked && result->error_max <= result->error_allowed) ||
           fail(l, "said ok without a passed check");
}

bool as_living_gone(as_living *l)
{
    const uint64_t from = as_wall_ns();
    int status = 0;
    while (l->pid && waitpid(l->pid, &status, WNOHANG) == 0) {
        if (l->stop && *l->stop)
            return fail(l, "interrupted");
        if (1e-9 * (double)(as_wall_ns() - from) > l->timeout_s)
            return fail(l, "did not end");
        poll(NULL, 0, 5);
    }
    l->pid = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? true : fail(l, "ended badly after its last answer");
}

void as_living_free(as_living *l)
{
    if (!l)
        return;
    if (l->pid) {
        kill(-l->pid, SIGKILL);
        while (waitpid(l->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    shut(&l->in);
    shut(&l->out);
    shut(&l->err);
    as_text_free(&l->lines);
    as_arena_free(l->arena);
    free(l);
}

/* --- hello ------------------------------------------------------------------------------------------------------- */

bool as_living_hello(const char *program, const char *const *plugins, as_arena *arena, as_hello *out, as_err *err)
{
    static const char *const none[] = {NULL};
    static const as_case no_case;
    const as_request request = {
        .row = no_case, .batches = 1, .plugins = plugins ? plugins : none, .events = none, .mode = AS_MODE_HELLO};
    as_living *l = start(&(as_spawn){.program = program}, &request, -1);
    as_answer answer;
    shutdown(l->in, SHUT_WR); /* a build that reads its request to the end answers, too */
    bool ok = listen_for(l, AS_SAYS_HELLO, HELLO_S, arena, &answer);
    if (!ok && strstr(l->why, "protocol ") && strstr(l->why, "was asked"))
        as_fail(err, AS_EXIT_USAGE, "%s: a build with another protocol than this program's %d: %s", program,
                AS_PROTOCOL, l->why);
    else if (!ok)
        as_fail(err, AS_EXIT_USAGE, "%s: does not answer as an attnscope: %s", program ? program : "attnscope", l->why);
    else if (answer.hello.protocol != AS_PROTOCOL)
        ok = as_fail(err, AS_EXIT_USAGE, "%s: speaks protocol %llu, this program speaks %d: rebuild the older of them",
                     program, (unsigned long long)answer.hello.protocol, AS_PROTOCOL);
    *out = answer.hello;
    as_living_free(l);
    return ok;
}
