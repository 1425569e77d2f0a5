/* speed.c: loops of known speed beside a batch, and what the system counted during it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "speed.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../../kernels/api/cpu.h"
#include "../base/clock.h"

uint64_t as_gauge_tick(uint64_t (*now)(void))
{
    enum { STEPS = 200, PATIENCE = 10000000 };
    uint64_t smallest = 0;
    for (int step = 0; step < STEPS; step++) {
        const uint64_t from = now();
        uint64_t to = from;
        for (long tries = 0; to == from && tries < PATIENCE; tries++)
            to = now();
        if (to <= from)
            return 0;
        if (!smallest || to - from < smallest)
            smallest = to - from;
    }
    return smallest;
}

as_roof_flops as_fma_loop(as_isa most)
{
    const uint32_t isas = as_cpu_isas();
    for (int isa = (int)most; isa >= 0; isa--) {
        const as_roof *roof = isas & AS_ISA_BIT(isa) ? as_roof_find((as_isa)isa) : NULL;
        if (roof && roof->fma)
            return roof->fma;
    }
    return NULL;
}

bool as_speed_prepare(as_speed *speed)
{
    *speed = (as_speed){.fma = as_fma_loop(AS_ISA_COUNT - 1), .rounds = 1024};
    if (!speed->fma)
        return false;
    float sink;
    uint64_t took = 0;
    while (took < 100000 && speed->rounds < (uint64_t)1 << 40) {
        speed->rounds *= 2;
        const uint64_t from = as_wall_ns();
        speed->fma(speed->rounds, &sink);
        took = as_wall_ns() - from;
    }
    speed->rounds = (uint64_t)((double)speed->rounds * 500000.0 / (double)took) + 1;
    return true;
}

double as_speed_now(as_speed *speed)
{
    float sink;
    if (!speed->fma)
        return (double)NAN;
    const uint64_t from = as_wall_ns();
    const uint64_t flops = speed->fma(speed->rounds, &sink);
    const uint64_t took = as_wall_ns() - from;
    const double now = took ? (double)flops / (double)took : (double)NAN;
    if (now > speed->peak)
        speed->peak = now;
    return now;
}

double as_issue_now(void)
{
    enum { ROUNDS = 30000, NOPS = 60, LOOP = 2 };
    const uint64_t from = as_wall_ns();
    for (int i = 0; i < ROUNDS; i++)
        __asm__ volatile(".rept 60\n\tnop\n\t.endr");
    const uint64_t took = as_wall_ns() - from;
    return took ? (double)ROUNDS * (NOPS + LOOP) / (double)took : (double)NAN;
}

/* "cpu  user nice system idle iowait irq softirq steal ...", in ticks of 1/USER_HZ s. */
static double steal_ns(void)
{
    char line[512];
    unsigned long long ticks[8];
    int fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return (double)NAN;
    ssize_t got = read(fd, line, sizeof line - 1);
    close(fd);
    line[got > 0 ? got : 0] = 0;
    if (sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1], &ticks[2], &ticks[3],
               &ticks[4], &ticks[5], &ticks[6], &ticks[7]) != 8)
        return (double)NAN;
    return (double)ticks[7] * 1e9 / (double)sysconf(_SC_CLK_TCK);
}

static void usage_of(as_disturbance *out)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    out->minor_faults = (uint64_t)usage.ru_minflt;
    out->context_switches = (uint64_t)usage.ru_nivcsw;
}

void as_disturbance_before(as_disturbance *out)
{
    out->steal_ns = steal_ns();
    usage_of(out);
}

void as_disturbance_after(as_disturbance *out)
{
    usage_of(out);
    out->steal_ns = steal_ns();
}

uint64_t as_gauge_peak_rss(void)
{
    char line[256];
    unsigned long long kib = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %llu kB", &kib) == 1)
            break;
    if (status)
        fclose(status);
    return kib * 1024;
}
