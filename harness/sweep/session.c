/* session.c: reads, plans and records one run; sweep/order decides what is measured when.
 * SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <jansson.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/file.h"
#include "../base/text_index.h"
#include "../config/config.h"
#include "../machine/known_roofs.h"
#include "../measure/counters.h"

#define ROOFS_S 1.0 /* spent on measuring the machine */
#define REWRITE_NS 1000000000u

/* --- config ------------------------------------------------------------------------------------------------------ */

static bool read_config(as_run_session *s)
{
    if (!s->ask.config_path == !s->ask.resume)
        return as_fail(s->err, AS_EXIT_USAGE, "give a CONFIG to measure, or --resume DIR to go on with, and not both");
    if (s->ask.resume && s->ask.out)
        return as_fail(s->err, AS_EXIT_USAGE,
                       "--out and --resume: a resumed run goes on in its own folder; leave --out away");
    if (s->ask.resume && s->ask.roofs)
        return as_fail(s->err, AS_EXIT_USAGE,
                       "--roofs and --resume: a resumed run keeps the roofs of its folder; leave --roofs away");
    const char *path = s->ask.resume ? as_arena_printf(s->arena, "%s/config.yaml", s->ask.resume) : s->ask.config_path;
    if (s->ask.resume && !as_file_exists(path))
        return as_fail(s->err, AS_EXIT_USAGE, "%s: not a result folder (no config.yaml in it): nothing to go on with",
                       s->ask.resume);
    if (!as_config_read(path, s->arena, &s->config, s->err))
        return false;
    if (s->ask.budget &&
        (!as_parse_seconds(s->ask.budget, &s->config.measure.budget_s) || !(s->config.measure.budget_s > 0)))
        return as_fail(s->err, AS_EXIT_USAGE, "--budget: '%.40s' is not a time: 90s, 10m and 1h are", s->ask.budget);
    if (s->ask.counters)
        s->config.counters = as_counter_groups_split(s->ask.counters, s->arena);
    return as_counter_groups_events(&s->config.counters, s->arena, &s->events, s->err) &&
           as_plugins_load(&s->ask.selection, s->err);
}

/* --- machine and plan -------------------------------------------------------------------------------------------- */

static bool make_plan(as_run_session *s)
{
    as_target target;
    as_machine_describe(&s->machine, s->arena);
    if (s->ask.roofs && !as_known_roofs(s->ask.roofs, s->arena, &s->machine, s->err))
        return false;
    if (!as_target_here(&s->ask.selection, &target, s->err) ||
        !as_plan_build(&s->config, &target, s->arena, &s->plan, s->err))
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

/* A run is resumed on its own machine. Notes whether the roofs were measured before the run was stopped. */
static bool check_machine(as_run_session *s)
{
    json_t *machine = json_load_file(as_arena_printf(s->arena, "%s/machine.json", s->ask.resume), 0, NULL);
    const char *was = json_string_value(json_object_get(machine, "fingerprint"));
    bool ok =
        !was || !strcmp(was, s->machine.fingerprint) ||
        as_fail(s->err, AS_EXIT_USAGE, "%s: was measured on another machine (%.20s, this is %.20s): start a new run",
                s->ask.resume, was, s->machine.fingerprint);
    s->has_roofs = json_is_number(json_object_get(json_object_get(machine, "fma_gflops"), "scalar"));
    json_decref(machine);
    return ok;
}

/* Copies what cases.csv knows of a case that is planned again. A failure stands; anything else is resumed. */
static void restore_case(as_run_session *s, as_case *row, const as_case *before)
{
    as_sweep_restore(row, before);
    row->edges = before->edges != AS_NO_COUNT ? before->edges : row->edges; /* chosen by content, perhaps */
    if (before->status != AS_STATUS_FAILED)
        return;
    row->status = AS_STATUS_FAILED;
    row->reason = before->reason;
    s->failed++;
}

/* Puts the planned rows of the `count` cases at `before` into `rows`. */
static bool find_rows(as_run_session *s, const as_case *before, size_t count, as_case **rows)
{
    as_text_index *planned = as_text_index_create(s->arena);
    bool ok = true;
    for (size_t i = 0; i < s->count; i++)
        as_text_index_add(planned, s->rows[i]->case_, i);
    for (size_t i = 0; ok && i < count; i++) {
        const size_t at = as_text_index_find(planned, before[i].case_);
        if (at == AS_TEXT_ABSENT)
            ok = as_fail(s->err, AS_EXIT_USAGE,
                         "%s: its case '%.120s' is not planned now: give the same --isa and --plugin as then",
                         s->ask.resume, before[i].case_ ? before[i].case_ : "");
        else
            rows[i] = s->rows[at];
    }
    as_text_index_free(planned);
    return ok;
}

/* Keeps only the cases that the run began with, whatever --only and --shard said then. */
static bool match_cases(as_run_session *s)
{
    void *records = NULL;
    size_t count = 0;
    if (!as_dir_has(s->ask.resume, as_case_schema.file))
        return true;
    if (!as_table_read(&as_case_schema, s->ask.resume, s->arena, &records, &count, s->err))
        return false;
    as_case **rows = as_arena_alloc(s->arena, (count + 1) * sizeof *rows);
    if (!find_rows(s, records, count, rows))
        return false;
    for (size_t i = 0; i < count; i++)
        restore_case(s, rows[i], (const as_case *)records + i);
    s->rows = rows;
    s->count = count;
    return true;
}

static bool resume_folder(as_run_session *s)
{
    void *samples = NULL;
    s->folder = as_folder_resume(s->ask.resume, s->err);
    if (!s->folder || !check_machine(s) || !match_cases(s) ||
        !as_table_read(&as_sample_schema, s->ask.resume, s->arena, &samples, &s->earlier_count, s->err))
        return false;
    s->earlier = samples;
    return true;
}

static bool write_cases(as_run_session *s, as_err *err)
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

static bool write_machine(as_run_session *s)
{
    as_text out = {0};
    if (!s->ask.roofs)
        as_machine_measure(&s->machine, ROOFS_S, s->stop);
    bool ok = as_machine_json(&s->machine, &out) || as_fail_memory(s->err);
    ok = ok && as_folder_file(s->folder, "machine.json", out.data, out.length, s->err);
    as_text_free(&out);
    return ok;
}

bool as_run_open(as_run_session *s)
{
    if (s->ask.resume)
        return resume_folder(s) && write_cases(s, s->err) && (s->has_roofs || write_machine(s));
    s->folder = as_folder_create(s->ask.out, s->config.name, s->config.text, s->err);
    return s->folder && write_cases(s, s->err) && write_machine(s);
}

/* --- measuring --------------------------------------------------------------------------------------------------- */

static bool on_record(void *state, const as_schema *schema, const void *record)
{
    as_run_session *s = state;
    return as_folder_record(s->folder, schema, record, s->err);
}

static bool on_change(void *state, bool last)
{
    as_run_session *s = state;
    if (!last && as_wall_ns() - s->rewritten_ns < REWRITE_NS)
        return true;
    /* The first error is the one that the user sees. */
    return write_cases(s, s->err->text[0] ? NULL : s->err);
}

static void on_progress(void *state, const as_progress *progress)
{
    const as_run_session *s = state;
    if (s->progress)
        s->progress(s->state, progress);
}

bool as_run_measure(as_run_session *s)
{
    const as_sweep schedule = {.rows = s->rows,
                               .count = s->count,
                               .measure = &s->config.measure,
                               .plugins = s->ask.selection.plugins,
                               .events = s->events,
                               .seed = s->config.seed,
                               .arena = s->arena,
                               .earlier = s->earlier,
                               .earlier_count = s->earlier_count,
                               .stop = s->stop,
                               .sink = {.record = on_record, .state = s},
                               .changed = on_change,
                               .progress = on_progress,
                               .state = s};
    const bool ok = as_sweep_run(&schedule, &s->result, s->err);
    s->failed += s->result.failed;
    return ok;
}

bool as_run_prepare(as_run_session *s)
{
    s->arena = as_arena_create();
    return read_config(s) && make_plan(s);
}

void as_run_close(as_run_session *s)
{
    as_folder_free(s->folder);
    as_arena_free(s->arena);
}
