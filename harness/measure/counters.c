/* counters.c: which events count as they should, and which of them count together.
 * SPDX-License-Identifier: Apache-2.0 */
#include "counters.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/text.h"

enum { ROUNDS = 200000, PAGES = 64 };

static void change_cpu(void)
{
    cpu_set_t mine, other;
    if (sched_getaffinity(0, sizeof mine, &mine) != 0)
        return;
    const int here = sched_getcpu();
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (cpu == here || !CPU_ISSET(cpu, &mine))
            continue;
        CPU_ZERO(&other);
        CPU_SET(cpu, &other);
        sched_setaffinity(0, sizeof other, &other);
        break;
    }
    sched_setaffinity(0, sizeof mine, &mine);
}

/* The loop of known work that a probe counts: about a million instructions, 64 pages touched for the first time, one
 * voluntary switch, one migration where there is a second CPU. Returns its wall time in ns. */
static uint64_t known_work(void)
{
    const uint64_t from = as_wall_ns();
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    volatile float sum = 0;
    for (int i = 0; i < ROUNDS; i++)
        sum = sum + (float)(i & 7);
    volatile char *fresh = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh != MAP_FAILED) {
        madvise((void *)fresh, PAGES * page, MADV_NOHUGEPAGE);
        for (size_t i = 0; i < PAGES; i++)
            fresh[i * page] = 1;
        munmap((void *)fresh, PAGES * page);
    }
    nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
    change_cpu();
    return as_wall_ns() - from;
}

/* What the known work must count at least and at most. `per_ns`: the limit grows with the loop's wall time. */
static const struct {
    const char *glob;
    double least, most, most_per_ns;
} expectations[] = {
    {"perf::TASK-CLOCK", 10000, 0, 1.5},
    {"perf::PAGE-FAULTS", PAGES, 100000, 0},
    {"perf::CONTEXT-SWITCHES*", 1, 100000, 0},
    {"perf::CPU-MIGRATIONS*", 1, 100000, 0},
    {"PAPI_TOT_INS", ROUNDS, 100.0 * ROUNDS, 0},
    {"PAPI_BR_INS", ROUNDS / 8.0, 50.0 * ROUNDS, 0},
    {"PAPI_SP_OPS", ROUNDS / 2.0, 20.0 * ROUNDS, 0},
    {"*", 1, 0, 64}, /* nothing happens more than 64 times in a nanosecond */
};

static bool is_plausible(const char *event, double value, double wall_ns, char *why, size_t cap)
{
    size_t row = 0;
    while (!as_glob(expectations[row].glob, event))
        row++;
    const double most = expectations[row].most + expectations[row].most_per_ns * wall_ns;
    if (value == 0)
        snprintf(why, cap, "counted 0 over a loop of known work");
    else if (value < expectations[row].least || value > most)
        snprintf(why, cap, "counted %.0f over a loop of known work, where %.0f to %.0f would be believable", value,
                 expectations[row].least, most);
    else
        return true;
    return false;
}

bool as_counter_works(const as_pmu *pmu, const char *event, char *why, size_t cap)
{
    long long value = 0;
    if (!pmu->start(pmu->state, &event, 1, why, cap))
        return false;
    const uint64_t wall_ns = known_work();
    if (!pmu->stop(pmu->state, &value, 1)) {
        snprintf(why, cap, "started, but gave no value");
        return false;
    }
    return is_plausible(event, (double)value, (double)wall_ns, why, cap);
}

/* The names of the good events of one pass; returns how many. */
static size_t names_of_pass(const as_counters *c, unsigned pass, const char *out[AS_EVENTS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->events[i].status, "ok") && c->events[i].pass == pass)
            out[n++] = c->events[i].name;
    return n;
}

static bool fits_pass(const as_pmu *pmu, const char *const *names, size_t n)
{
    char why[200];
    long long values[AS_EVENTS_MAX];
    if (!pmu->start(pmu->state, names, n, why, sizeof why))
        return false;
    known_work();
    if (!pmu->stop(pmu->state, values, n))
        return false;
    for (size_t i = 0; i < n; i++)
        if (values[i] <= 0)
            return false; /* accepted, but never scheduled beside the others */
    return true;
}

/* The first pass that takes the event beside those already in it. */
static void place_event(as_counters *c, as_event *event)
{
    const char *names[AS_EVENTS_MAX];
    for (unsigned pass = 0; pass < c->passes; pass++) {
        event->pass = UINT32_MAX;
        size_t n = names_of_pass(c, pass, names);
        names[n++] = event->name;
        if (fits_pass(c->pmu, names, n)) {
            event->pass = pass;
            return;
        }
    }
    event->pass = c->passes++;
}

void as_counters_probe(as_counters *c, const as_pmu *pmu, const char *const *events)
{
    memset(c, 0, sizeof *c);
    c->pmu = pmu;
    for (; events && *events && c->count < AS_EVENTS_MAX; events++) {
        char why[160] = "";
        as_event *event = &c->events[c->count++];
        event->name = *events;
        event->pass = UINT32_MAX;
        if (!as_counter_works(pmu, event->name, why, sizeof why)) {
            snprintf(event->status, sizeof event->status, "unavailable: %s", why);
            continue;
        }
        place_event(c, event);
        snprintf(event->status, sizeof event->status, "ok");
    }
}

bool as_counters_start(as_counters *c, unsigned pass)
{
    const char *names[AS_EVENTS_MAX];
    char why[200];
    const size_t n = names_of_pass(c, pass, names);
    c->running = n > 0 && c->pmu->start(c->pmu->state, names, n, why, sizeof why);
    return c->running;
}

bool as_counters_stop(as_counters *c, unsigned pass)
{
    const char *names[AS_EVENTS_MAX];
    long long values[AS_EVENTS_MAX];
    const size_t n = names_of_pass(c, pass, names);
    if (!c->running || !c->pmu->stop(c->pmu->state, values, n))
        return false;
    c->running = false;
    for (size_t i = 0, v = 0; i < c->count; i++)
        if (!strcmp(c->events[i].status, "ok") && c->events[i].pass == pass)
            c->events[i].value = values[v++];
    return true;
}
