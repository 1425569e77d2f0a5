/* child.c: the worker process: one case is checked, timed and checked again, and each sample is sent as it is taken.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the harness adds to a call: the loop of Google Benchmark and one indirect call for the kernel plus one for each
 * of its phases. tests/worker/plugin_null.c (one float copied, T = S = d = 1) costs 4 ns per call in all on a shared
 * two-CPU virtual machine with AVX-512: nothing against a case of more than a microsecond, and no correction is made
 * for it. */
#include <cblas.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../base/build.h"
#include "../base/clock.h"
#include "../base/file.h"
#include "../measure/gbench.h"
#include "child.h"
#include "fault.h"
#include "worker.h"

#if defined __has_feature
#define AS_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define AS_SANITIZED 1
#else
#define AS_SANITIZED 0
#endif

#define BATCH_S 5e-3 /* a batch lasts at least this, 1 ms and 1000 clock ticks */
#define WARM_UP_NS 100000000u
#define WARM_UP_BATCHES 3

void as_worker_say(as_worker *w, const as_answer *answer)
{
    as_text line = {0};
    as_answer_write(answer, &line);
    if (!as_fd_write(w->out, line.data, line.length))
        _exit(3); /* the parent is gone */
    as_text_free(&line);
}

void as_worker_stage(as_worker *w, const char *format, ...)
{
    as_answer answer = {.kind = AS_SAYS_STAGE};
    va_list args;
    va_start(args, format);
    vsnprintf(answer.text, sizeof answer.text, format, args);
    va_end(args);
    as_worker_say(w, &answer);
}

bool as_worker_fail(as_worker *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(w->reason, sizeof w->reason, format, args);
    va_end(args);
    as_printable(w->reason);
    w->result.status = "failed";
    return false;
}

/* --- the call ---------------------------------------------------------------------------------------------------- */

static void call_kernel(void *state)
{
    as_worker *w = state;
    as_bench_run(&w->bench, false);
}
static void call_nothing(void *state) { (void)state; }

static const char *ordinal(unsigned n, char out[16])
{
    const unsigned tens = n % 100;
    const char *suffix = tens >= 11 && tens <= 13 ? "th"
                         : n % 10 == 1            ? "st"
                         : n % 10 == 2            ? "nd"
                         : n % 10 == 3            ? "rd"
                                                  : "th";
    snprintf(out, 16, "%u%s", n, suffix);
    return out;
}

/* --- timing ------------------------------------------------------------------------------------------------------ */

/* The counters go first and last, so that nothing of ours but the loop lies between the other readings. */
static void before_loop(void *state)
{
    as_worker *w = state;
    if (w->cold)
        as_bench_evict(&w->bench);
    if (w->counters)
        as_counters_start(w->counters, w->pass);
    as_disturbance_before(&w->before);
    w->began_ns = as_wall_ns();
}

static void after_loop(void *state)
{
    as_worker *w = state;
    w->ended_ns = as_wall_ns();
    as_disturbance_after(&w->after);
}

/* A workspace as timing wants it, and what is paid once for many calls. */
bool as_worker_warm_workspace(as_worker *w)
{
    if (!as_worker_workspace(w, as_worker_lines(w, AS_OPERANDS_MAX), 0))
        return false;
    as_bench_poison_workspace(&w->bench);
    as_worker_stage(w, "in its warm-up");
    as_bench_run(&w->bench, true);
    return true;
}

/* Every page in, the CPU awake, the caches as a caller in a loop would find them. A single call longer than the whole
 * warm-up counts as its own: the check has just made one, on pages that have since been faulted in. Then a batch is one
 * call, too. */
static bool warm_up(as_worker *w)
{
    const as_loop loop = {.state = w, .call = call_kernel}, empty = {.call = call_nothing};
    as_timed ignored;
    const double least_s = fmax(fmax(BATCH_S, 1e-3), 1000e-9 * (double)w->tick_ns);
    if (!as_worker_warm_workspace(w))
        return false;
    as_gbench_time(&empty, 1, &ignored); /* so that its own pages are in */
    w->calls = 1;
    if (w->first_call_ns > WARM_UP_NS)
        return true;
    for (const uint64_t from = as_wall_ns(); as_wall_ns() - from < WARM_UP_NS;)
        call_kernel(w);
    if (w->cold)
        return true;
    as_worker_stage(w, "in its calibration");
    w->calls = as_gbench_calibrate(&loop, least_s);
    if (!w->calls)
        return as_worker_fail(w, "Google Benchmark found no number of calls");
    for (uint64_t call = 0; call < WARM_UP_BATCHES * w->calls; call++)
        call_kernel(w);
    return true;
}

static void say_counters(as_worker *w, unsigned batch)
{
    for (size_t i = 0; w->counters && i < w->counters->count; i++) {
        const as_event *event = &w->counters->events[i];
        as_answer answer = {.kind = AS_SAYS_COUNTER};
        const bool ok = !strcmp(event->status, "ok");
        if (ok ? event->pass != w->pass : batch != 0)
            continue;
        as_record_clear(&as_counter_schema, &answer.counter);
        answer.counter.process = w->request.process;
        answer.counter.event = event->name;
        answer.counter.source = w->counters->pmu->source;
        answer.counter.status = event->status;
        if (ok) {
            answer.counter.batch = batch;
            answer.counter.value = (double)event->value;
        }
        as_worker_say(w, &answer);
    }
}

static bool time_batch(as_worker *w, unsigned batch)
{
    const as_loop loop = {.state = w, .call = call_kernel, .before = before_loop, .after = after_loop};
    as_timed timed;
    char nth[16];
    as_worker_stage(w, "in its %s batch", ordinal(batch + 1, nth));
    w->pass = w->counters && w->counters->passes ? batch % w->counters->passes : 0;
    const double speed_before = as_speed_now(&w->speed), issue_before = as_issue_now();
    const bool answered = as_gbench_time(&loop, w->calls, &timed);
    const bool counted = w->counters && w->counters->running && as_counters_stop(w->counters, w->pass);
    const double issue_after = as_issue_now(), speed_after = as_speed_now(&w->speed);
    /* The loop lies between our own two readings of the clock, so it cannot have lasted longer. */
    const double around_s = 1e-9 * (double)(w->ended_ns - w->began_ns);
    if (!answered || !(timed.wall_s > 0) || timed.wall_s > 1.001 * around_s + 1e-6)
        return as_worker_fail(w,
                              "the clock lies in batch %u: Google Benchmark measured %.9g s, around it %.9g s passed",
                              batch, timed.wall_s, around_s);
    as_answer answer = {.kind = AS_SAYS_SAMPLE};
    as_record_clear(&as_sample_schema, &answer.sample);
    answer.sample.process = w->request.process;
    answer.sample.order = w->request.order;
    answer.sample.batch = batch;
    answer.sample.calls = timed.calls;
    answer.sample.wall_ns = timed.wall_s * 1e9;
    answer.sample.cpu_ns = timed.cpu_s * 1e9;
    answer.sample.speed_index = (speed_before + speed_after) / 2;
    answer.sample.issue_index = fmin(issue_before, issue_after);
    answer.sample.minor_faults = w->after.minor_faults - w->before.minor_faults;
    answer.sample.context_switches = w->after.context_switches - w->before.context_switches;
    answer.sample.steal_ns = fmax(0, w->after.steal_ns - w->before.steal_ns);
    as_worker_say(w, &answer);
    if (w->counters && (counted || !w->counters->passes))
        say_counters(w, batch);
    return true;
}

static bool time_batches(as_worker *w)
{
    const unsigned passes = w->counters ? w->counters->passes : 0;
    const unsigned batches = passes > w->request.batches ? passes : w->request.batches;
    for (unsigned batch = 0; batch < batches; batch++)
        if (!time_batch(w, batch))
            return false;
    w->result.rss_peak_bytes = as_gauge_peak_rss();
    return true;
}

/* PAPI counts the thread that starts it: of a case with more threads it would tell a part for the whole. */
static void refuse_threads(as_counters *c)
{
    for (size_t i = 0; i < c->count; i++)
        snprintf(c->events[i].status, sizeof c->events[i].status,
                 "unavailable: only the calling thread is counted, and the case has more");
    c->passes = 0;
}

static void prepare_counters(as_worker *w)
{
    if (!*w->request.events)
        return;
    as_worker_stage(w, "in the probe of its counters");
    w->counters = as_arena_alloc(w->arena, sizeof *w->counters);
    as_counters_probe(w->counters, as_pmu_papi(), w->request.events);
    if (w->it.problem.threads > 1)
        refuse_threads(w->counters);
}

static bool clocks_tick(as_worker *w)
{
    w->tick_ns = as_gauge_tick(as_wall_ns);
    if (!w->tick_ns || !as_gauge_tick(as_cpu_ns))
        return as_worker_fail(w, "the %s clock does not tick: nothing can be timed here", w->tick_ns ? "CPU" : "wall");
    as_speed_prepare(&w->speed);
    return true;
}

/* --- the process ------------------------------------------------------------------------------------------------- */

/* What the case may take on top of what the program has already, so that a kernel cannot push the machine into swap.
 * Not address space (OpenBLAS reserves much and touches little), but private writable memory. */
static void limit_memory(const as_worker *w)
{
#if AS_SANITIZED /* their shadow memory alone is terabytes */
    (void)w;
#else
    char line[256];
    unsigned long long kib = 0;
    const uint64_t slack = ((uint64_t)128 + 64 * w->request.row.threads)
                           << 20; /* thread stacks, BLAS buffers, oracle */
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmData: %llu kB", &kib) == 1)
            break;
    if (status)
        fclose(status);
    if (!w->request.memory_bytes || !kib)
        return;
    const rlim_t limit = kib * 1024 + w->request.memory_bytes + slack;
    setrlimit(RLIMIT_DATA, &(struct rlimit){limit, limit});
#endif
}

static bool load_plugins(as_worker *w)
{
    char why[300];
    for (const char *const *path = w->request.plugins; *path; path++) {
        as_worker_stage(w, "while its plug-in was loaded");
        if (!as_registry_load(*path, why, sizeof why))
            return as_worker_fail(w, "plug-in: %s", why);
    }
    return true;
}

static bool resolve_case(as_worker *w)
{
    as_err err = {0};
    as_worker_stage(w, "while it described itself");
    if (!as_resolve(&w->request.row, &w->it, &err))
        return as_worker_fail(w, "%s", err.text);
    as_bench_describe(&w->bench, w->it.kernel, &w->it.problem);
    w->result.edges = w->it.problem.edges;
    w->result.flops_executed = w->it.kernel->work(&w->it.problem).flops_executed;
    return true;
}

static bool say_hello(as_worker *w)
{
    const size_t count = as_registry_count();
    const char **names = as_arena_alloc(w->arena, (count + 1) * sizeof *names);
    as_answer answer = {.kind = AS_SAYS_HELLO};
    for (size_t i = 0; i < count; i++)
        names[i] = as_registry_at(i)->kernel->name;
    answer.hello = (as_hello){.protocol = AS_PROTOCOL,
                              .protocol_min = AS_PROTOCOL,
                              .name = "attnscope",
                              .version = as_build_version,
                              .commit = as_build_commit,
                              .library = openblas_get_config(),
                              .kernels = names};
    as_worker_say(w, &answer);
    return true;
}

static bool do_request(as_worker *w)
{
    const bool timed = w->request.mode == AS_MODE_VISIT || w->request.mode == AS_MODE_TURNS;
    if (w->request.mode == AS_MODE_HELLO)
        return load_plugins(w) && say_hello(w);
    if ((timed && !clocks_tick(w)) || !load_plugins(w) || !resolve_case(w))
        return false;
    if (w->request.mode == AS_MODE_DESCRIBE)
        return true;
    if (w->request.mode == AS_MODE_COUNT) /* without a limit: what holds the counter is in the same process */
        return as_worker_allocate(w) && as_worker_count(w);
    limit_memory(w);
    if (!as_worker_allocate(w) || !as_worker_check_first(w))
        return false;
    if (w->request.mode == AS_MODE_CHECK)
        return as_worker_warm_workspace(w) && as_worker_check_again(w);
    if (w->request.mode == AS_MODE_TURNS)
        return as_worker_turns(w) && as_worker_check_again(w);
    prepare_counters(w);
    return warm_up(w) && time_batches(w) && as_worker_time_phases(w) && as_worker_check_again(w);
}

/* One line; a worker that takes turns finds its questions behind it. */
static bool read_request(as_worker *w, as_err *err)
{
    char *line = NULL;
    size_t size = 0;
    w->in = fdopen(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 100), "r");
    const ssize_t length = w->in ? getline(&line, &size, w->in) : -1;
    bool ok = as_request_read(length > 0 ? line : "", length > 0 ? (size_t)length : 0, w->arena, &w->request, err);
    free(line);
    return ok;
}

/* Whatever a kernel or a plug-in prints goes to stderr; answers have a descriptor that nobody stumbles over. */
static int claim_stdout(void)
{
    int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100);
    if (out >= 0)
        dup2(STDERR_FILENO, STDOUT_FILENO);
    return out;
}

int as_worker_main(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* no worker outlives the program */
    as_err err = {0};
    as_worker w = {.out = claim_stdout(), .arena = as_arena_create()};
    as_record_clear(&as_result_schema, &w.result);
    w.result.status = "ok";
    w.result.reason = w.reason;
    w.result.checked = 0;
    w.result.error_max = -1;
    if (w.out < 0 || !read_request(&w, &err)) {
        fprintf(stderr, "attnscope: %s\n", err.text[0] ? err.text : "worker: no stdout to answer on");
        if (w.in)
            fclose(w.in);
        as_arena_free(w.arena);
        return AS_EXIT_USAGE;
    }
    w.cold = w.request.row.cache && !strcmp(w.request.row.cache, "cold");
    as_fault_watch(w.out);
    do_request(&w);
    if (w.result.error_max < 0)
        w.result.error_max = AS_NO_REAL;
    as_worker_say(&w, &(as_answer){.kind = AS_SAYS_RESULT, .result = w.result});
    as_bench_close(&w.bench);
    as_resolved_free(&w.it);
    fclose(w.in);
    as_arena_free(w.arena);
    return AS_EXIT_OK;
}
