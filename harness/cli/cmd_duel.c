/* cmd_duel.c: `attnscope duel BASE NEW CONFIG`: two builds held against each other on one machine; a verdict per case.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../duel/count_instructions.h"
#include "../duel/session.h"
#include "outputs.h"

static volatile sig_atomic_t stop; /* a signal handler has nowhere else to put it */

static void on_signal(int signal)
{
    (void)signal;
    stop = 1;
}

/* --- what is asked ----------------------------------------------------------------------------------------------- */

static bool read_gates(as_session *s, as_err *err)
{
    const unsigned may_be_left_out =
        AS_GATE_BIT(AS_GATE_FLOPS) | AS_GATE_BIT(AS_GATE_WORKSPACE) | AS_GATE_BIT(AS_GATE_ORDER);
    unsigned measured = AS_GATE_BIT(AS_GATE_TIME), left_out = 0;
    char wrong[40];
    if (s->gate && !strcmp(s->gate, "exact"))
        measured = 0;
    else if (s->gate && !as_gates_parse(s->gate, AS_GATES_MEASURED, &measured, wrong))
        return as_fail(err, AS_EXIT_USAGE,
                       "--gate: there is no '%s': time, instructions, both with a comma between, or exact", wrong);
    if (s->except && !as_gates_parse(s->except, may_be_left_out, &left_out, wrong))
        return as_fail(err, AS_EXIT_USAGE, "--except: '%s' is none of flops, workspace, order, which may be left out",
                       wrong);
    s->gates = (AS_GATES_ALL & ~AS_GATES_MEASURED & ~left_out) | measured;
    return true;
}

static bool read_rules(as_session *s, as_err *err)
{
    s->rules = as_duel_rules_usual();
    return as_option_share(s->floor, "--floor", &s->rules.bounds.floor, err) &&
           as_option_share(s->margin, "--margin", &s->rules.bounds.margin, err) && (s->again || read_gates(s, err));
}

static bool read_config(as_session *s, as_err *err)
{
    if (!as_config_read(s->config_path, s->arena, &s->config, err))
        return false;
    if (s->budget && (!as_parse_seconds(s->budget, &s->config.measure.budget_s) || !(s->config.measure.budget_s > 0)))
        return as_fail(err, AS_EXIT_USAGE, "--budget: '%.40s' is not a time: 90s, 10m and 1h are", s->budget);
    s->selection.plugins[0] = s->plugin[0];
    return as_plugins_load(&s->selection, err) && as_target_here(&s->selection, &s->target, err) &&
           as_plan_build(&s->config, &s->target, s->arena, &s->plan, err);
}

/* --- the duel ---------------------------------------------------------------------------------------------------- */

static void on_progress(void *state, size_t index, as_round_kind phase, const as_judgement *now)
{
    const as_live *live = state;
    const as_session *s = (const as_session *)(const void *)((const char *)state - offsetof(as_session, live));
    if (s->quiet)
        return;
    const double passed = 1e-9 * (double)as_wall_ns() - live->started_s;
    fprintf(stderr, "%s[%zu/%zu] %.0f s %s%.90s: %+.2f %% (%+.2f .. %+.2f), %u pairs, %s%s",
            isatty(STDERR_FILENO) ? "\r\033[K" : "", index + 1, s->timed_count, passed,
            phase == AS_PHASE_CONFIRM ? "again " : "", s->timed[index], 100 * expm1(now->estimate),
            100 * expm1(now->low), 100 * expm1(now->high), now->processes, as_verdict_kind_text(now->kind),
            isatty(STDERR_FILENO) ? "" : "\n");
}

static void prepare_live(as_session *s, as_err *err)
{
    s->live.rows = s->rows;
    s->live.cases = s->cases;
    s->live.count = s->count;
    s->live.measure = &s->config.measure;
    s->live.seed = s->config.seed;
    s->live.budget_s = s->config.measure.budget_s;
    s->live.arena = s->arena;
    s->live.err = err;
    s->live.stop = &stop;
}

/* What is counted is counted first: only cases that both builds are right in are timed. */
static bool measure(as_session *s, as_err *err)
{
    prepare_live(s, err);
    const bool counted = as_counts_take(&s->live, s->gates, s->dir, s->quiet, &s->exact);
    if (!as_table_write(&as_exact_schema, s->exact.exact, s->exact.exact_count, s->dir, err))
        return false;
    as_session_sort_out(s);
    s->live.rows = s->timed_rows;
    s->live.cases = s->timed;
    s->live.count = s->timed_count;
    as_live_begin(&s->live);
    const as_session_turns turns = {.pair = as_live_pair, .progress = on_progress, .state = &s->live};
    const bool whole = as_session_judge(s, &turns);
    if (!s->quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    return counted && whole;
}

static as_exit fight(as_session *s, as_err *err)
{
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    signal(SIGXFSZ, SIG_IGN);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if ((s->gates & AS_GATE_BIT(AS_GATE_INSTRUCTIONS)) && !as_counts_valgrind(err))
        return err->code;
    if (!read_config(s, err) || !as_session_sides(s, err) || !as_session_greet(s, err) || !as_session_keep(s, err) ||
        ((s->gates & AS_GATE_BIT(AS_GATE_TIME)) && !as_session_copy_base(s, err)))
        return err->code;
    const bool whole = measure(s, err);
    if (err->text[0] || !as_table_write(&as_verdict_schema, s->verdicts, s->verdict_count, s->dir, err))
        return err->code;
    const as_exit code = as_session_tell(s, err);
    fprintf(stderr, "results: %s\n", s->dir);
    return whole ? code : AS_EXIT_INTERRUPTED;
}

/* --- once more, from the stored turns ---------------------------------------------------------------------------- */

static bool same_number(double a, double b) { return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-7 * fabs(a); }
static bool same_text(const char *a, const char *b) { return !strcmp(a ? a : "", b ? b : ""); }

/* What was told then must be what the files say now. */
static bool agree(as_session *s, as_err *err)
{
    void *records = NULL;
    size_t count = 0, different = 0;
    if (!as_table_read(&as_verdict_schema, s->again, s->arena, &records, &count, err))
        return false;
    const as_verdict *then = records, *now = s->verdicts;
    for (size_t i = 0; i < s->verdict_count && count == s->verdict_count; i++)
        different += !same_text(then[i].case_, now[i].case_) || then[i].gate != now[i].gate ||
                     then[i].verdict != now[i].verdict || !same_number(then[i].ratio, now[i].ratio);
    if (count == s->verdict_count && !different)
        return true;
    return as_fail(err, AS_EXIT_USAGE,
                   "%s: what is stored gives %zu verdicts, of which %zu are not those of the %zu in verdicts.csv: "
                   "one of the files was edited or cut short",
                   s->again, s->verdict_count, count == s->verdict_count ? different : s->verdict_count, count);
}

static as_exit repeat(as_session *s, as_err *err)
{
    as_stored stored;
    if (!as_session_read(s, err) || !as_stored_read(s->again, s->arena, &stored, err))
        return err->code;
    as_session_sort_out(s);
    stored.cases = s->timed;
    const as_session_turns turns = {.pair = as_stored_pair, .state = &stored};
    const bool whole = as_session_judge(s, &turns);
    if (!agree(s, err))
        return err->code;
    const as_exit code = as_session_tell(s, err);
    return whole ? code : AS_EXIT_INTERRUPTED;
}

static bool count_arguments(const as_session *s, int rest, as_err *err)
{
    const bool one = s->from_git || s->plugin[0];
    if (s->again ? rest == 0 : (rest == 3 && !s->from_git) || (rest == 1 && one))
        return true;
    return as_fail(err, AS_EXIT_USAGE,
                   "duel BASE NEW CONFIG, duel --from-git REV CONFIG, duel --plugin-base A.so --plugin-new B.so "
                   "CONFIG, or duel --again DIR");
}

static as_exit run(int argc, char **argv, as_err *err)
{
    as_session s = {.to = {.title = "attnscope duel"}, .live = {.turns_fd = -1}, .stop = &stop};
    const as_opt opts[] = {
        {"--from-git", AS_OPT_TEXT, &s.from_git, NULL},
        {"--cache", AS_OPT_TEXT, &s.cache, NULL},
        {"--plugin-base", AS_OPT_TEXT, &s.plugin[0], NULL},
        {"--plugin-new", AS_OPT_TEXT, &s.plugin[1], NULL},
        {"--gate", AS_OPT_TEXT, &s.gate, NULL},
        {"--except", AS_OPT_TEXT, &s.except, NULL},
        {"--only", AS_OPT_TEXT, &s.selection.only, NULL},
        {"--isa", AS_OPT_TEXT, &s.selection.isa, NULL},
        {"--out", AS_OPT_TEXT, &s.out, NULL},
        {"--budget", AS_OPT_TEXT, &s.budget, NULL},
        {"--floor", AS_OPT_TEXT, &s.floor, NULL},
        {"--margin", AS_OPT_TEXT, &s.margin, NULL},
        {"--again", AS_OPT_TEXT, &s.again, NULL},
        AS_VERDICT_OPTIONS(&s.to),
        {"--quiet", AS_OPT_FLAG, &s.quiet, NULL},
        {0},
    };
    int rest;
    if (!as_options(argc, argv, opts, 0, 3, &rest, err) || !read_rules(&s, err) || !count_arguments(&s, rest, err))
        return err->code;
    s.arena = as_arena_create();
    s.config_path = rest ? argv[rest - 1] : NULL;
    s.program[0] = rest == 3 ? argv[0] : NULL;
    s.program[1] = rest == 3 ? argv[1] : NULL;
    const as_exit code = s.again ? repeat(&s, err) : fight(&s, err);
    for (size_t i = 0; i < s.copy_count; i++)
        unlink(s.copies[i]);
    if (s.live.turns_fd >= 0)
        close(s.live.turns_fd);
    as_arena_free(s.arena);
    return code;
}

const as_command as_command_duel = {
    .name = "duel",
    .usage = "duel BASE NEW CONFIG | --from-git REV CONFIG | --plugin-base A.so --plugin-new B.so CONFIG | --again DIR "
             "[--gate LIST] [--except LIST] [--only GLOB] [--isa NAME] [--out DIR] [--cache DIR] [--budget TIME] "
             "[--floor SHARE] "
             "[--margin SHARE] [--quiet] " AS_VERDICT_USAGE,
    .about = "two builds measured in turns on one core: a verdict per case",
    .help =
        "BASE and NEW are two builds of this program (build/attnscope, not the launcher). Each is first checked "
        "and counted,\n"
        "once; then a worker of each lives on one core, and they take turns of about 1 ms; 4, 6, 9 or 13 pairs of "
        "processes,\n"
        "as many as a verdict needs. A copy of BASE takes part as control: where it differs from BASE, no change "
        "is told. A\n"
        "change is confirmed by fresh processes.\n"
        "  --from-git REV  BASE is that revision of the repository around here, built in a work tree of its own "
        "and kept by\n"
        "                  its hash; NEW is this program\n"
        "  --cache DIR     where such builds are kept (default: $XDG_CACHE_HOME/attnscope or ~/.cache/attnscope)\n"
        "  --plugin-base, --plugin-new   two builds of a plug-in, in this program (or in BASE and NEW)\n"
        "  --gate LIST     what is measured: time (default), instructions, or time,instructions; exact: neither. "
        "Instructions\n"
        "                  are counted by valgrind's callgrind, exactly; +0.2% is a regression\n"
        "  --except LIST   exact gates to leave out: flops, workspace, order. Held unless named here: FLOPs "
        "executed and\n"
        "                  workspace touched do not grow, and neither does the exponent with which counts grow "
        "with T;\n"
        "                  accuracy, which cannot be left out: right, and within what BASE promises\n"
        "  --floor SHARE   a smaller change of time is not called one (default 1%)\n"
        "  --margin SHARE  an interval within it is called same (default 1.5%)\n"
        "  --budget TIME   for all turns; in place of the config's\n"
        "  --only GLOB, --isa NAME       as for run\n"
        "  --out DIR       the folder that keeps every turn (default: results/duel-<name>-<UTC time>-<number>)\n"
        "  --again DIR     the verdicts once more from what is stored; exit code 2 when they are not those "
        "of then\n" AS_VERDICT_HELP
        "Verdicts: regressed, improved, same, inconclusive, missing (in NEW), new (not in BASE), failed; one for each "
        "gate.\n"
        "Exit codes: 0 all same, improved or new; 1 regressed or failed; 5 inconclusive or missing; 2 bad input; 3 "
        "no disk, no\n"
        "valgrind, or REV cannot be built.\n",
    .run = run,
    .order = 70,
};
