/* machine.h: what this machine is, what it can do at most, and what will disturb a measurement.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MACHINE_MACHINE_H
#define AS_MACHINE_MACHINE_H

#include <signal.h>

#include "../../kernels/api/cpu.h"
#include "../base/arena.h"
#include "../base/err.h"
#include "../base/text.h"
#include "../measure/counters.h"
#include "rates.h"

typedef struct {
    const char *cause, *effect, *remedy;
} as_warning;

typedef struct {
    const char *group, *event; /* of configs/counters */
    bool works;
    const char *reason; /* why not */
} as_counter_probe;

typedef struct {
    char fingerprint[20]; /* of what makes two machines differ: CPU, caches, isas, cpus, microcode */
    const char *cpu, *vendor, *os, *kernel, *hypervisor, *governor, *clocksource, *microcode, *thp;
    const char *compiler, *flags, *commit, *version, *blas, *libraries;
    const char *blas_core;    /* what OpenBLAS takes this CPU for */
    const char *turbo;        /* "on", "off"; NULL where the system does not say */
    const char *date;         /* when this was described: 2026-01-31T12:00:00Z */
    const char *roofs_date;   /* when the rates below were measured; NULL until then */
    int cpus, cores, sockets; /* cpus: those this process may run on; cores and sockets that hold one of them */
    int online;               /* cpus that are switched on */
    int smt;                  /* threads per core */
    int perf_paranoid;        /* -9 when unreadable */
    int aslr;                 /* randomize_va_space: 0 off, 1, 2; -1 when unreadable */
    double cgroup_cpus;       /* quota; 0: none */
    double load1, pressure;   /* -1 where unknown */
    uint64_t memory_total, memory_available; /* the smaller of host and cgroup */
    size_t cache_bytes[3];
    uint32_t isas;
    as_rates rate;
    double read_gbs[4]; /* L1, L2, L3, memory; one thread, widest isa */
    as_warning *warnings;
    size_t warning_count;
    as_counter_probe *probes;
    size_t probe_count;
} as_machine;

/* Cheap facts and the warnings that follow from them: no measuring. Texts and rows live in `arena`, or for ever; a text
 * that the system does not give is NULL, a number 0 unless said otherwise above; rates are NaN until measured. */
void as_machine_describe(as_machine *m, as_arena *arena);
/* The roofs, about `seconds` in all (the memory figure needs two passes over its working set, however short the time).
 * Each is the best of many short bursts: a roof is what the machine can do, not what it did on average. false: *stop
 * (may be NULL) became true before all were there, and none is kept. */
bool as_machine_measure(as_machine *m, double seconds, const volatile sig_atomic_t *stop);
/* Which events of configs/counters work: each is probed as `run` probes it (measure/counters.h). Brings the warnings up
 * to date. false: a group cannot be read. */
bool as_machine_probe(as_machine *m, const as_pmu *pmu, as_arena *arena, as_err *err);

bool as_machine_json(const as_machine *m, as_text *out);
void as_machine_text(const as_machine *m, as_text *out);

#endif
