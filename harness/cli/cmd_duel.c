/* cmd_duel.c: `attnscope duel BASE NEW CONFIG`: two builds measured in turns on one machine; a verdict per case.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../duel/session.h"
#include "../verdict/words.h"
#include "outputs.h"
#include "selection.h"

typedef struct {
    as_duel_request ask;
    const char *gate, *except, *floor, *margin;
    as_verdict_outputs to;
} duel_options;

static const as_opt options[] = {
    AS_VALUE(
        "--from-git", duel_options, ask.from_git, "REV",
        "BASE is that revision of the repository around here, built in a work tree of its own and kept by its hash; "
        "NEW is this program"),
    AS_VALUE("--cache", duel_options, ask.cache, "DIR",
             "where such builds are kept (default: $XDG_CACHE_HOME/attnscope or ~/.cache/attnscope)"),
    AS_VALUE("--plugin-base", duel_options, ask.plugin[0], "A.so",
             "with --plugin-new: two builds of a plug-in, in this program (or in BASE and NEW)"),
    AS_VALUE("--plugin-new", duel_options, ask.plugin[1], "B.so", "the new build of the plug-in"),
    AS_VALUE("--gate", duel_options, gate, "LIST",
             "what is measured: time (default), instructions, or time,instructions; exact: neither. Instructions are "
             "counted by valgrind's callgrind, exactly; +0.2% is a regression"),
    AS_VALUE(
        "--except", duel_options, except, "LIST",
        "exact gates to leave out: flops, workspace, order. Held unless named here: FLOPs executed and workspace "
        "touched do not grow, and neither does the exponent with which counts grow with T; accuracy, which cannot be "
        "left out: right, and within what BASE promises"),
    AS_VALUE("--floor", duel_options, floor, "SHARE", "a smaller change of time is not called one (default 1%)"),
    AS_VALUE("--margin", duel_options, margin, "SHARE", "an interval within it is called same (default 1.5%)"),
    AS_VALUE("--budget", duel_options, ask.budget, "TIME", "for all turns; in place of the config's"),
    AS_ONLY_OPTION(duel_options, ask.selection),
    AS_ISA_OPTION(duel_options, ask.selection),
    AS_VALUE("--out", duel_options, ask.out, "DIR",
             "the folder that keeps every turn (default: results/duel-<name>-<UTC time>-<number>)"),
    AS_VALUE("--again", duel_options, ask.again, "DIR",
             "the verdicts once more from what is stored; exit code 2 when they are not those of then"),
    AS_VERDICT_OPTIONS(duel_options, to),
    AS_FLAG("--quiet", duel_options, ask.quiet, "no progress on stderr"),
    {0},
};

static bool read_gates(duel_options *o, as_err *err)
{
    const unsigned may_be_left_out =
        AS_GATE_BIT(AS_GATE_FLOPS) | AS_GATE_BIT(AS_GATE_WORKSPACE) | AS_GATE_BIT(AS_GATE_ORDER);
    unsigned measured = AS_GATE_BIT(AS_GATE_TIME), left_out = 0;
    char wrong[40];
    if (o->gate && !strcmp(o->gate, "exact"))
        measured = 0;
    else if (o->gate && !as_gates_parse(o->gate, AS_GATES_MEASURED, &measured, wrong))
        return as_fail(err, AS_EXIT_USAGE,
                       "--gate: there is no '%s': time, instructions, both with a comma between, or exact", wrong);
    if (o->except && !as_gates_parse(o->except, may_be_left_out, &left_out, wrong))
        return as_fail(err, AS_EXIT_USAGE, "--except: '%s' is none of flops, workspace, order, which may be left out",
                       wrong);
    o->ask.gates = (AS_GATES_ALL & ~AS_GATES_MEASURED & ~left_out) | measured;
    return true;
}

/* Of --again the folder says which gates were held. */
static bool read_rules(duel_options *o, as_err *err)
{
    o->ask.rules = as_duel_rules_usual();
    return as_option_share(o->floor, "--floor", &o->ask.rules.bounds.floor, err) &&
           as_option_share(o->margin, "--margin", &o->ask.rules.bounds.margin, err) &&
           (o->ask.again || read_gates(o, err));
}

static bool read_arguments(duel_options *o, as_arguments arguments, as_err *err)
{
    const bool one = o->ask.from_git || o->ask.plugin[0];
    const bool programs = arguments.count == 3 && !o->ask.from_git;
    if (!(o->ask.again ? arguments.count == 0 : programs || (arguments.count == 1 && one)))
        return as_fail(err, AS_EXIT_USAGE,
                       "duel BASE NEW CONFIG, duel --from-git REV CONFIG, duel --plugin-base A.so --plugin-new B.so "
                       "CONFIG, or duel --again DIR");
    o->ask.config_path = arguments.count ? arguments.at[arguments.count - 1] : NULL;
    o->ask.program[0] = programs ? arguments.at[0] : NULL;
    o->ask.program[1] = programs ? arguments.at[1] : NULL;
    return true;
}

static void show_progress(void *state, const as_duel_progress *p)
{
    const bool terminal = isatty(STDERR_FILENO);
    (void)state;
    fprintf(stderr, "%s[%zu/%zu] %.0f s %s%.90s: %+.2f %% (%+.2f .. %+.2f), %u pairs, %s%s", terminal ? "\r\033[K" : "",
            p->index + 1, p->count, p->seconds, p->confirming ? "again " : "", p->case_, 100 * expm1(p->now->estimate),
            100 * expm1(p->now->low), 100 * expm1(p->now->high), p->now->processes, as_verdict_kind_text(p->now->kind),
            terminal ? "" : "\n");
}

static as_exit print_verdicts(const as_duel_session *s, const as_verdict_outputs *to, as_err *err)
{
    as_text out = {0};
    const bool ok = as_verdict_publish(to, s->verdicts, s->verdict_count, &out, err) && as_print(&out, err);
    as_text_free(&out);
    return ok ? as_verdict_exit(s->verdicts, s->verdict_count, to->strict) : err->code;
}

static as_exit run_duel(const as_command *self, as_arguments arguments, as_err *err)
{
    duel_options o = {.to = {.title = "attnscope duel"}};
    if (!as_parse(self, &arguments, &o, err) || !read_rules(&o, err) || !read_arguments(&o, arguments, err))
        return err->code;
    as_duel_session s = {.ask = o.ask};
    const bool measured = !o.ask.again;
    if (measured) {
        s.stop = as_signal_listen();
        s.progress = o.ask.quiet ? NULL : show_progress;
    }
    const bool ok = measured ? as_duel_measure(&s, err) : as_duel_repeat(&s, err);
    if (s.progress && isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    as_exit code = ok ? print_verdicts(&s, &o.to, err) : err->code;
    if (ok && measured)
        fprintf(stderr, "results: %s\n", s.dir);
    if (ok && s.interrupted)
        code = AS_EXIT_INTERRUPTED;
    as_duel_close(&s);
    return code;
}

const as_command as_command_duel = {
    .name = "duel",
    .arguments = "BASE NEW CONFIG | --from-git REV CONFIG | --plugin-base A.so --plugin-new B.so CONFIG | --again DIR",
    .about = "two builds measured in turns on one core: a verdict per case",
    .description =
        "BASE and NEW are two builds of this program (build/attnscope, not the launcher). Each is first checked and "
        "counted, once; then a worker of each runs on one core, and they take turns of about 1 ms; 4, 6, 9 or 13 pairs "
        "of processes, as many as a verdict needs. A copy of BASE takes part as control: where it differs from BASE, "
        "no change is reported. A change is confirmed by fresh processes.",
    .options = options,
    .notes =
        "Verdicts: regressed, improved, same, inconclusive, missing (in NEW), new (not in BASE), failed; one for each "
        "gate.\n"
        "Exit codes: 0 all same, improved or new; 1 regressed or failed; 5 inconclusive or missing; 2 bad input; 3 no "
        "disk, no valgrind, or REV cannot be built.",
    .examples = "  attnscope duel old/build/attnscope build/attnscope configs/gate.yaml\n"
                "  attnscope duel --from-git HEAD~1 configs/gate.yaml --only 'attention/flash*'\n"
                "  attnscope duel --again results/duel-gate-20250101T120000Z-4711\n",
    .max = 3,
    .order = 70,
    .run = run_duel,
};
