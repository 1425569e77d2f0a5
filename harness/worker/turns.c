/* turns.c: a worker that takes turns: warm once, then it times calls whenever it is asked to.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two of them, one per build, take turns on one core; whoever asks keeps them from running at the same time. The first
 * call of a turn that holds several is not timed: it brings the operands back into the caches that the other worker has
 * just used. The answer is wall time less the time that the worker waited for a CPU: on a shared machine that is not
 * the kernel's doing. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../kernels/api/cpu.h"
#include "../base/clock.h"
#include "../base/serve.h"
#include "../stats/order.h"
#include "child.h"

#define WARM_NS 30000000u
#define REST_CALLS 2 /* fewer calls than this a turn: each is long enough to pay for its own cold caches */

typedef struct {
    as_inject kind;
    double share, owed; /* calls owed: of kind work */
    double per_ns;      /* rounds of the FMA loop, or bytes of traffic */
    as_roof_flops fma;  /* of the case's isa: wider vectors lower the clock for a while, also for who comes next */
    char *memory;       /* of kinds memory and alignment */
    size_t bytes, at;
    double owed_bytes;
    float sink;
} injection;

#define INJECT_BYTES ((size_t)32 << 20)
#define ASTRIDE_BYTES ((size_t)8 << 10) /* in the first cache, and every read of it across two lines */

static volatile char memory_sink; /* so that reading is not optimised away */

static void inject_traffic(injection *i, double bytes)
{
    unsigned sum = 0;
    for (i->owed_bytes += bytes; i->owed_bytes >= 64; i->owed_bytes -= 64) {
        sum += (unsigned char)i->memory[i->at];
        i->at = i->at + 64 < i->bytes ? i->at + 64 : 0;
    }
    memory_sink = (char)sum;
}

/* What a change of alignment costs: a word at a time from addresses that straddle two lines. */
static void inject_straddling(injection *i, double bytes)
{
    uint64_t sum = 0, word;
    for (i->owed_bytes += bytes; i->owed_bytes >= 64; i->owed_bytes -= 64) {
        memcpy(&word, i->memory + i->at + 60, sizeof word);
        sum ^= word;
        i->at = i->at + 192 < ASTRIDE_BYTES ? i->at + 64 : 0;
    }
    memory_sink = (char)(sum ^ sum >> 32);
}

/* After a call that took so long. How much of a filler it was: rounds, or bytes. */
static double inject_filler(as_worker *w, injection *i, uint64_t call_ns)
{
    const double amount = i->share * (double)call_ns * i->per_ns;
    if (i->kind == AS_INJECT_WORK)
        for (i->owed += i->share; i->owed >= 1; i->owed -= 1)
            as_bench_run(&w->bench, false);
    else if (i->kind == AS_INJECT_ARITHMETIC)
        i->fma((uint64_t)(amount + 0.5), &i->sink);
    else if (i->kind == AS_INJECT_MEMORY)
        inject_traffic(i, amount);
    else if (i->kind == AS_INJECT_ALIGNMENT)
        inject_straddling(i, amount);
    return amount;
}

/* Of the filler, what a nanosecond holds when it follows calls as it does in a turn: a short one costs more, and so
 * does one of wide vectors after plain C. The median. */
static double filler_per_ns(as_worker *w, injection *i, uint64_t calls)
{
    enum { TRIES = 7 };
    double found[TRIES];
    for (int try = 0; try < TRIES; try++) {
        double amount = 0, ns = 0;
        for (uint64_t c = 0; c < calls; c++) {
            const uint64_t from = as_wall_ns();
            as_bench_run(&w->bench, false);
            const uint64_t ran = as_wall_ns();
            amount += inject_filler(w, i, ran - from);
            ns += (double)(as_wall_ns() - ran);
        }
        found[try] = amount / ns;
    }
    return as_median(found, TRIES);
}

/* From a guess; the second time by the amount that it will be. What a call takes is another matter, as the first of a
 * turn finds colder caches: that is looked at call by call. */
static bool calibrate_filler(as_worker *w, injection *i, uint64_t calls)
{
    as_isa isa = AS_SCALAR;
    (void)as_isa_parse(w->request.row.isa, &isa); /* resolved long ago */
    i->fma = as_fma_loop(isa);
    if (i->kind == AS_INJECT_ARITHMETIC && !i->fma)
        return as_worker_fail(w, "no loop of multiply-adds to be injected");
    if (i->kind >= AS_INJECT_MEMORY) {
        i->bytes = INJECT_BYTES;
        i->memory = malloc(INJECT_BYTES);
        if (!i->memory)
            return as_worker_fail(w, "no memory for the traffic to be injected");
        memset(i->memory, 1, INJECT_BYTES);
    }
    i->per_ns = i->kind == AS_INJECT_ARITHMETIC ? 0.5 : 10;
    for (int time = 0; time < 2; time++)
        i->per_ns = filler_per_ns(w, i, calls);
    return true;
}

/* Pages in, clock up, and roughly what a call takes: that of the quickest part; a third of the last part is *calls. */
static double warm_calls(as_worker *w, uint64_t *calls)
{
    const uint64_t start = as_wall_ns();
    double best = INFINITY;
    for (uint64_t now = start; now - start < WARM_NS;) {
        const uint64_t from = now;
        uint64_t done = 0;
        for (; now - from < WARM_NS / 3; done++, now = as_wall_ns())
            as_bench_run(&w->bench, false);
        best = fmin(best, (double)(now - from) / (double)done);
        *calls = done / 3 + 1;
    }
    return best;
}

/* What this thread has waited for a CPU that others had, ns: /proc/self/schedstat, its second number. Time that a
 * kernel sleeps by itself is not in it. 0 where the system does not tell. */
static double waited_ns(int schedstat)
{
    char text[96];
    unsigned long long ran, waited = 0;
    const ssize_t length = schedstat >= 0 ? pread(schedstat, text, sizeof text - 1, 0) : -1;
    if (length <= 0)
        return 0;
    text[length] = 0;
    return sscanf(text, "%llu %llu", &ran, &waited) == 2 ? (double)waited : 0;
}

typedef struct {
    as_worker *worker;
    injection extra;
    int schedstat;
} turn_taker;

/* The whole turn and not its middle: a call in fifty that is slow is a slow-down, too. */
static double time_turn(void *state, uint64_t calls)
{
    turn_taker *t = state;
    as_worker *w = t->worker;
    injection *i = &t->extra;
    double wall_ns = 0;
    if (!w->cold && calls >= REST_CALLS)
        as_bench_run(&w->bench, false);
    const double before = waited_ns(t->schedstat);
    for (uint64_t done = 0; done < calls;) {
        const uint64_t now = w->cold ? 1 : calls;
        if (w->cold)
            as_bench_evict(&w->bench);
        const uint64_t from = as_wall_ns();
        for (uint64_t c = 0; c < now; c++) {
            const uint64_t began = i->kind ? as_wall_ns() : 0;
            as_bench_run(&w->bench, false);
            if (i->kind)
                inject_filler(w, i, as_wall_ns() - began);
        }
        wall_ns += (double)(as_wall_ns() - from);
        done += now;
    }
    return fmax(wall_ns - (waited_ns(t->schedstat) - before), 1e-3 * wall_ns);
}

static void write_turn(uint64_t calls, double wall_ns, as_text *out)
{
    as_answer_write(&(as_answer){.kind = AS_SAYS_TURN, .turn = {.calls = calls, .wall_ns = wall_ns}}, out);
}

static bool answer_questions(turn_taker *t)
{
    as_worker *w = t->worker;
    const as_service service = {.in = w->in,
                                .out = w->out,
                                .read_question = as_ask_read,
                                .time_calls = time_turn,
                                .write_answer = write_turn,
                                .state = t};
    char question[48];
    const as_serve_end end = as_serve(&service, question);
    if (end == AS_SERVE_CLOSED || end == AS_SERVE_UNWRITABLE)
        exit(3); /* whoever asked is gone */
    return end == AS_SERVE_ENDED || as_worker_fail(w, "it was asked for something that is no turn");
}

bool as_worker_turns(as_worker *w)
{
    turn_taker t = {.worker = w,
                    .extra = {.kind = w->request.inject_share > 0 ? w->request.inject : AS_INJECT_NONE,
                              .share = w->request.inject_share}};
    uint64_t few;
    /* One thread's waiting is nobody's but its own. */
    t.schedstat = w->it.problem.threads == 1 ? open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC) : -1;
    if (!as_worker_warm_workspace(w))
        return false;
    as_answer ready = {.kind = AS_SAYS_READY, .turn = {.calls = 1}};
    ready.turn.wall_ns = warm_calls(w, &few);
    bool ok = t.extra.kind < AS_INJECT_ARITHMETIC || calibrate_filler(w, &t.extra, few);
    if (ok) {
        as_worker_stage(w, "in its turns");
        as_worker_say(w, &ready);
        ok = answer_questions(&t);
    }
    if (t.schedstat >= 0)
        close(t.schedstat);
    free(t.extra.memory);
    return ok;
}
