/* cmd_self_test.c: `attnscope self-test --power`: what slow-downs a duel on this machine tells from none.
 * SPDX-License-Identifier: Apache-2.0
 * The program duels with itself; one side does a known share more in each call. Every trial is a duel of its own,
 * confirmation and control included, and a row of trials.csv, so that a run that was stopped goes on where it was.
 * Without --power the launcher runs the tests instead. */
#include <sched.h>
#include <signal.h>
#include <string.h>

#include "../base/file.h"
#include "cli.h"
#include "../duel/count_instructions.h"
#include "../duel/power_load.h"
#include "../duel/power_trials.h"
#include "../stats/binomial.h"

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

enum { INJECTIONS = sizeof injections / sizeof *injections, ROWS = 2 * INJECTIONS, COLUMNS = 12 };

typedef struct {
    bool power, simulate, quiet;
    const char *trials_text, *out, *page, *format, *gate, *load_text, *cpu_text, *only[AS_OPT_MANY_MAX + 1];
    uint64_t trials, load_cpu, cpu;
    unsigned gates;
    as_power rows[ROWS];
    size_t count;
    as_arena *arena;
} session;

static volatile sig_atomic_t stop; /* a signal handler has nowhere else to put it */

static void on_signal(int signal)
{
    (void)signal;
    stop = 1;
}

static bool number(const char *text, const char *option, uint64_t most, uint64_t *out, as_err *err)
{
    return !text || (as_parse_count(text, out) && *out <= most) ||
           as_fail(err, AS_EXIT_USAGE, "%s: '%.40s' is not a number from 0 to %llu", option, text,
                   (unsigned long long)most);
}

static bool gated(const session *s, const as_injection *i)
{
    return s->gates & AS_GATE_BIT(i->inject == AS_INJECT_ROUNDS ? AS_GATE_INSTRUCTIONS : AS_GATE_TIME);
}

/* "none", "work+2%", "arithmetic-5%", "instructions+0.5%" */
static bool names(const session *s, const char *only, const as_injection *i)
{
    const char *key = i->share != 0 ? as_arena_printf(s->arena, "%s%+.3g%%", i->name, 100 * i->share) : i->name;
    return as_glob(only, key) || !strcmp(only, i->name);
}

static bool asked_for(const session *s, const as_injection *i)
{
    bool named = !s->only[0];
    for (size_t k = 0; s->only[k]; k++)
        named = named || names(s, s->only[k], i);
    return named && gated(s, i);
}

/* Each --only names a row of a gate that is asked for. */
static bool only_known(const session *s, as_err *err)
{
    for (size_t k = 0; s->only[k]; k++) {
        bool known = false;
        for (size_t i = 0; i < INJECTIONS; i++)
            known = known || (gated(s, &injections[i]) && names(s, s->only[k], &injections[i]));
        if (!known)
            return as_fail(err, AS_EXIT_USAGE,
                           "--only: there is no row '%.40s': none, arithmetic, 'arithmetic+2%%' ...; instructions need "
                           "--gate instructions",
                           s->only[k]);
    }
    return true;
}

/* Where the workers may run: on --cpu, or anywhere but on the CPU that is loaded. */
static bool choose_cpus(const session *s, as_err *err)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return true;
    if (s->cpu_text) {
        CPU_ZERO(&set);
        CPU_SET((size_t)s->cpu, &set);
    }
    if (s->load_text)
        CPU_CLR((size_t)s->load_cpu, &set);
    if (CPU_COUNT(&set) == 0)
        return as_fail(err, AS_EXIT_USAGE, "--load: CPU %llu is the only one that the duels may run on: name another",
                       (unsigned long long)s->load_cpu);
    return sched_setaffinity(0, sizeof set, &set) == 0 ||
           as_fail(err, AS_EXIT_USAGE, "--cpu: CPU %llu is not there, or not for this process",
                   (unsigned long long)s->cpu);
}

static bool measure(session *s, as_trials *t, as_err *err)
{
    const char *load = s->load_text ? "bursts" : "none";
    pid_t pid = 0;
    if (s->trials && (s->gates & AS_GATE_BIT(AS_GATE_INSTRUCTIONS)) && !as_counts_valgrind(err))
        return false;
    if (s->trials && (!choose_cpus(s, err) || (s->load_text && !as_load_begin((int)s->load_cpu, &pid, err))))
        return false;
    bool ok = true;
    for (uint64_t trial = 0; ok && trial < s->trials; trial++)
        for (size_t i = 0; ok && i < INJECTIONS; i++)
            if (asked_for(s, &injections[i]) && !as_trials_have(t, &injections[i], load, trial))
                ok = as_trials_add(t, &injections[i], load, trial, err);
    as_load_end(pid);
    return ok;
}

static void add_row(session *s, const as_power *row)
{
    if (row->duels)
        s->rows[s->count++] = *row;
}

static void count_trials(session *s, const as_trials *t)
{
    static const char *const loads[] = {"none", "bursts"};
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < INJECTIONS; i++) {
            as_power row;
            as_record_clear(&as_power_schema, &row);
            row.injected = injections[i].name;
            row.share = injections[i].share;
            row.load = loads[l];
            as_power_count(t->rows, t->count, &row);
            add_row(s, &row);
        }
}

static void simulate(session *s)
{
    const as_duel_rules rules = as_duel_rules_usual();
    for (size_t i = 0; i < INJECTIONS; i++) {
        const as_injection *in = &injections[i];
        if ((in->inject && in->inject != AS_INJECT_ARITHMETIC) || !asked_for(s, in))
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

static void table(const session *s, as_text *out)
{
    static const char *const head[COLUMNS] = {"injected",  "share",        "load", "duels",  "flagged", "95 % interval",
                                              "wrong way", "inconclusive", "same", "failed", "ratio",   "seconds"};
    const char *cells[(ROWS + 1) * COLUMNS];
    memcpy(cells, head, sizeof head);
    for (size_t i = 0; i < s->count; i++) {
        const as_power *r = &s->rows[i];
        const uint64_t counts[] = {r->duels, r->flagged, 0, r->opposite, r->inconclusive, r->passed, r->failed};
        const char **c = cells + (i + 1) * COLUMNS;
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            c[3 + k] = as_arena_printf(s->arena, "%llu", (unsigned long long)counts[k]);
        c[0] = r->injected;
        c[1] = as_arena_printf(s->arena, "%+.3g %%", 100 * r->share);
        c[2] = r->load;
        c[5] = as_arena_printf(s->arena, "%.1f .. %.1f %%", 100 * r->flagged_low, 100 * r->flagged_high);
        c[10] = isnan(r->ratio) ? "-" : as_arena_printf(s->arena, "%.4f", r->ratio);
        c[11] = isnan(r->seconds) ? "-" : as_arena_printf(s->arena, "%.1f", r->seconds);
    }
    as_print_rows(out, cells, s->count + 1, COLUMNS);
}

static bool tell(const session *s, const as_trials *t, as_err *err)
{
    as_text out = {0};
    bool ok = true;
    if (s->format && !strcmp(s->format, "json"))
        ok = as_table_json(&as_power_schema, s->rows, s->count, &out) || as_fail_memory(err);
    else if (s->format && !strcmp(s->format, "csv"))
        as_table_header(&as_power_schema, &out);
    else
        table(s, &out);
    for (size_t i = 0; s->format && !strcmp(s->format, "csv") && i < s->count; i++)
        as_table_row(&as_power_schema, &s->rows[i], &out);
    ok = ok && as_print(&out, err);
    out.length = 0;
    if (ok && t->dir)
        ok = as_table_write(&as_power_schema, s->rows, s->count, t->dir, err);
    if (ok && s->page) {
        as_power_page(s->rows, s->count, as_trials_machine(t), t->count ? t->rows[t->count - 1].build : NULL, &out);
        ok = as_file_write(s->page, out.data, out.length, err);
    }
    as_text_free(&out);
    return ok;
}

static as_exit verdict_on(const session *s, as_err *err)
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

static bool read_options(session *s, int argc, char **argv, as_err *err)
{
    const as_opt opts[] = {
        {"--power", AS_OPT_FLAG, &s->power, NULL},
        {"--simulate", AS_OPT_FLAG, &s->simulate, NULL},
        {"--trials", AS_OPT_TEXT, &s->trials_text, NULL},
        {"--only", AS_OPT_MANY, s->only, NULL},
        {"--out", AS_OPT_TEXT, &s->out, NULL},
        {"--load", AS_OPT_TEXT, &s->load_text, NULL},
        {"--cpu", AS_OPT_TEXT, &s->cpu_text, NULL},
        {"--page", AS_OPT_TEXT, &s->page, NULL},
        {"--gate", AS_OPT_TEXT, &s->gate, NULL},
        {"--format", AS_OPT_TEXT, &s->format, "table|csv|json"},
        {"--quiet", AS_OPT_FLAG, &s->quiet, NULL},
        {0},
    };
    char wrong[40];
    int rest;
    if (!as_options(argc, argv, opts, 0, 0, &rest, err))
        return false;
    if (!as_gates_parse(s->gate ? s->gate : "time", AS_GATES_MEASURED, &s->gates, wrong))
        return as_fail(err, AS_EXIT_USAGE,
                       "--gate: there is no '%s': time, instructions, or both with a comma between them", wrong);
    if (!s->power)
        return as_fail(err, AS_EXIT_USAGE,
                       "self-test: the launcher ./attnscope runs the tests; this program knows --power");
    if (s->page && !s->out)
        return as_fail(err, AS_EXIT_USAGE, "--page needs --out DIR: a page is written from stored trials");
    return number(s->trials_text, "--trials", 100000, &s->trials, err) &&
           number(s->load_text, "--load", CPU_SETSIZE - 1, &s->load_cpu, err) &&
           number(s->cpu_text, "--cpu", CPU_SETSIZE - 1, &s->cpu, err);
}

static as_exit run(int argc, char **argv, as_err *err)
{
    session s = {.trials = 20};
    if (!read_options(&s, argc, argv, err))
        return err->code;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    s.arena = as_arena_create();
    if (!only_known(&s, err)) {
        as_arena_free(s.arena);
        return err->code;
    }
    as_trials t = {.fd = -1, .arena = s.arena, .stop = &stop, .quiet = s.quiet};
    bool ok = true;
    if (s.simulate)
        simulate(&s);
    else {
        ok = as_trials_open(&t, s.out, err) && measure(&s, &t, err);
        if (ok || stop)
            count_trials(&s, &t);
    }
    const bool told = (ok || stop) && tell(&s, &t, err);
    const as_exit code = stop ? AS_EXIT_INTERRUPTED : !told ? err->code : verdict_on(&s, err);
    as_trials_close(&t);
    as_arena_free(s.arena);
    return code;
}

const as_command as_command_self_test = {
    .name = "self-test",
    .usage = "self-test --power [--gate LIST] [--trials N] [--only KIND] [--out DIR] [--cpu N] [--load CPU] [--page "
             "FILE] [--simulate] "
             "[--format table|csv|json] [--quiet]",
    .about = "the tests; with --power, what slow-downs a duel tells apart on this machine",
    .help =
        "The launcher's `./attnscope self-test` builds and runs the tests. With --power: duels of this program with "
        "itself,\n"
        "where one side does a known share more in each call; a table of verdicts and seconds per duel.\n"
        "  --gate LIST   time (default), instructions, or both: instructions are counted by callgrind, a base against "
        "itself in\n"
        "                other places in memory, and with 0.5 % more on either side\n"
        "  --trials N    duels per row (default 20: half an hour); 0 shows what --out holds\n"
        "  --only KIND   none, work, arithmetic, memory, alignment, instructions, or a row of it: 'arithmetic+2%' "
        "(repeatable)\n"
        "  --out DIR     keeps every trial in DIR/trials.csv; where some are there already, goes on behind them\n"
        "  --cpu N       the duels run on this CPU alone\n"
        "  --load CPU    meanwhile another process loads this CPU in bursts\n"
        "  --page FILE   writes what DIR holds as a page in Markdown\n"
        "  --simulate    simulated turns in place of measured ones: proves the rules, not the machine; takes a second\n"
        "Exit code 1 when a row does not keep what is asked of a duel: docs/duel.md.\n",
    .run = run,
    .order = 85,
};
