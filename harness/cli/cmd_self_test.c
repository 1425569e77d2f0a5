/* cmd_self_test.c: `attnscope self-test --power`: what slow-downs a duel on this machine tells from none.
 * SPDX-License-Identifier: Apache-2.0
 * The program duels with itself; its new side does a known share more work in each call: calls of its own (the kernel's
 * mix, exact), arithmetic in registers, or reading from memory. Every trial is a duel of its own, confirmation and
 * control included. Without --power the launcher runs the tests instead. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../config/config.h"
#include "../verdict/power.h"
#include "cli.h"
#include "target.h"
#include "turns.h"

static const char config[] = "name: power\nabout: one small case\n"
                             "shapes: {length: 256, width: 64, heads: 1}\n"
                             "kernels: [attention/flash]\npatterns: [causal]\n"
                             "measure: {case_timeout: 20s}\nseed: 1\n";

typedef struct {
    const char *name;
    as_inject inject;
    double share; /* of a call */
} injection;

static const injection injections[] = {
    {"none (A/A)", AS_INJECT_NONE, 0},         {"work", AS_INJECT_WORK, 0.01},
    {"work", AS_INJECT_WORK, 0.02},            {"work", AS_INJECT_WORK, 0.05},
    {"work", AS_INJECT_WORK, 0.10},            {"arithmetic", AS_INJECT_ARITHMETIC, 0.02},
    {"arithmetic", AS_INJECT_ARITHMETIC, 0.05}, {"memory", AS_INJECT_MEMORY, 0.02},
    {"memory", AS_INJECT_MEMORY, 0.05},
};

enum { ROWS = sizeof injections / sizeof *injections, COLUMNS = 8 };

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
    (void)signal;
    stop = 1;
}

typedef struct {
    as_tally tally;
    unsigned failed;
    double seconds;
} outcome;

static bool one_trial(const as_case *row, const as_measure *measure, const injection *extra, unsigned trial, outcome *out,
                      as_err *err)
{
    as_arena *arena = as_arena_create();
    const as_case *rows[] = {row};
    const char *cases[] = {row->case_};
    as_verdict verdict;
    as_live live = {.rows = rows, .cases = cases, .count = 1, .measure = measure, .seed = trial, .turns_fd = -1,
                    .arena = arena, .err = err, .stop = &stop};
    live.sides[AS_SIDE_NEW].inject = extra->inject;
    live.sides[AS_SIDE_NEW].inject_share = extra->share;
    as_live_begin(&live);
    const as_duel duel = {.cases = cases, .count = 1, .rules = as_duel_rules_usual(), .pair = as_live_pair, .state = &live};
    const uint64_t from = as_wall_ns();
    const bool whole = as_duel_run(&duel, arena, &verdict);
    if (whole) {
        out->seconds += 1e-9 * (double)(as_wall_ns() - from);
        out->tally.regressed += !strcmp(verdict.verdict, "regressed");
        out->tally.improved += !strcmp(verdict.verdict, "improved");
        out->tally.same += !strcmp(verdict.verdict, "same");
        out->tally.inconclusive += !strcmp(verdict.verdict, "inconclusive");
        out->failed += !strcmp(verdict.verdict, "failed");
        fprintf(stderr, "%s %+.0f %%, trial %u: %s %+.2f %% (%+.2f .. %+.2f, control %+.2f .. %+.2f)%s%s\n", extra->name,
                100 * extra->share, trial + 1, verdict.verdict, 100 * (verdict.ratio - 1), 100 * (verdict.ratio_low - 1),
                100 * (verdict.ratio_high - 1), 100 * (verdict.control_low - 1), 100 * (verdict.control_high - 1),
                verdict.reason ? ": " : "", verdict.reason ? verdict.reason : "");
    }
    as_arena_free(arena);
    return whole;
}

static bool print_outcomes(const outcome *outcomes, size_t count, unsigned trials, as_err *err)
{
    static const char *const head[COLUMNS] = {"injected", "share", "regressed", "improved", "inconclusive", "same", "failed",
                                              "seconds"};
    char numbers[ROWS][COLUMNS][32];
    const char *cells[(ROWS + 1) * COLUMNS];
    memcpy(cells, head, sizeof head);
    for (size_t i = 0; i < count; i++) {
        const outcome *o = &outcomes[i];
        const unsigned counts[] = {o->tally.regressed, o->tally.improved, o->tally.inconclusive, o->tally.same, o->failed};
        snprintf(numbers[i][0], 32, "%s", injections[i].name);
        snprintf(numbers[i][1], 32, "%.0f %%", 100 * injections[i].share);
        for (size_t c = 0; c < 5; c++)
            snprintf(numbers[i][2 + c], 32, "%u", counts[c]);
        snprintf(numbers[i][7], 32, "%.1f", trials ? o->seconds / trials : 0);
        for (size_t c = 0; c < COLUMNS; c++)
            cells[(i + 1) * COLUMNS + c] = numbers[i][c];
    }
    as_text out = {0};
    as_print_rows(&out, cells, count + 1, COLUMNS);
    const bool ok = as_print(&out, err);
    as_text_free(&out);
    return ok;
}

static as_exit verdict_on(const outcome *outcomes, size_t count, unsigned trials, as_err *err)
{
    const unsigned flags = outcomes[0].tally.regressed + outcomes[0].tally.improved;
    unsigned failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += outcomes[i].failed;
    if (failed)
        return as_fail(err, AS_EXIT_ENVIRONMENT, "self-test: %u trials failed to measure", failed), err->code;
    if (flags > (trials + 99) / 100)
        return as_fail(err, AS_EXIT_BAD, "self-test: %u of %u trials without any change were flagged", flags, trials), err->code;
    return AS_EXIT_OK;
}

static bool simulate(unsigned trials, outcome *outcomes)
{
    const as_duel_rules rules = as_duel_rules_usual();
    for (size_t i = 0; i < ROWS; i++)
        outcomes[i].tally = as_power_simulate(&rules, as_noise_assumed(), injections[i].share, trials, 1 + i);
    return true;
}

static bool measure(unsigned trials, outcome *outcomes, as_arena *arena, as_err *err)
{
    as_config asked;
    as_selection selection = {0};
    as_target target;
    as_plan plan = {0};
    bool ok = as_config_parse("power", config, sizeof config - 1, arena, &asked, err) && as_target_here(&selection, &target, err) &&
              as_plan_build(&asked, &target, arena, &plan, err);
    if (ok && !plan.runnable)
        ok = as_fail(err, AS_EXIT_ENVIRONMENT, "self-test: its case cannot run here: %s", plan.cases[0].row.reason);
    for (unsigned trial = 0; ok && trial < trials; trial++)
        for (size_t i = 0; ok && i < ROWS; i++)
            ok = one_trial(&plan.cases[0].row, &asked.measure, &injections[i], trial, &outcomes[i], err);
    as_plan_free(&plan);
    return ok;
}

static as_exit run(int argc, char **argv, as_err *err)
{
    bool power = false, simulated = false;
    const char *trials_text = NULL;
    uint64_t trials = 20;
    outcome outcomes[ROWS] = {0};
    const as_opt opts[] = {
        {"--power", AS_OPT_FLAG, &power, NULL},
        {"--simulate", AS_OPT_FLAG, &simulated, NULL},
        {"--trials", AS_OPT_TEXT, &trials_text, NULL},
        {0},
    };
    int rest;
    if (!as_options(argc, argv, opts, 0, 0, &rest, err))
        return err->code;
    if (!power)
        return as_fail(err, AS_EXIT_USAGE, "self-test: the launcher ./attnscope runs the tests; this program knows --power"), err->code;
    if (trials_text && (!as_parse_count(trials_text, &trials) || !trials || trials > 100000))
        return as_fail(err, AS_EXIT_USAGE, "--trials: '%.40s' is not a number from 1 to 100000", trials_text), err->code;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    as_arena *arena = as_arena_create();
    const bool ok = simulated ? simulate((unsigned)trials, outcomes) : measure((unsigned)trials, outcomes, arena, err);
    as_exit code = stop ? AS_EXIT_INTERRUPTED : ok ? AS_EXIT_OK : err->code;
    if (ok && !print_outcomes(outcomes, ROWS, (unsigned)trials, err))
        code = err->code;
    else if (ok)
        code = verdict_on(outcomes, ROWS, (unsigned)trials, err);
    as_arena_free(arena);
    return code;
}

const as_command as_command_self_test = {
    .name = "self-test",
    .usage = "self-test --power [--trials N] [--simulate]",
    .about = "the tests; with --power, what slow-downs a duel tells apart on this machine",
    .help = "The launcher's `./attnscope self-test` builds and runs the tests. With --power: duels of this program with itself,\n"
            "where the new side does a known share more work in each call; a table of verdicts and seconds per case.\n"
            "  --trials N    duels per row (default 20: several minutes)\n"
            "  --simulate    simulated turns in place of measured ones: proves the rules, not the machine; takes a second\n"
            "Exit code 1 when more than one in a hundred of the duels without a change is flagged.\n",
    .run = run,
    .order = 85,
};
