/* warnings.c: what will disturb a measurement on this machine, each with its effect and its remedy; one table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <string.h>

#include "../../kernels/api/cpu.h"
#include "../base/build.h"
#include "blas_core.h"

/* What is the case, in a few words; NULL when there is nothing to warn of. */
typedef const char *cause_finder(const as_machine *m, as_arena *arena);

static const char *build_type_cause(const as_machine *m, as_arena *arena)
{
    (void)m;
    bool fast = !strcmp(as_build_type, "Release") || !strcmp(as_build_type, "RelWithDebInfo");
    return fast ? NULL : as_arena_printf(arena, "this program is a %s build", as_build_type);
}

static const char *governor_cause(const as_machine *m, as_arena *arena)
{
    if (!m->governor || !strcmp(m->governor, "performance"))
        return NULL;
    return as_arena_printf(arena, "the CPU frequency governor is %s", m->governor);
}

static const char *turbo_cause(const as_machine *m, as_arena *arena)
{
    (void)arena;
    return m->turbo && !strcmp(m->turbo, "on") ? "turbo is on" : NULL;
}

static const char *smt_cause(const as_machine *m, as_arena *arena)
{
    return m->smt > 1 ? as_arena_printf(arena, "%d hardware threads share a core", m->smt) : NULL;
}

static const char *quota_cause(const as_machine *m, as_arena *arena)
{
    return m->cgroup_cpus > 0 ? as_arena_printf(arena, "a cgroup limits this process to %.2f cpus", m->cgroup_cpus)
                              : NULL;
}

static const char *affinity_cause(const as_machine *m, as_arena *arena)
{
    if (m->cpus >= m->online)
        return NULL;
    return as_arena_printf(arena, "this process may use %d of %d cpus", m->cpus, m->online);
}

static const char *load_cause(const as_machine *m, as_arena *arena)
{
    return m->load1 >= 0.5 ? as_arena_printf(arena, "the load is %.2f", m->load1) : NULL;
}

static const char *pressure_cause(const as_machine *m, as_arena *arena)
{
    if (m->pressure < 1)
        return NULL;
    return as_arena_printf(arena, "tasks waited for a cpu %.1f %% of the last 10 seconds", m->pressure);
}

static const char *hypervisor_cause(const as_machine *m, as_arena *arena)
{
    return m->hypervisor ? as_arena_printf(arena, "this is a virtual machine (%s)", m->hypervisor) : NULL;
}

static const char *clocksource_cause(const as_machine *m, as_arena *arena)
{
    static const char *const fast[] = {"tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page"};
    if (!m->clocksource)
        return NULL;
    for (size_t i = 0; i < sizeof fast / sizeof *fast; i++)
        if (!strcmp(m->clocksource, fast[i]))
            return i < 2 ? NULL : as_arena_printf(arena, "the clock source is %s, not tsc", m->clocksource);
    return as_arena_printf(arena, "the clock source is %s, which reads slowly", m->clocksource);
}

static const char *paranoid_cause(const as_machine *m, as_arena *arena)
{
    if (m->perf_paranoid <= 2)
        return NULL;
    return as_arena_printf(arena, "kernel.perf_event_paranoid is %d", m->perf_paranoid);
}

static const char *counters_cause(const as_machine *m, as_arena *arena)
{
    (void)arena;
    size_t hardware = 0;
    for (size_t i = 0; i < m->probe_count; i++) {
        bool is_hardware = strcmp(m->probes[i].group, "software") != 0;
        if (is_hardware && m->probes[i].works)
            return NULL;
        hardware += is_hardware;
    }
    return hardware ? "no hardware counter works" : NULL;
}

static const char *huge_pages_cause(const as_machine *m, as_arena *arena)
{
    (void)arena;
    return m->thp && !strcmp(m->thp, "always") ? "transparent huge pages are always on" : NULL;
}

static const char *blas_core_cause(const as_machine *m, as_arena *arena)
{
    const char *own = m->blas_core, *told = own ? as_blas_core_best(as_cpu_isas(), own) : NULL;
    return told != own ? as_arena_printf(
                             arena, "OpenBLAS does not know this CPU and takes it for %s; cases are told %s", own, told)
                       : NULL;
}

static const char *fixed_addresses_cause(const as_machine *m, as_arena *arena)
{
    (void)arena;
    return m->aslr == 0 ? "address randomisation is off" : NULL;
}

static const struct {
    cause_finder *cause;
    const char *effect, *remedy;
} rows[] = {
    {build_type_cause, "its times say nothing about a release build", "configure with -DCMAKE_BUILD_TYPE=Release"},
    {governor_cause, "the frequency follows the load, so short and first cases look slow",
     "sudo cpupower frequency-set -g performance"},
    {turbo_cause, "the frequency depends on temperature and on what the other cores do",
     "switch turbo off in the firmware or in /sys, or trust ratios rather than GFLOP/s"},
    {smt_cause, "a neighbour on the same core takes part of its units and caches",
     "use at most one thread per core, or switch SMT off"},
    {quota_cause, "threads beyond the quota are stopped for milliseconds at a time",
     "raise the quota or keep threads below it"},
    {affinity_cause, "'all cpus' means the allowed ones", "start it without taskset or cpuset to use them all"},
    {load_cause, "other programs take cpu time, caches and memory bandwidth", "stop them, or wait, or add processes"},
    {pressure_cause, "timed calls wait for a cpu too", "stop other programs, or wait"},
    {hypervisor_cause, "neighbours change its speed for seconds at a time, and steal time may not show it",
     "compare in turns (duel), not before and after; look at speed_index and issue_index"},
    {clocksource_cause, "each reading of the clock costs more, which short batches feel",
     "boot with clocksource=tsc where the hardware allows it"},
    {paranoid_cause, "hardware counters are closed to this user", "sudo sysctl kernel.perf_event_paranoid=2"},
    {counters_cause, "counted instructions and cache misses are missing from the files",
     "on hardware: see perf_event_paranoid; in a virtual machine ask its owner for a PMU"},
    {huge_pages_cause, "an array may get huge pages in one process and not in the next",
     "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled"},
    {blas_core_cause, "OpenBLAS runs slower in other programs than in the rows measured here",
     "install a newer OpenBLAS, or set OPENBLAS_CORETYPE there too"},
    {fixed_addresses_cause, "every process gets the same layout, so its luck is not averaged out",
     "sudo sysctl kernel.randomize_va_space=2"},
};

#define ROWS (sizeof rows / sizeof *rows)

void as_machine_warn(as_machine *m, as_arena *arena)
{
    m->warnings = as_arena_alloc(arena, ROWS * sizeof *m->warnings);
    m->warning_count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        const char *cause = rows[i].cause(m, arena);
        if (cause)
            m->warnings[m->warning_count++] = (as_warning){cause, rows[i].effect, rows[i].remedy};
    }
}
