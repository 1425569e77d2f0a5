/* probe.c: which counters work here. Each event is started, a loop of known work is run, and what was counted is held
 * against what the loop must at least have done: absent, silent and absurd are all "does not work", with the reason. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <papi.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define STEPS 400000 /* of the arithmetic and memory loop */
#define PAGES 64     /* touched for the first time */
#define SLEEPS 8     /* voluntary context switches */
#define SET_BYTES (4u << 20)

/* An event, and the least that the work below must count. 0: nothing can be promised (a perfect predictor, a quiet
 * cache), so a zero is believed. `:k=1`: it is the kernel that switches and moves tasks, and a count of user mode
 * alone, which is PAPI's default, is always 0. */
static const struct {
    const char *group, *event;
    long long least;
} rows[] = {
    {"instructions", "PAPI_TOT_INS", STEPS},
    {"instructions", "PAPI_TOT_CYC", STEPS / 8},
    {"cache", "PAPI_L1_DCM", SET_BYTES / 64 / 8},
    {"cache", "PAPI_L2_TCM", 1},
    {"cache", "PAPI_L3_TCM", 0},
    {"branch", "PAPI_BR_INS", STEPS / 16},
    {"branch", "PAPI_BR_MSP", 1},
    {"flops", "PAPI_SP_OPS", 0},
    {"flops", "PAPI_DP_OPS", STEPS / 2},
    {"software", "perf::TASK-CLOCK", 10000},
    {"software", "perf::PAGE-FAULTS", PAGES / 2},
    {"software", "perf::CONTEXT-SWITCHES:k=1", SLEEPS / 2},
    {"software", "perf::CPU-MIGRATIONS:k=1", 0},
};

#define ROWS (sizeof rows / sizeof *rows)

/* One double multiply-add, one load and one hard-to-guess branch per step; fresh pages; sleeps. */
static void known_work(volatile double *out, volatile unsigned char *set)
{
    double sum = 1;
    uint32_t random = 2463534242u;
    for (int i = 0; i < STEPS; i++) {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        sum = sum * 0.5 + (double)set[random % SET_BYTES];
        if (random & 64)
            *out = sum;
    }
    *out = sum;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *fresh = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh != MAP_FAILED) {
        madvise(fresh, PAGES * page, MADV_NOHUGEPAGE);
        for (size_t i = 0; i < PAGES; i++)
            ((volatile unsigned char *)fresh)[i * page] = 1;
        munmap(fresh, PAGES * page);
    }
    for (int i = 0; i < SLEEPS; i++)
        nanosleep(&(struct timespec){0, 50000}, NULL);
}

/* NULL when the event counted what it must, else the reason why not. */
static const char *probe(as_arena *arena, const char *event, long long least, volatile double *out,
                         volatile unsigned char *set)
{
    int events = PAPI_NULL, code = PAPI_create_eventset(&events);
    long long value = 0;
    const char *step = "create";
    bool started = false;
    if (code == PAPI_OK)
        step = "add", code = PAPI_add_named_event(events, event);
    if (code == PAPI_OK)
        step = "start", code = PAPI_start(events), started = code == PAPI_OK;
    if (started) {
        known_work(out, set);
        step = "stop", code = PAPI_stop(events, &value);
    }
    if (events != PAPI_NULL) {
        PAPI_cleanup_eventset(events);
        PAPI_destroy_eventset(&events);
    }
    if (code != PAPI_OK)
        return as_arena_printf(arena, "%s: %s", step, PAPI_strerror(code));
    if (value < 0 || value > INT64_MAX / 4)
        return as_arena_printf(arena, "absurd: it counted %lld", value);
    if (value < least)
        return as_arena_printf(arena, "it counted %lld where the work was at least %lld", value, least);
    return NULL;
}

/* PAPI_library_init may be called by others in this process too: it is never shut down here. */
static const char *start_papi(as_arena *arena)
{
    int version = PAPI_library_init(PAPI_VER_CURRENT);
    if (version == PAPI_VER_CURRENT)
        return NULL;
    return as_arena_printf(arena, "PAPI does not start: %s", version < 0 ? PAPI_strerror(version) : "another version");
}

void as_machine_probe(as_machine *m, as_arena *arena)
{
    double out;
    unsigned char *set = as_arena_alloc(arena, SET_BYTES);
    memset(set, 1, SET_BYTES);
    m->probes = as_arena_alloc(arena, ROWS * sizeof *m->probes);
    m->probe_count = ROWS;
    const char *absent = start_papi(arena);
    for (size_t i = 0; i < ROWS; i++) {
        const char *why = absent ? absent : probe(arena, rows[i].event, rows[i].least, &out, set);
        m->probes[i] = (as_counter_probe){rows[i].group, rows[i].event, why == NULL, why};
    }
    as_machine_warn(m, arena);
}
