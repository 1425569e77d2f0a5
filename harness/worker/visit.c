/* visit.c: the parent's side of one worker process: start it, believe nothing it says unchecked, end it in time.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/file.h"
#include "environment.h"
#include "protocol.h"
#include "spawn.h"

enum {
    LAST_WORDS = 200,
    LINE_LIMIT = 1 << 20,
    SLICE_MS = 100,
    ROUNDS_MAX = 64 /* in which a kernel may choose the same pair anew */
};

typedef struct {
    const as_visit *visit;
    const as_sink *sink;
    as_visit_result *result;
    as_arena *arena;
    pid_t pid;
    int out, err; /* ends of pipes to read from; -1 once closed */
    as_text lines;
    char last_words[LAST_WORDS + 1]; /* of stderr */
    char stage[sizeof((as_answer *)0)->text], note[sizeof((as_answer *)0)->text];
    unsigned samples;
    uint64_t started_ns;
    bool finished;   /* the result line has come */
    bool sink_ended; /* the sink refused: the environment failed */
} running;

unsigned as_run_batches(const as_measure *measure) { return measure->cold ? 3 * measure->batches : measure->batches; }

/* --- start and end ----------------------------------------------------------------------------------------------- */

/* A file in memory as stdin: the worker can be as slow or as dead as it likes. */
static int request_file(const as_visit *visit)
{
    static const char *const none[] = {NULL};
    const as_request request = {.row = *visit->row,
                                .process = visit->process,
                                .order = visit->order,
                                .batches = as_run_batches(visit->measure),
                                .memory_bytes = as_spawn_memory(visit->measure),
                                .seed = visit->seed,
                                .plugins = visit->plugins ? visit->plugins : none,
                                .events = visit->events ? visit->events : none};
    as_text text = {0};
    as_request_write(&request, &text);
    int fd = memfd_create("request", MFD_CLOEXEC);
    if (fd >= 0 && (!as_fd_write(fd, text.data, text.length) || lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        fd = -1;
    }
    as_text_free(&text);
    return fd;
}

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static bool start(running *r, as_err *err)
{
    int in = request_file(r->visit), out[2] = {-1, -1}, errors[2] = {-1, -1};
    bool ok = in >= 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0;
    const as_spawn spawn = {.row = r->visit->row, .seed = r->visit->seed, .process = r->visit->process};
    const int ends[3] = {in, out[1], errors[1]};
    int code = ok ? as_spawn_worker(&spawn, ends, r->arena, &r->pid) : errno;
    shut(&in);
    shut(&out[1]);
    shut(&errors[1]);
    if (code != 0) {
        shut(&out[0]);
        shut(&errors[0]);
        return as_fail(err, AS_EXIT_ENVIRONMENT, "cannot start a worker process: %s", strerror(code));
    }
    r->out = out[0];
    r->err = errors[0];
    fcntl(r->out, F_SETFL, O_NONBLOCK);
    fcntl(r->err, F_SETFL, O_NONBLOCK);
    return true;
}

/* --- what it says ------------------------------------------------------------------------------------------------ */

static void failed(running *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void failed(running *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->result->reason, sizeof r->result->reason, format, args);
    va_end(args);
    as_printable(r->result->reason);
    snprintf(r->result->status, sizeof r->result->status, "failed");
}

static double elapsed(const running *r) { return 1e-9 * (double)(as_wall_ns() - r->started_ns); }

/* NULL, or what is wrong with a sample: only what can be measured in the time that has passed is believed. */
static const char *absurd(const running *r, const as_sample *s)
{
    const double passed_ns = elapsed(r) * 1e9, cpus = (double)sysconf(_SC_NPROCESSORS_CONF);
    const struct {
        bool wrong;
        const char *what;
    } rules[] = {
        {s->process != r->visit->process || s->order != r->visit->order, "a sample of another process"},
        {s->batch != r->samples, "a sample out of turn"},
        {s->calls < 1 || s->calls == AS_NO_COUNT, "a batch without calls"},
        {!(s->wall_ns > 0 && s->wall_ns <= passed_ns), "a wall time that has not passed"},
        {!(s->cpu_ns >= 0 && s->cpu_ns <= passed_ns * cpus), "a CPU time that has not passed"},
        {s->speed_index <= 0 || s->speed_index > 1e6, "an absurd speed index"},
        {s->issue_index <= 0 || s->issue_index > 1e3, "an absurd issue index"},
        {s->minor_faults == AS_NO_COUNT || s->context_switches == AS_NO_COUNT, "a sample with cells missing"},
        {s->steal_ns < 0, "negative stolen time"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].wrong)
            return rules[i].what;
    return NULL;
}

static bool on_sample(running *r, as_sample *s)
{
    const char *why = absurd(r, s);
    if (why) {
        failed(r, "the worker reported %s", why);
        return false;
    }
    s->case_ = r->visit->row->case_;
    r->samples++;
    r->sink_ended = r->sink->sample && !r->sink->sample(r->sink->state, s);
    return !r->sink_ended;
}

static bool asked_for(const as_visit *visit, const char *event)
{
    for (const char *const *e = visit->events; e && event && *e; e++)
        if (!strcmp(*e, event))
            return true;
    return false;
}

static bool on_counter(running *r, as_counter *c)
{
    if (!asked_for(r->visit, c->event) || c->process != r->visit->process || !c->status || !c->source ||
        (!isnan(c->value) && !(c->value >= 0 && c->batch < r->samples))) {
        failed(r, "the worker reported a count that nobody asked for");
        return false;
    }
    char *status = (char *)c->status; /* lies in our arena */
    as_printable(status);
    c->case_ = r->visit->row->case_;
    r->sink_ended = r->sink->counter && !r->sink->counter(r->sink->state, c);
    return !r->sink_ended;
}

/* NULL, or what is wrong with the time of a phase. */
static const char *absurd_phase(const running *r, const as_phase_time *p)
{
    const struct {
        bool wrong;
        const char *what;
    } rules[] = {
        {r->samples < as_run_batches(r->visit->measure), "a phase before its last sample"},
        {p->process != r->visit->process, "a phase of another process"},
        {p->batch == AS_NO_COUNT || p->once > 1, "a phase with cells missing"},
        {p->calls < 1 || p->calls == AS_NO_COUNT, "a phase without calls"},
        {!(p->wall_ns >= 0 && p->wall_ns <= elapsed(r) * 1e9), "a phase that took more time than has passed"},
        {!(p->clock_ns >= 0 && p->clock_ns < 1e6), "a clock that takes a millisecond to read"},
        {!p->phase || !*p->phase || strlen(p->phase) > 40, "a phase without a name, or with one of more than 40 bytes"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].wrong)
            return rules[i].what;
    return NULL;
}

static bool on_phase(running *r, as_phase_time *p)
{
    const char *why = absurd_phase(r, p);
    if (why) {
        failed(r, "the worker reported %s", why);
        return false;
    }
    as_printable((char *)p->phase); /* lies in our arena */
    p->case_ = r->visit->row->case_;
    r->sink_ended = r->sink->phase && !r->sink->phase(r->sink->state, p);
    return !r->sink_ended;
}

static bool can_be_chosen(const running *r, const as_visit_result *result)
{
    const as_case *row = r->visit->row;
    const double all = (double)row->batch * (double)row->heads * (double)row->length * (double)row->context;
    const bool mass = isnan(result->mass_kept) || (result->mass_kept >= 0 && result->mass_kept <= 1 + 1e-6);
    return mass && (result->chosen == AS_NO_COUNT || (double)result->chosen <= ROUNDS_MAX * all);
}

static bool on_result(running *r, const as_visit_result *result)
{
    *r->result = *result;
    r->finished = true;
    if (strcmp(result->status, "ok"))
        return true;
    if (!can_be_chosen(r, result)) {
        failed(r, "the kernel says that it chose more pairs than there are, or kept more mass than there is");
        return false;
    }
    if (!result->checked || r->samples < as_run_batches(r->visit->measure) || !(result->error_max >= 0) ||
        !(result->error_max <= result->error_allowed)) {
        failed(r, "the worker said ok after %u of %u samples without a passed check", r->samples,
               as_run_batches(r->visit->measure));
        return false;
    }
    return true;
}

/* false: nothing more is to be read. */
static bool on_line(running *r, const char *line, size_t length)
{
    as_answer answer;
    as_err err = {0};
    if (r->finished || !as_answer_read(line, length, r->arena, &answer, &err)) {
        failed(r, "the worker broke the protocol: %s", r->finished ? "a line after its result" : err.text);
        return false;
    }
    if (answer.kind == AS_SAYS_SAMPLE)
        return on_sample(r, &answer.sample);
    if (answer.kind == AS_SAYS_COUNTER)
        return on_counter(r, &answer.counter);
    if (answer.kind == AS_SAYS_PHASE)
        return on_phase(r, &answer.phase);
    if (answer.kind == AS_SAYS_RESULT)
        return on_result(r, &answer.result);
    memcpy(answer.kind == AS_SAYS_STAGE ? r->stage : r->note, answer.text, sizeof answer.text);
    return true;
}

static bool take_lines(running *r)
{
    char *end;
    size_t used = 0;
    bool ok = true;
    while (ok && r->lines.length > used && (end = memchr(r->lines.data + used, '\n', r->lines.length - used))) {
        const size_t length = (size_t)(end - (r->lines.data + used));
        ok = on_line(r, r->lines.data + used, length);
        used += length + 1;
    }
    if (used) {
        memmove(r->lines.data, r->lines.data + used, r->lines.length - used);
        r->lines.length -= used;
    }
    if (ok && r->lines.length > LINE_LIMIT) {
        failed(r, "the worker broke the protocol: a line without end");
        ok = false;
    }
    return ok;
}

/* Reads what is there; at most a few chunks, so that a kernel that floods stderr cannot hold us. */
static bool take_answers(running *r)
{
    char chunk[1 << 14];
    for (int i = 0; i < 16 && r->out >= 0; i++) {
        const ssize_t got = read(r->out, chunk, sizeof chunk);
        if (got < 0)
            return true;
        if (got == 0)
            shut(&r->out);
        else
            as_text_append(&r->lines, chunk, (size_t)got);
        if (got > 0 && !take_lines(r))
            return false;
    }
    return true;
}

static void take_last_words(running *r)
{
    char chunk[1 << 12];
    for (int i = 0; i < 16 && r->err >= 0; i++) {
        const ssize_t got = read(r->err, chunk, sizeof chunk);
        if (got == 0)
            shut(&r->err);
        if (got <= 0)
            return;
        size_t keep = (size_t)got < LAST_WORDS ? (size_t)got : LAST_WORDS, have = strlen(r->last_words);
        if (have + keep > LAST_WORDS) {
            const size_t drop = have + keep - LAST_WORDS;
            memmove(r->last_words, r->last_words + drop, have - drop);
            have -= drop;
        }
        for (size_t k = 0; k < keep; k++) {
            const char c = chunk[(size_t)got - keep + k];
            r->last_words[have + k] = c ? c : '?';
        }
        r->last_words[have + keep] = 0;
    }
}

/* --- how it ended ------------------------------------------------------------------------------------------------ */

static const char *last_words(running *r)
{
    char *text = r->last_words;
    as_printable(text);
    for (size_t n = strlen(text); n && text[n - 1] == ' '; n--)
        text[n - 1] = 0;
    while (*text == ' ')
        text++;
    return text;
}

static void explain_end(running *r, int status)
{
    const char *stage = r->stage[0] ? r->stage : "before it said anything";
    const char *words = last_words(r);
    const char *because = r->note[0] ? r->note : *words ? words : "";
    const char *colon = *because ? ": " : "";
    const char *said = r->note[0] || !*words ? "" : "its last words: ";
    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        failed(r, "killed by SIG%s %s%s%s%s", name ? name : "?", stage, colon, said, because);
    } else {
        failed(r, "ended by itself with exit code %d %s, without a result%s%s%s", WEXITSTATUS(status), stage, colon,
               said, because);
    }
}

typedef enum { WENT_ON, ENDED, TIMED_OUT, STOPPED, BROKE } ending;

/* Until it has ended, time is up, the user interrupts, or it says something that cannot be. */
static ending watch(running *r, int *status)
{
    for (;;) {
        struct pollfd ends[2] = {{.fd = r->out, .events = POLLIN}, {.fd = r->err, .events = POLLIN}};
        if (r->out < 0 && r->err < 0)
            poll(NULL, 0, 1);
        else
            poll(ends, 2, SLICE_MS);
        const pid_t gone = waitpid(r->pid, status, WNOHANG);
        take_last_words(r);
        if (!take_answers(r))
            return gone == r->pid ? ENDED : BROKE;
        if (gone == r->pid) {
            while (r->out >= 0 && take_answers(r)) {
                struct pollfd rest = {.fd = r->out, .events = POLLIN};
                if (poll(&rest, 1, 0) <= 0)
                    break; /* a grandchild holds the pipe */
            }
            take_last_words(r);
            return ENDED;
        }
        if (r->visit->stop && *r->visit->stop)
            return STOPPED;
        if (elapsed(r) > r->visit->measure->case_timeout_s)
            return TIMED_OUT;
    }
}

static void conclude(running *r, ending how, int status)
{
    char limit[32];
    if (r->sink_ended || how == BROKE)
        return;
    if (how == STOPPED) {
        *r->result = (as_visit_result){.status = "interrupted", .reason = "interrupted"};
    } else if (how == TIMED_OUT) {
        failed(r, "timed out after %s %s: raise measure.case_timeout or leave the case out",
               as_format_seconds(limit, r->visit->measure->case_timeout_s), r->stage[0] ? r->stage : "at its start");
    } else if (!r->finished && !r->result->reason[0]) {
        explain_end(r, status);
    }
}

bool as_run_visit(const as_visit *visit, const as_sink *sink, as_visit_result *result, as_err *err)
{
    running r = {.visit = visit, .sink = sink, .result = result, .out = -1, .err = -1, .started_ns = as_wall_ns()};
    *result = (as_visit_result){.error_max = AS_NO_REAL,
                                .error_allowed = AS_NO_REAL,
                                .workspace_peak_bytes = AS_NO_COUNT,
                                .rss_peak_bytes = AS_NO_COUNT,
                                .chosen = AS_NO_COUNT,
                                .edges = AS_NO_COUNT,
                                .flops_executed = AS_NO_COUNT,
                                .mass_kept = AS_NO_REAL,
                                .speed_peak = AS_NO_REAL};
    int status = 0;
    r.arena = as_arena_create();
    bool ok = start(&r, err);
    if (ok) {
        const ending how = watch(&r, &status);
        kill(-r.pid, SIGKILL); /* with all that it may have started */
        if (how != ENDED)
            while (waitpid(r.pid, &status, 0) < 0 && errno == EINTR) {
            }
        conclude(&r, how, status);
        ok = !r.sink_ended; /* the sink has said why */
    }
    result->seconds = elapsed(&r);
    shut(&r.out);
    shut(&r.err);
    as_text_free(&r.lines);
    as_arena_free(r.arena);
    return ok;
}
