/* process.c: starts a worker, hears what it says and how it ends, and ends it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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
#include "../base/program.h"
#include "environment.h"
#include "judge.h"

enum { LAST_WORDS = 200, LINE_LIMIT = 1 << 20, SLICE_MS = 100 };

#define GRACE_NS 1000000000u /* for a worker that has closed its answers to end */

struct as_process {
    as_arena *arena;
    pid_t pid;
    bool started, reaped;
    int status;       /* once reaped, as waitpid has it */
    int in, out, err; /* -1 once closed */
    as_text lines;    /* heard and not yet read */
    as_process_state state;
    char why[400];
    char last_words[LAST_WORDS + 1]; /* of stderr */
    char stage[sizeof((as_answer *)0)->text], note[sizeof((as_answer *)0)->text];
    double timeout_s;
    const volatile sig_atomic_t *stop;
};

const char *as_process_why(const as_process *p) { return p->why; }
as_process_state as_process_state_of(const as_process *p) { return p->state; }
const char *as_process_stage(const as_process *p, const char *otherwise) { return p->stage[0] ? p->stage : otherwise; }

static bool give_up(as_process *p, as_process_state state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool give_up(as_process *p, as_process_state state, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(p->why, sizeof p->why, format, args);
    va_end(args);
    as_printable(p->why);
    p->state = state;
    return false;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* --- start ------------------------------------------------------------------------------------------------------- */

/* valgrind takes %p and the like in a file's name for its own. */
static const char *without_percent(const char *path, as_arena *arena)
{
    as_text text = {0};
    for (; *path; path++)
        as_text_append(&text, *path == '%' ? "%%" : path, *path == '%' ? 2 : 1);
    return as_text_keep(&text, arena);
}

/* Executes `PROGRAM worker`, in valgrind where it is to be counted. 0, or an errno. */
static int spawn_worker(as_process *p, const as_process_setup *s, const int ends[3])
{
    char self[PATH_MAX]; /* under valgrind /proc/self/exe would be valgrind's */
    const char *program = s->program ? s->program : as_self_path(self, sizeof self) ? self : "/proc/self/exe";
    const char *const as_it_is[] = {"attnscope", "worker", NULL};
    /* Nothing but what lies within that one function is counted; it is found by its name, so that any build will do. */
    const char *const counted[] = {
        "valgrind",
        "--tool=callgrind",
        "--quiet",
        "--vgdb=no",
        "--cache-sim=no",
        "--toggle-collect=" AS_COUNTED,
        as_arena_printf(p->arena, "--callgrind-out-file=%s",
                        without_percent(s->callgrind_file ? s->callgrind_file : "", p->arena)),
        program,
        "worker",
        NULL};
    const as_program worker = {.argv = s->callgrind_file ? counted : as_it_is,
                               .file = s->callgrind_file ? NULL : program,
                               .environment = as_worker_environment(s->row, s->seed, s->process, p->arena)};
    return as_program_start(&worker, ends, &p->pid);
}

static void pin_process(pid_t pid, int cpu)
{
    cpu_set_t set;
    if (cpu < 0)
        return;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    sched_setaffinity(pid, sizeof set, &set); /* where it is refused, it runs anywhere */
}

/* A full socket means that it does not read: then it is not waited for. A pair of sockets, because writing to one whose
 * reader is gone is an error here and not a signal. */
static bool send_text(as_process *p, const as_text *text)
{
    const ssize_t done = send(p->in, text->data, text->length, MSG_NOSIGNAL | MSG_DONTWAIT);
    return done == (ssize_t)text->length;
}

/* What the config allows a worker to take, in bytes. */
static uint64_t memory_limit(const as_measure *measure)
{
    if (!measure || measure->memory_bytes)
        return measure ? measure->memory_bytes : 0;
    const double pages = (double)sysconf(_SC_AVPHYS_PAGES), percent = measure->memory_percent;
    return (uint64_t)(pages * (double)sysconf(_SC_PAGESIZE) * (percent > 0 ? percent : 75) / 100);
}

/* A worker that did not take it will say so or be silent. */
static void send_request(as_process *p, const as_process_setup *s)
{
    static const char *const none[] = {NULL};
    static const as_case no_case;
    const as_request request = {.mode = s->mode,
                                .row = s->row ? *s->row : no_case,
                                .process = s->process,
                                .order = s->order,
                                .batches = s->batches ? s->batches : 1,
                                .memory_bytes = memory_limit(s->measure),
                                .seed = s->seed,
                                .plugins = s->plugins ? s->plugins : none,
                                .events = s->events ? s->events : none,
                                .inject = s->inject,
                                .inject_share = s->inject_share};
    as_text text = {0};
    if (s->protocol == AS_PROTOCOL_MIN)
        as_request_write_4(&request, &text);
    else
        as_request_write(&request, &text);
    send_text(p, &text);
    as_text_free(&text);
    if (s->mode != AS_MODE_TURNS)
        shutdown(p->in, SHUT_WR); /* a kernel that reads stdin finds its end */
}

as_process *as_process_start(const as_process_setup *s)
{
    as_process *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    p->arena = as_arena_create();
    p->stop = s->stop;
    p->timeout_s = s->timeout_s > 0 ? s->timeout_s : s->measure ? s->measure->case_timeout_s : 0;
    const bool ok = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) == 0 && pipe2(out, O_CLOEXEC) == 0 &&
                    pipe2(err, O_CLOEXEC) == 0;
    const int code = ok ? spawn_worker(p, s, (const int[]){in[1], out[1], err[1]}) : errno;
    close_end(&in[1]);
    close_end(&out[1]);
    close_end(&err[1]);
    p->in = in[0];
    p->out = out[0];
    p->err = err[0];
    if (code != 0) {
        give_up(p, AS_PROCESS_ABSENT, "cannot be started: %s", strerror(code));
        errno = code;
        return p;
    }
    p->started = true;
    pin_process(p->pid, s->cpu);
    fcntl(p->out, F_SETFL, O_NONBLOCK);
    fcntl(p->err, F_SETFL, O_NONBLOCK);
    send_request(p, s);
    return p;
}

/* --- how it ended ------------------------------------------------------------------------------------------------ */

/* Keeps the end of what it writes to stderr. At most a few chunks, so that a kernel that floods it cannot hold us. */
static void hear_last_words(as_process *p)
{
    char chunk[1 << 12];
    for (int i = 0; i < 16 && p->err >= 0; i++) {
        const ssize_t got = read(p->err, chunk, sizeof chunk);
        if (got == 0)
            close_end(&p->err);
        if (got <= 0)
            return;
        const size_t fresh = (size_t)got < LAST_WORDS ? (size_t)got : LAST_WORDS, had = strlen(p->last_words);
        const size_t kept = had + fresh > LAST_WORDS ? LAST_WORDS - fresh : had;
        memmove(p->last_words, p->last_words + had - kept, kept);
        for (size_t k = 0; k < fresh; k++) {
            const char c = chunk[(size_t)got - fresh + k];
            p->last_words[kept + k] = c ? c : '?';
        }
        p->last_words[kept + fresh] = 0;
    }
}

static const char *last_words(as_process *p)
{
    char *text = p->last_words;
    as_printable(text);
    for (size_t n = strlen(text); n && text[n - 1] == ' '; n--)
        text[n - 1] = 0;
    return text + strspn(text, " ");
}

static bool reap_worker(as_process *p)
{
    p->reaped = p->reaped || (p->started && waitpid(p->pid, &p->status, WNOHANG) == p->pid);
    return p->reaped;
}

/* It will answer no more: says how it went. */
static bool explain_end(as_process *p)
{
    const uint64_t from = as_wall_ns();
    while (!reap_worker(p) && as_wall_ns() - from < GRACE_NS)
        poll(NULL, 0, 1);
    hear_last_words(p);
    const char *stage = as_process_stage(p, "before it said anything"), *words = last_words(p);
    const char *because = p->note[0] ? p->note : words, *colon = *because ? ": " : "";
    const char *said = p->note[0] || !*words ? "" : "its last words: ";
    if (!p->reaped)
        return give_up(p, AS_PROCESS_BROKE, "closed its answers and lives on %s", stage);
    if (!WIFSIGNALED(p->status))
        return give_up(p, AS_PROCESS_GONE, "ended by itself with exit code %d %s, without a result%s%s%s",
                       WEXITSTATUS(p->status), stage, colon, said, because);
    const char *name = sigabbrev_np(WTERMSIG(p->status));
    return give_up(p, AS_PROCESS_GONE, "killed by SIG%s %s%s%s%s", name ? name : "?", stage, colon, said, because);
}

/* --- listening --------------------------------------------------------------------------------------------------- */

static bool take_line(as_process *p, as_text *line)
{
    char *end = p->lines.length ? memchr(p->lines.data, '\n', p->lines.length) : NULL;
    if (!end)
        return false;
    const size_t length = (size_t)(end - p->lines.data) + 1;
    line->length = 0;
    as_text_append(line, p->lines.data, length - 1);
    memmove(p->lines.data, p->lines.data + length, p->lines.length - length);
    p->lines.length -= length;
    return true;
}

/* The next line, whatever it is worth. */
static bool next_line(as_process *p, uint64_t from_ns, double timeout_s, as_text *line)
{
    char chunk[1 << 14];
    for (;;) {
        if (take_line(p, line))
            return true;
        if (p->lines.length > LINE_LIMIT)
            return give_up(p, AS_PROCESS_BROKE, "broke the protocol: a line without end");
        struct pollfd ends[2] = {{.fd = p->out, .events = POLLIN}, {.fd = p->err, .events = POLLIN}};
        poll(ends, 2, SLICE_MS);
        const bool ended = reap_worker(p); /* before the last read, so that nothing that it wrote is lost */
        hear_last_words(p);
        const ssize_t got = read(p->out, chunk, sizeof chunk);
        if (got > 0)
            as_text_append(&p->lines, chunk, (size_t)got);
        else if (got == 0 || ended) /* a process that it left behind may hold the pipe */
            return explain_end(p);
        else if (p->stop && *p->stop)
            return give_up(p, AS_PROCESS_INTERRUPTED, "interrupted");
        else if (1e-9 * (double)(as_wall_ns() - from_ns) > timeout_s)
            return give_up(p, AS_PROCESS_LATE, "gave no answer for %.3g s %s", timeout_s,
                           as_process_stage(p, "at its start"));
    }
}

bool as_process_next(as_process *p, uint64_t from_ns, double timeout_s, as_arena *arena, as_answer *answer)
{
    as_text line = {0};
    bool heard = false;
    while (!heard && !p->why[0] && next_line(p, from_ns, timeout_s, &line)) {
        as_err err = {0};
        if (!as_answer_read(line.data, line.length, arena, answer, &err))
            give_up(p, AS_PROCESS_BROKE, "broke the protocol: %s", err.text);
        else if (answer->kind == AS_SAYS_STAGE || answer->kind == AS_SAYS_NOTE)
            memcpy(answer->kind == AS_SAYS_STAGE ? p->stage : p->note, answer->text, sizeof answer->text);
        else
            heard = true;
    }
    as_text_free(&line);
    return heard;
}

/* An answer of `kind`; a result ends it all. */
static bool expect_answer(as_process *p, as_says kind, as_answer *answer)
{
    if (!as_process_next(p, as_wall_ns(), p->timeout_s, p->arena, answer))
        return false;
    if (answer->kind == kind)
        return true;
    if (answer->kind != AS_SAYS_RESULT)
        return give_up(p, AS_PROCESS_BROKE, "broke the protocol: an answer to nothing that was asked");
    return give_up(p, AS_PROCESS_BROKE, "%s",
                   answer->result.reason[0] ? answer->result.reason : "ended before it was told to");
}

bool as_process_ready(as_process *p, double *call_ns)
{
    as_answer answer;
    const uint64_t from = as_wall_ns();
    if (!expect_answer(p, AS_SAYS_READY, &answer))
        return false;
    *call_ns = answer.turn.wall_ns / (double)answer.turn.calls;
    return *call_ns <= (double)(as_wall_ns() - from) + 1e9 * p->timeout_s ||
           give_up(p, AS_PROCESS_BROKE, "said that a call takes longer than has passed");
}

bool as_process_turn(as_process *p, uint64_t calls, double *wall_ns)
{
    as_answer answer;
    as_text question = {0};
    if (p->why[0])
        return false;
    as_ask_write(calls, &question);
    const uint64_t from = as_wall_ns();
    const bool taken = send_text(p, &question);
    as_text_free(&question);
    if (!taken && errno != EPIPE && errno != ECONNRESET)
        return give_up(p, AS_PROCESS_BROKE, "does not take what it is asked");
    if (!expect_answer(p, AS_SAYS_TURN, &answer))
        return false;
    *wall_ns = answer.turn.wall_ns;
    if (answer.turn.calls != calls)
        return give_up(p, AS_PROCESS_BROKE, "broke the protocol: %llu calls where %llu were asked for",
                       (unsigned long long)answer.turn.calls, (unsigned long long)calls);
    return *wall_ns <= (double)(as_wall_ns() - from) ||
           give_up(p, AS_PROCESS_BROKE, "reported a wall time that has not passed");
}

/* --- the end ----------------------------------------------------------------------------------------------------- */

bool as_process_end(as_process *p, as_result *result)
{
    as_text question = {0};
    if (p->why[0])
        return false;
    as_ask_write(0, &question);
    send_text(p, &question);
    as_text_free(&question);
    return as_process_result(p, true, result);
}

bool as_process_result(as_process *p, bool checked, as_result *result)
{
    as_answer answer;
    if (!expect_answer(p, AS_SAYS_RESULT, &answer))
        return false;
    *result = answer.result;
    if (strcmp(result->status, "ok"))
        return give_up(p, AS_PROCESS_BROKE, "%s", result->reason);
    return !checked || as_judge_checked(result) || give_up(p, AS_PROCESS_BROKE, "said ok without a passed check");
}

bool as_process_ended_well(as_process *p)
{
    const uint64_t from = as_wall_ns();
    while (!p->why[0] && !reap_worker(p)) {
        if (p->stop && *p->stop)
            return give_up(p, AS_PROCESS_INTERRUPTED, "interrupted");
        if (1e-9 * (double)(as_wall_ns() - from) > p->timeout_s)
            return give_up(p, AS_PROCESS_LATE, "did not end");
        poll(NULL, 0, 5);
    }
    return !p->why[0] && ((WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0) ||
                          give_up(p, AS_PROCESS_GONE, "ended badly after its last answer"));
}

void as_process_free(as_process *p)
{
    if (!p)
        return;
    if (p->started)
        kill(-p->pid, SIGKILL);
    while (p->started && !p->reaped && waitpid(p->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    close_end(&p->in);
    close_end(&p->out);
    close_end(&p->err);
    as_text_free(&p->lines);
    as_arena_free(p->arena);
    free(p);
}
