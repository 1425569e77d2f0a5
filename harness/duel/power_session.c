/* power_session.c: which trials there are, runs those that are missing, and judges the machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include "power_session.h"

#include <sched.h>
#include <string.h>

#include "../stats/binomial.h"
#include "../verdict/words.h"
#include "count_instructions.h"
#include "power_load.h"

static const as_injection injections[] = {
    {"none", AS_INJECT_NONE, 0},
    {"work", AS_INJECT_WORK, 0.01},
    {"work", AS_INJECT_WORK, 0.02},
    {"work", AS_INJECT_WORK, 0.05},
    {"work", AS_INJECT_WORK, 0.10},
    {"arithmetic", AS_INJECT_ARITHMETIC, 0.01},
    {"arithmetic", AS_INJECT_ARITHMETIC, 0.02},
    {"arithmetic", AS_INJECT_ARITHMETIC, 0.05},
    {"arithmetic", AS_INJECT_ARITHMETIC, 0.10},
    {"arithmetic", AS_INJECT_ARITHMETIC, -0.05},
    {"memory", AS_INJECT_MEMORY, 0.01},
    {"memory", AS_INJECT_MEMORY, 0.02},
    {"memory", AS_INJECT_MEMORY, 0.05},
    {"memory", AS_INJECT_MEMORY, 0.10},
    {"alignment", AS_INJECT_ALIGNMENT, 0.01},
    {"alignment", AS_INJECT_ALIGNMENT, 0.02},
    {"alignment", AS_INJECT_ALIGNMENT, 0.05},
    {"alignment", AS_INJECT_ALIGNMENT, 0.10},
    {"instructions", AS_INJECT_ROUNDS, 0},
    {"instructions", AS_INJECT_ROUNDS, 0.005},
    {"instructions", AS_INJECT_ROUNDS, -0.005},
};

enum { INJECTIONS = sizeof injections / sizeof *injections, ROWS_MAX = 2 * INJECTIONS };

static bool is_gated(const as_power_session *s, const as_injection *i)
{
    return s->gates & AS_GATE_BIT(i->inject == AS_INJECT_ROUNDS ? AS_GATE_INSTRUCTIONS : AS_GATE_TIME);
}

/* Whether `only` means the row: "none", "work+2%", "arithmetic-5%", "instructions+0.5%". */
static bool names_row(const as_power_session *s, const char *only, const as_injection *i)
{
    const char *key = i->share != 0 ? as_arena_printf(s->arena, "%s%+.3g%%", i->name, 100 * i->share) : i->name;
    return as_glob(only, key) || !strcmp(only, i->name);
}

static bool is_asked_for(const as_power_session *s, const as_injection *i)
{
    bool named = !s->only[0];
    for (size_t k = 0; s->only[k]; k++)
        named = named || names_row(s, s->only[k], i);
    return named && is_gated(s, i);
}

/* Each --only names a row of a gate that is asked for. */
static bool check_only(const as_power_session *s, as_err *err)
{
    for (size_t k = 0; s->only[k]; k++) {
        bool known = false;
        for (size_t i = 0; i < INJECTIONS; i++)
            known = known || (is_gated(s, &injections[i]) && names_row(s, s->only[k], &injections[i]));
        if (!known)
            return as_fail(err, AS_EXIT_USAGE,
                           "--only: there is no row '%.40s': none, arithmetic, 'arithmetic+2%%' ...; instructions need "
                           "--gate instructions",
                           s->only[k]);
    }
    return true;
}

/* Where the workers may run: on --cpu, or anywhere but on the CPU that is loaded. */
static bool choose_cpus(const as_power_session *s, as_err *err)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return true;
    if (s->pinned) {
        CPU_ZERO(&set);
        CPU_SET((size_t)s->cpu, &set);
    }
    if (s->loaded)
        CPU_CLR((size_t)s->load_cpu, &set);
    if (CPU_COUNT(&set) == 0)
        return as_fail(err, AS_EXIT_USAGE, "--load: CPU %llu is the only one that the duels may run on: name another",
                       (unsigned long long)s->load_cpu);
    return sched_setaffinity(0, sizeof set, &set) == 0 ||
           as_fail(err, AS_EXIT_USAGE, "--cpu: CPU %llu is not there, or not for this process",
                   (unsigned long long)s->cpu);
}

static bool run_trials(as_power_session *s, as_err *err)
{
    const char *load = s->loaded ? "bursts" : "none";
    as_trials *t = &s->store;
    pid_t pid = 0;
    if (s->trials && (s->gates & AS_GATE_BIT(AS_GATE_INSTRUCTIONS)) && !as_counts_valgrind(err))
        return false;
    if (s->trials && (!choose_cpus(s, err) || (s->loaded && !as_load_begin((int)s->load_cpu, &pid, err))))
        return false;
    bool ok = true;
    for (uint64_t trial = 0; ok && trial < s->trials; trial++)
        for (size_t i = 0; ok && i < INJECTIONS; i++)
            if (is_asked_for(s, &injections[i]) && !as_trials_have(t, &injections[i], load, trial))
                ok = as_trials_add(t, &injections[i], load, trial, err);
    as_load_end(pid);
    return ok;
}

static void add_row(as_power_session *s, const as_power *row)
{
    if (row->duels)
        s->rows[s->count++] = *row;
}

static void count_trials(as_power_session *s)
{
    static const char *const loads[] = {"none", "bursts"};
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < INJECTIONS; i++) {
            as_power row;
            as_record_clear(&as_power_schema, &row);
            row.injected = injections[i].name;
            row.share = injections[i].share;
            row.load = loads[l];
            as_power_count(s->store.rows, s->store.count, &row);
            add_row(s, &row);
        }
}

static void simulate(as_power_session *s)
{
    const as_duel_rules rules = as_duel_rules_usual();
    for (size_t i = 0; i < INJECTIONS; i++) {
        const as_injection *in = &injections[i];
        if ((in->inject && in->inject != AS_INJECT_ARITHMETIC) || !is_asked_for(s, in))
            continue;
        const as_tally tally = as_power_simulate(&rules, as_noise_assumed(), in->share, (unsigned)s->trials, 1 + i);
        as_power row;
        as_record_clear(&as_power_schema, &row);
        row.injected = in->name;
        row.share = in->share;
        row.load = "simulated";
        row.duels = s->trials;
        row.flagged = in->share > 0   ? tally.regressed
                      : in->share < 0 ? tally.improved
                                      : tally.regressed + tally.improved;
        row.opposite = in->share > 0 ? tally.improved : in->share < 0 ? tally.regressed : 0;
        row.inconclusive = tally.inconclusive;
        row.passed = tally.same;
        row.failed = 0;
        as_binomial_interval(row.flagged, row.duels, &row.flagged_low, &row.flagged_high);
        add_row(s, &row);
    }
}

as_exit as_power_check(const as_power_session *s, as_err *err)
{
    char why[200];
    uint64_t failed = 0;
    for (size_t i = 0; i < s->count; i++)
        failed += s->rows[i].failed;
    if (failed)
        return as_fail(err, AS_EXIT_ENVIRONMENT, "self-test: %llu trials failed to measure",
                       (unsigned long long)failed),
               err->code;
    for (size_t i = 0; i < s->count; i++)
        if (!as_power_keeps(&s->rows[i], why))
            return as_fail(err, AS_EXIT_BAD,
                           "self-test: %s %+.3g %%, load %s: of %llu duels %llu were flagged, %llu the wrong "
                           "way, %llu passed, %.1f s each: asked is %s",
                           s->rows[i].injected, 100 * s->rows[i].share, s->rows[i].load,
                           (unsigned long long)s->rows[i].duels, (unsigned long long)s->rows[i].flagged,
                           (unsigned long long)s->rows[i].opposite, (unsigned long long)s->rows[i].passed,
                           s->rows[i].seconds, why),
                   err->code;
    return AS_EXIT_OK;
}

bool as_power_run(as_power_session *s, as_err *err)
{
    s->arena = as_arena_create();
    s->rows = as_arena_alloc(s->arena, ROWS_MAX * sizeof *s->rows);
    s->store = (as_trials){.fd = -1, .arena = s->arena, .stop = s->stop, .quiet = s->quiet};
    if (!check_only(s, err))
        return false;
    if (s->simulate) {
        simulate(s);
        return true;
    }
    const bool ok = as_trials_open(&s->store, s->out, err) && run_trials(s, err);
    if (ok || *s->stop)
        count_trials(s);
    return ok;
}

void as_power_close(as_power_session *s)
{
    as_trials_close(&s->store);
    as_arena_free(s->arena);
}
