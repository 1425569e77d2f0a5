/* roofs.c: what the machine can do at most: multiply-adds per second on one cpu and on all, bytes per second from each
 * cache and from memory. Best of many short bursts, since a disturbance can only make a burst slower. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "roofs.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../base/clock.h"

#define THREADS_MAX 1024

static double amount_per_ns(uint64_t amount, uint64_t ns) { return (double)amount / (double)(ns ? ns : 1); }

uint64_t as_roof_calibrate(as_roof_flops loop)
{
    float sink = 0;
    for (uint64_t rounds = 64;; rounds *= 2) {
        uint64_t start = as_wall_ns();
        loop(rounds, &sink);
        if (as_wall_ns() - start >= AS_BURST_NS || rounds > (1u << 30))
            return rounds;
    }
}

/* GFLOP/s: FLOPs per nanosecond. */
static double flops_one(as_roof_flops loop, double seconds)
{
    float sink = 0;
    double best = 0;
    uint64_t rounds = as_roof_calibrate(loop), end = as_wall_ns() + (uint64_t)(seconds * 1e9);
    do {
        uint64_t start = as_wall_ns(), flops = loop(rounds, &sink);
        best = fmax(best, amount_per_ns(flops, as_wall_ns() - start));
    } while (as_wall_ns() < end);
    return best;
}

/* Threads that start each burst together; the rates of one burst are added. */
typedef struct {
    as_roof_flops loop;
    uint64_t rounds;
    atomic_int threads, waiting, burst;
    atomic_bool stop;
} team;

typedef struct {
    team *team;
    int cpu;
    double rate; /* of the last burst */
} member;

/* A barrier that spins: a sleeping one lets the first thread run alone for as long as the last needs to wake up. */
static void wait_for_all(team *t)
{
    int burst = atomic_load(&t->burst);
    if (atomic_fetch_add(&t->waiting, 1) + 1 == t->threads) {
        atomic_store(&t->waiting, 0);
        atomic_store(&t->burst, burst + 1);
        return;
    }
    for (unsigned spins = 1; atomic_load(&t->burst) == burst; spins++)
        if (spins % 4096 == 0)
            sched_yield();
}

static void pin_thread(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static bool run_burst(member *me)
{
    wait_for_all(me->team);
    if (atomic_load(&me->team->stop))
        return false;
    float sink = 0;
    uint64_t start = as_wall_ns(), flops = me->team->loop(me->team->rounds, &sink);
    me->rate = amount_per_ns(flops, as_wall_ns() - start);
    wait_for_all(me->team);
    return true;
}

static void *run_all_bursts(void *arg)
{
    member *me = arg;
    pin_thread(me->cpu);
    while (run_burst(me))
        ;
    return NULL;
}

static int allowed_cpus(int cpus[THREADS_MAX], cpu_set_t *set)
{
    int count = 0;
    if (sched_getaffinity(0, sizeof *set, set) != 0)
        return 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && count < THREADS_MAX; cpu++)
        if (CPU_ISSET(cpu, set))
            cpus[count++] = cpu;
    return count;
}

/* The caller is a member of the team and keeps the score. NaN when the threads cannot be had. */
static double flops_all(as_roof_flops loop, double seconds, double one)
{
    int cpus[THREADS_MAX];
    cpu_set_t before;
    int count = allowed_cpus(cpus, &before), started = 0;
    double best = NAN;
    if (count <= 1)
        return count == 1 ? one : NAN;
    team t = {.loop = loop, .rounds = 4 * as_roof_calibrate(loop), .threads = count};
    member *members = calloc((size_t)count, sizeof *members);
    pthread_t *threads = calloc((size_t)count, sizeof *threads);
    if (!members || !threads)
        goto done;
    for (int i = 0; i < count; i++)
        members[i] = (member){&t, cpus[i], 0};
    while (started < count - 1 && pthread_create(&threads[started], NULL, run_all_bursts, &members[started + 1]) == 0)
        started++;
    bool whole = started == count - 1;
    if (!whole) { /* let those that run go home */
        atomic_store(&t.stop, true);
        atomic_store(&t.threads, started + 1);
    }
    pin_thread(cpus[0]);
    uint64_t end = as_wall_ns() + (uint64_t)(seconds * 1e9);
    while (run_burst(&members[0])) {
        double sum = 0;
        for (int i = 0; i < count; i++)
            sum += members[i].rate;
        best = isnan(best) ? sum : fmax(best, sum);
        if (as_wall_ns() >= end)
            atomic_store(&t.stop, true);
    }
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    sched_setaffinity(0, sizeof before, &before);
done:
    free(members);
    free(threads);
    return best;
}

static size_t working_set(const as_machine *m, int level)
{
    const size_t *cache = m->cache_bytes;
    if (level < 3) {
        size_t half = cache[level] / 2;
        if (level == 2 && half > 8 * cache[1])
            half = 8 * cache[1]; /* it is shared: of a large one, or a virtual machine's, others have a part */
        bool well_above = level == 0 || half >= 2 * cache[level - 1];
        return well_above ? half : 0;
    }
    size_t last = 0, cap = (size_t)1 << 30;
    for (int i = 0; i < 3; i++)
        last = cache[i] > last ? cache[i] : last;
    cap = m->memory_available / 4 < cap ? (size_t)(m->memory_available / 4) : cap;
    size_t set = last ? 4 * last : (size_t)256 << 20;
    set = set < cap ? set : cap;
    return set >= 2 * last ? set : 0;
}

/* GB/s: bytes per nanosecond, of the better of two ways to read, taken in turns. A burst reads the set as often as fits
 * the time of a burst, at least once. */
static double read_rate(const as_roof *roof, const float *data, size_t bytes, double seconds)
{
    float sink = 0;
    double best = 0;
    uint64_t times = 1, end = as_wall_ns() + (uint64_t)(seconds * 1e9);
    for (unsigned bursts = 0; bursts < 4 || as_wall_ns() < end; bursts++) {
        uint64_t total = 0, start = as_wall_ns();
        for (uint64_t i = 0; i < times; i++)
            total += roof->read[bursts % 2](data, bytes, &sink);
        uint64_t ns = as_wall_ns() - start;
        best = fmax(best, amount_per_ns(total, ns));
        times = ns < AS_BURST_NS ? times * 2 : times;
    }
    return best;
}

size_t as_roof_set_bytes(const as_machine *m, int level) { return working_set(m, level) / 4096 * 4096; }

float *as_roof_set(size_t bytes)
{
    float *data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED)
        return NULL;
    madvise(data, bytes, MADV_HUGEPAGE); /* the roof is without TLB misses where the system allows */
    return memset(data, 0x3f, bytes);    /* floats of 0.75; written, or every page would be the one page of zeros */
}

static double read_level(const as_machine *m, const as_roof *roof, int level, double seconds)
{
    const size_t bytes = as_roof_set_bytes(m, level);
    float *data = bytes ? as_roof_set(bytes) : NULL;
    if (!data)
        return NAN;
    double rate = read_rate(roof, data, bytes, seconds);
    munmap(data, bytes);
    return rate;
}

as_roof_flops as_roof_bf16(const as_roof *roof) { return roof->bf16 && roof->bf16_runs() ? roof->bf16 : NULL; }

/* The loop of products of `dtype`; NULL where this CPU has none. */
static as_roof_flops loop_of(const as_roof *roof, as_dtype dtype)
{
    return !roof ? NULL : dtype == AS_F32 ? roof->fma : dtype == AS_BF16 ? as_roof_bf16(roof) : NULL;
}

static void measure_rate(as_roof_flops loop, double seconds, double rate[AS_SCOPE_COUNT])
{
    rate[AS_ONE_CPU] = flops_one(loop, seconds);
    rate[AS_ALL_CPUS] = flops_all(loop, seconds, rate[AS_ONE_CPU]);
}

static bool measure_all(as_machine *m, double seconds, const volatile sig_atomic_t *stop)
{
    const as_roof *roofs[AS_ISA_COUNT], *widest = NULL;
    int slots = 4;
    for (int isa = 0; isa < AS_ISA_COUNT; isa++) {
        roofs[isa] = m->isas & AS_ISA_BIT(isa) ? as_roof_find((as_isa)isa) : NULL;
        widest = roofs[isa] ? roofs[isa] : widest;
        for (size_t i = 0; as_rated_at(i); i++)
            slots += AS_SCOPE_COUNT * (loop_of(roofs[isa], as_rated_at(i)->dtype) != NULL);
    }
    const double each = seconds / slots;
    for (int isa = 0; isa < AS_ISA_COUNT && !*stop; isa++)
        for (size_t i = 0; as_rated_at(i); i++) {
            const as_dtype dtype = as_rated_at(i)->dtype;
            const as_roof_flops loop = loop_of(roofs[isa], dtype);
            if (loop)
                measure_rate(loop, each, m->rate[dtype][isa]);
        }
    for (int level = 0; level < 4 && widest && !*stop; level++)
        m->read_gbs[level] = read_level(m, widest, level, each);
    return !*stop;
}

bool as_machine_measure(as_machine *m, double seconds, const volatile sig_atomic_t *stop)
{
    static const volatile sig_atomic_t never;
    const as_machine before = *m;
    if (!measure_all(m, seconds, stop ? stop : &never)) {
        *m = before;
        return false;
    }
    m->roofs_date = m->date;
    return true;
}
