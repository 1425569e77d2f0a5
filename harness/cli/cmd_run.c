/* cmd_run.c: `attnscope run CONFIG`: check, measure, record, analyse, draw, report.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../sweep/conclude.h"
#include "../sweep/session.h"
#include "progress.h"
#include "selection.h"

typedef struct {
    as_run_request ask;
    bool quiet;
} run_options;

static const as_opt options[] = {
    AS_VALUE("--out", run_options, ask.out, "DIR",
             "the result folder; it must not exist or be empty (default: results/<name>-<UTC time>)"),
    AS_VALUE("--resume", run_options, ask.resume, "DIR",
             "go on with a folder whose run ended early: only what is missing is measured; a case that failed stays "
             "failed. Give the same --isa, --plugin and --counters as then"),
    AS_SELECTION_OPTIONS(run_options, ask.selection),
    AS_VALUE("--counters", run_options, ask.counters, "GROUP,...",
             "hardware and software events, by group ('attnscope list'); in place of the config's"),
    AS_VALUE("--budget", run_options, ask.budget, "TIME",
             "for the whole run, e.g. 90s or 10m; in place of the config's"),
    AS_VALUE(
        "--roofs", run_options, ask.roofs, "DIR",
        "takes this machine's roofs from DIR/machine.json in place of measuring them, which takes seconds: for many "
        "short runs. machine.json keeps the date of the roofs"),
    AS_FLAG("--quiet", run_options, quiet, "no progress and no warnings on stderr"),
    {0},
};

static void show_progress(void *state, const as_progress *p)
{
    as_progress_show(state, p->done, p->total, p->elapsed_s, p->remaining_s, p->current ? p->current->case_ : NULL);
}

static bool print_findings(const char *dir, as_err *err)
{
    as_text table = {0};
    const bool ok = as_conclude_table(dir, &table, err) && as_print(&table, err);
    as_text_free(&table);
    return ok && as_conclude_pages(dir, err);
}

static void print_warnings(const as_run_session *s)
{
    for (size_t i = 0; i < s->machine.warning_count; i++) {
        const as_warning *w = &s->machine.warnings[i];
        fprintf(stderr, "warning: %s: %s%s%s\n", w->cause, w->effect, w->remedy ? ": " : "",
                w->remedy ? w->remedy : "");
    }
    if (s->result.budget_ended)
        fprintf(stderr,
                "warning: the budget ended before every case had its %u processes: intervals are wider: raise "
                "--budget, or go on with --resume %s\n",
                s->config.measure.processes, as_folder_path(s->folder));
}

static as_exit run_stages(as_run_session *s, bool quiet)
{
    as_progress_line line;
    if (!as_run_prepare(s))
        return s->err->code;
    s->stop = as_signal_listen();
    if (!as_run_open(s))
        return s->err->code;
    as_progress_begin(&line, quiet);
    s->progress = show_progress;
    s->state = &line;
    bool ok = as_run_measure(s);
    as_progress_end(&line);
    ok = ok && print_findings(as_folder_path(s->folder), s->err);
    if (!quiet)
        print_warnings(s);
    printf("results: %s\n", as_folder_path(s->folder));
    if (s->result.interrupted)
        return AS_EXIT_INTERRUPTED;
    return !ok ? s->err->code : s->failed ? AS_EXIT_PARTIAL : AS_EXIT_OK;
}

static as_exit run_run(const as_command *self, as_arguments arguments, as_err *err)
{
    run_options o = {0};
    if (!as_parse(self, &arguments, &o, err))
        return err->code;
    o.ask.config_path = arguments.count ? arguments.at[0] : NULL;
    as_run_session session = {.ask = o.ask, .err = err};
    const as_exit code = run_stages(&session, o.quiet);
    as_run_close(&session);
    return code;
}

const as_command as_command_run = {
    .name = "run",
    .arguments = "CONFIG|--resume DIR",
    .about = "check, measure, record, fit, chart and report what a config asks for",
    .options = options,
    .notes =
        "Every case is checked against its oracle before and after it is timed. Ctrl-C ends the run cleanly: what was "
        "measured is kept, and --resume goes on from there. The last line on stdout is `results: DIR`.\n"
        "Exit codes: 0 all well; 4 some cases failed (cases.csv says why); 130 interrupted.",
    .examples = "  attnscope run configs/quick.yaml\n"
                "  attnscope run configs/scaling-length.yaml --only 'attention/flash' --budget 5m --out /tmp/flash\n"
                "  attnscope run --resume results/scaling-length-20250101T120000Z\n",
    .max = 1,
    .order = 10,
    .run = run_run,
};
