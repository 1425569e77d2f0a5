/* cmd_run.c: `attnscope run CONFIG`: check, measure, record, analyse, draw, report.
 * SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../analyse/analyse.h"
#include "../narrate/findings_print.h"
#include "../base/clock.h"
#include "../base/file.h"
#include "../chart/chart.h"
#include "../config/config.h"
#include "../machine/machine.h"
#include "../plan/plan.h"
#include "../folder/writer.h"
#include "../report/report.h"
#include "../measure/counters.h"
#include "../sweep/order.h"
#include "cli.h"
#include "../machine/known_roofs.h"
#include "progress.h"
#include "../plan/target.h"

#define ROOFS_S 1.0 /* spent on measuring the machine */
#define REWRITE_NS 1000000000u

typedef struct {
    const char *config_path, *out, *resume, *counters, *budget, *roofs;
    bool quiet, has_roofs; /* the folder that is resumed */
    as_selection selection;

    as_arena *arena;
    as_config config;
    as_machine machine;
    as_target target;
    as_plan plan;
    as_folder *folder;
    as_case **rows; /* those that the folder's cases.csv holds */
    size_t count;
    size_t failed; /* cases, an earlier part of the run included */
    const char **events;
    as_sample *earlier;
    size_t earlier_count;
    as_sweep_result result;
    as_progress_line progress;
    uint64_t rewritten_ns;
    as_err *err;
} session;

static volatile sig_atomic_t stop; /* a signal handler has nowhere else to put it */

static void on_signal(int signal)
{
    (void)signal;
    stop = 1;
}

/* The first one ends the run cleanly, a second one at once. A file that grows past the user's limit is a failed write,
 * not the end of the program. */
static void listen_for_interrupts(void)
{
    signal(SIGXFSZ, SIG_IGN);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* --- config ------------------------------------------------------------------------------------------------------ */

static bool read_config(session *s, as_err *err)
{
    if (!s->config_path == !s->resume)
        return as_fail(err, AS_EXIT_USAGE, "give a CONFIG to measure, or --resume DIR to go on with, and not both");
    if (s->resume && s->out)
        return as_fail(err, AS_EXIT_USAGE,
                       "--out and --resume: a resumed run goes on in its own folder; leave --out away");
    if (s->resume && s->roofs)
        return as_fail(err, AS_EXIT_USAGE,
                       "--roofs and --resume: a resumed run keeps the roofs of its folder; leave --roofs away");
    const char *path = s->resume ? as_arena_printf(s->arena, "%s/config.yaml", s->resume) : s->config_path;
    if (s->resume && !as_file_exists(path))
        return as_fail(err, AS_EXIT_USAGE, "%s: not a result folder (no config.yaml in it): nothing to go on with",
                       s->resume);
    if (!as_config_read(path, s->arena, &s->config, err))
        return false;
    if (s->budget && (!as_parse_seconds(s->budget, &s->config.measure.budget_s) || !(s->config.measure.budget_s > 0)))
        return as_fail(err, AS_EXIT_USAGE, "--budget: '%.40s' is not a time: 90s, 10m and 1h are", s->budget);
    if (s->counters)
        s->config.counters = as_counter_groups_split(s->counters, s->arena);
    return as_counter_groups_events(&s->config.counters, s->arena, &s->events, err) &&
           as_plugins_load(&s->selection, err);
}

/* --- machine and plan -------------------------------------------------------------------------------------------- */

static bool describe_machine(session *s, as_err *err)
{
    as_machine_describe(&s->machine, s->arena);
    if (s->roofs && !as_known_roofs(s->roofs, s->arena, &s->machine, err))
        return false;
    return as_target_here(&s->selection, &s->target, err);
}

static bool make_plan(session *s, as_err *err)
{
    if (!as_plan_build(&s->config, &s->target, s->arena, &s->plan, err))
        return false;
    s->rows = as_arena_alloc(s->arena, (s->plan.count + 1) * sizeof *s->rows);
    for (size_t i = 0; i < s->plan.count; i++)
        s->rows[s->count++] = &s->plan.cases[i].row;
    as_measure *m = &s->config.measure;
    if (!m->memory_bytes && s->machine.memory_available) /* what a share comes to now holds for all workers */
        m->memory_bytes = (uint64_t)((double)s->machine.memory_available * m->memory_percent / 100);
    return true;
}

/* --- the folder -------------------------------------------------------------------------------------------------- */

/* The same one, and were its roofs measured before the run was stopped? */
static bool check_machine(session *s, as_err *err)
{
    char *path = NULL;
    if (asprintf(&path, "%s/machine.json", s->resume) < 0)
        return as_fail_memory(err);
    json_t *machine = json_load_file(path, 0, NULL);
    const char *was = json_string_value(json_object_get(machine, "fingerprint"));
    bool ok = !was || !strcmp(was, s->machine.fingerprint) ||
              as_fail(err, AS_EXIT_USAGE, "%s: was measured on another machine (%.20s, this is %.20s): start a new run",
                      s->resume, was, s->machine.fingerprint);
    s->has_roofs = json_is_number(json_object_get(json_object_get(machine, "fma_gflops"), "scalar"));
    json_decref(machine);
    free(path);
    return ok;
}

/* What cases.csv knew of a case that is planned again. A failure stands; anything else is gone on with. */
static void remember(session *s, as_case *row, const as_case *before)
{
    row->error_max = before->error_max;
    row->error_allowed = before->error_allowed;
    row->workspace_peak_bytes = before->workspace_peak_bytes;
    row->rss_peak_bytes = before->rss_peak_bytes;
    row->mass_kept = before->mass_kept;
    row->edges = before->edges != AS_NO_COUNT ? before->edges : row->edges; /* chosen by content, perhaps */
    if (before->status != AS_STATUS_FAILED)
        return;
    row->status = AS_STATUS_FAILED;
    row->reason = before->reason;
    s->failed++;
}

static as_case *row_called(const session *s, const char *key)
{
    for (size_t i = 0; key && i < s->count; i++)
        if (!strcmp(s->rows[i]->case_, key))
            return s->rows[i];
    return NULL;
}

/* Only the cases that the run began with, whatever --only and --shard said then. */
static bool match_cases(session *s, as_err *err)
{
    void *records = NULL;
    size_t count = 0, kept = 0;
    char *path = NULL;
    if (asprintf(&path, "%s/cases.csv", s->resume) < 0)
        return as_fail_memory(err);
    const bool there = as_file_exists(path);
    free(path);
    if (!there)
        return true;
    if (!as_table_read(&as_case_schema, s->resume, s->arena, &records, &count, err))
        return false;
    as_case **rows = as_arena_alloc(s->arena, (count + 1) * sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        const as_case *before = (const as_case *)records + i;
        as_case *row = row_called(s, before->case_);
        if (!row)
            return as_fail(err, AS_EXIT_USAGE,
                           "%s: its case '%.120s' is not planned now: give the same --isa and --plugin as then",
                           s->resume, before->case_ ? before->case_ : "");
        remember(s, row, before);
        rows[kept++] = row;
    }
    s->rows = rows;
    s->count = kept;
    return true;
}

static bool go_on(session *s, as_err *err)
{
    void *samples = NULL;
    s->folder = as_folder_resume(s->resume, err);
    if (!s->folder || !check_machine(s, err) || !match_cases(s, err) ||
        !as_table_read(&as_sample_schema, s->resume, s->arena, &samples, &s->earlier_count, err))
        return false;
    s->earlier = samples;
    return true;
}

static bool write_cases(session *s, as_err *err)
{
    as_text out = {0};
    as_table_header(&as_case_schema, &out);
    for (size_t i = 0; i < s->count; i++)
        as_table_row(&as_case_schema, s->rows[i], &out);
    bool ok = as_folder_file(s->folder, as_case_schema.file, out.data, out.length, err);
    as_text_free(&out);
    s->rewritten_ns = as_wall_ns();
    return ok;
}

static bool write_machine(session *s, as_err *err)
{
    as_text out = {0};
    if (!s->roofs)
        as_machine_measure(&s->machine, ROOFS_S, &stop);
    bool ok = as_machine_json(&s->machine, &out) || as_fail_memory(err);
    ok = ok && as_folder_file(s->folder, "machine.json", out.data, out.length, err);
    as_text_free(&out);
    return ok;
}

static bool open_folder(session *s, as_err *err)
{
    if (s->resume)
        return go_on(s, err) && write_cases(s, err) && (s->has_roofs || write_machine(s, err));
    s->folder = as_folder_create(s->out, s->config.name, s->config.text, err);
    return s->folder && write_cases(s, err) && write_machine(s, err);
}

/* --- measuring --------------------------------------------------------------------------------------------------- */

static bool on_record(void *state, const as_schema *schema, const void *record)
{
    session *s = state;
    return as_folder_record(s->folder, schema, record, s->err);
}

static bool on_change(void *state, bool last)
{
    session *s = state;
    if (!last && as_wall_ns() - s->rewritten_ns < REWRITE_NS)
        return true;
    /* At the end, what went wrong first is what is told. */
    return write_cases(s, s->err->text[0] ? NULL : s->err);
}

static void on_progress(void *state, const as_progress *p)
{
    session *s = state;
    as_progress_show(&s->progress, p->done, p->total, p->elapsed_s, p->remaining_s,
                     p->current ? p->current->case_ : NULL);
}

static bool measure_cases(session *s, as_err *err)
{
    const as_sweep schedule = {.rows = s->rows,
                               .count = s->count,
                               .measure = &s->config.measure,
                               .plugins = s->selection.plugins,
                               .events = s->events,
                               .seed = s->config.seed,
                               .arena = s->arena,
                               .earlier = s->earlier,
                               .earlier_count = s->earlier_count,
                               .stop = &stop,
                               .sink = {.record = on_record, .state = s},
                               .changed = on_change,
                               .progress = on_progress,
                               .state = s};
    as_progress_begin(&s->progress, s->quiet);
    const bool ok = as_sweep_run(&schedule, &s->result, err);
    as_progress_end(&s->progress);
    s->failed += s->result.failed;
    return ok;
}

/* --- findings ---------------------------------------------------------------------------------------------------- */

static void print_warnings(const session *s)
{
    for (size_t i = 0; !s->quiet && i < s->machine.warning_count; i++) {
        const as_warning *w = &s->machine.warnings[i];
        fprintf(stderr, "warning: %s: %s%s%s\n", w->cause, w->effect, w->remedy ? ": " : "",
                w->remedy ? w->remedy : "");
    }
    if (s->result.budget_ended && !s->quiet)
        fprintf(stderr,
                "warning: the budget ended before every case had its %u processes: intervals are wider: raise "
                "--budget, or go on with --resume %s\n",
                s->config.measure.processes, as_folder_path(s->folder));
}

/* Table, charts and page. A chart that cannot be drawn costs the charts, not the results. */
static bool tell(session *s, as_err *err)
{
    as_findings findings;
    as_text out = {0};
    as_charts charts;
    const char *dir = as_folder_path(s->folder);
    bool ok = as_analyse(dir, s->arena, &findings, err) && as_findings_write(&findings, dir, err);
    if (ok) {
        as_findings_print(&findings, &out);
        ok = as_print(&out, err);
    }
    as_text_free(&out);
    if (!ok)
        return false;
    ok = as_chart_all(dir, &charts, err);
    return as_report_write(dir, ok ? err : NULL) && ok;
}

static as_exit verdict(const session *s, bool ok, const as_err *err)
{
    if (s->result.interrupted)
        return AS_EXIT_INTERRUPTED;
    return !ok ? err->code : s->failed ? AS_EXIT_PARTIAL : AS_EXIT_OK;
}

static as_exit stages(session *s, as_err *err)
{
    if (!read_config(s, err) || !describe_machine(s, err) || !make_plan(s, err))
        return err->code;
    listen_for_interrupts();
    if (!open_folder(s, err))
        return err->code;
    bool ok = measure_cases(s, err);
    ok = ok && tell(s, err);
    print_warnings(s);
    printf("results: %s\n", as_folder_path(s->folder));
    return verdict(s, ok, err);
}

static as_exit run(int argc, char **argv, as_err *err)
{
    session s = {.err = err};
    const as_opt opts[] = {
        AS_SELECTION_OPTIONS(s.selection),          {"--out", AS_OPT_TEXT, &s.out, NULL},
        {"--resume", AS_OPT_TEXT, &s.resume, NULL}, {"--counters", AS_OPT_TEXT, &s.counters, NULL},
        {"--budget", AS_OPT_TEXT, &s.budget, NULL}, {"--roofs", AS_OPT_TEXT, &s.roofs, NULL},
        {"--quiet", AS_OPT_FLAG, &s.quiet, NULL},   {0},
    };
    int rest;
    if (!as_options(argc, argv, opts, 0, 1, &rest, err))
        return err->code;
    s.config_path = rest ? argv[0] : NULL;
    s.arena = as_arena_create();
    const as_exit code = stages(&s, err);
    as_folder_free(s.folder);
    as_arena_free(s.arena);
    return code;
}

const as_command as_command_run = {
    .name = "run",
    .usage = "run CONFIG|--resume DIR [--out DIR] [--only GLOB] [--isa NAME] [--plugin FILE]... [--counters GROUP,...] "
             "[--shard I/N] [--budget TIME] [--roofs DIR] [--quiet]",
    .about = "check, measure, record, fit, chart and report what a config asks for",
    .help =
        "  --out DIR       the result folder; it must not exist or be empty (default: results/<name>-<UTC time>)\n"
        "  --resume DIR    go on with a folder whose run ended early: only what is missing is measured; a case that\n"
        "                  failed stays failed. Give the same --isa, --plugin and --counters as "
        "then\n" AS_SELECTION_HELP
        "  --counters G,.. hardware and software events, by group ('attnscope list'); in place of the config's\n"
        "  --budget TIME   for the whole run, e.g. 90s or 10m; in place of the config's\n"
        "  --roofs DIR     the machine's roofs as DIR/machine.json has them, of this machine, in place of measuring "
        "them,\n"
        "                  which takes seconds: for many short runs. machine.json keeps the date of the roofs\n"
        "  --quiet         no progress and no warnings on stderr\n"
        "\n"
        "Every case is checked against its oracle before and after it is timed. Ctrl-C ends the run cleanly: what was\n"
        "measured is kept, and --resume goes on from there. The last line on stdout is `results: DIR`. Exit code 0:\n"
        "all well; 4: some cases failed (cases.csv says why); 130: interrupted.\n"
        "\n"
        "  attnscope run configs/quick.yaml\n"
        "  attnscope run configs/scaling-length.yaml --only 'attention/flash' --budget 5m --out /tmp/flash\n",
    .run = run,
    .order = 10,
};
