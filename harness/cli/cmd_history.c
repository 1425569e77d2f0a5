/* cmd_history.c: `attnscope history DIR...`: many results against one pinned build, and where the level changed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "../base/file.h"
#include "../chart/chart.h"
#include "../verdict/history.h"
#include "cli.h"

enum { RESULTS_MAX = 1000, COLUMNS = 6 };

static void percent(char out[40], double ratio)
{
    snprintf(out, 40, "-");
    if (!isnan(ratio))
        snprintf(out, 40, "%+.2f %%", 100 * (ratio - 1));
}

/* A line for each change, and one for each case with the level that it has now. */
static void table(const as_history_found *f, as_text *out)
{
    static const char *const head[COLUMNS] = {"case", "from", "commit", "change", "interval", "level"};
    char(*texts)[3][40] = calloc(f->count + 1, sizeof *texts);
    const char **cells = calloc((f->count + 1) * COLUMNS, sizeof *cells);
    size_t rows = 1;
    if (!texts || !cells)
        abort();
    for (size_t c = 0; c < COLUMNS; c++)
        cells[c] = head[c];
    for (size_t i = 0; i < f->count; i++) {
        const as_history *r = &f->rows[i];
        const bool first = i == 0 || f->rows[i - 1].case_ != r->case_;
        if (!first && isnan(r->change))
            continue;
        percent(texts[i][0], r->change);
        percent(texts[i][2], r->level);
        snprintf(texts[i][1], 40, "-");
        if (!isnan(r->change))
            snprintf(texts[i][1], 40, "%+.2f .. %+.2f %%", 100 * (r->change_low - 1), 100 * (r->change_high - 1));
        const char *row[COLUMNS] = {r->case_,    r->date,     r->commit ? r->commit : "-",
                                    texts[i][0], texts[i][1], texts[i][2]};
        for (size_t c = 0; c < COLUMNS; c++)
            cells[rows * COLUMNS + c] = row[c];
        rows++;
    }
    as_print_rows(out, cells, rows, COLUMNS);
    as_text_add(out, "%zu cases in %zu results against %s: %zu changes\n", f->cases, f->results, f->pinned, f->changes);
    free(texts);
    free(cells);
}

static bool tell(const char *format, const as_history_found *f, as_err *err)
{
    as_text out = {0};
    bool ok = true;
    if (*format == 'c') {
        as_table_header(&as_history_schema, &out);
        for (size_t i = 0; i < f->count; i++)
            as_table_row(&as_history_schema, &f->rows[i], &out);
    } else if (*format == 'j') {
        ok = as_table_json(&as_history_schema, f->rows, f->count, &out) || as_fail_memory(err);
    } else {
        table(f, &out);
    }
    ok = ok && as_print(&out, err);
    as_text_free(&out);
    return ok;
}

/* history.csv and the charts; without gnuplot the scripts stand all the same. */
static bool keep(const char *dir, const as_history_found *f, as_err *err)
{
    const as_history_chart chart = {f->rows, f->count, f->pinned, f->machine};
    unsigned drawn;
    return as_dir_create(dir, err) && as_table_write(&as_history_schema, f->rows, f->count, dir, err) &&
           as_chart_history(&chart, dir, &drawn, err);
}

static as_exit run(int argc, char **argv, as_err *err)
{
    as_history_input in = {.rules = {.alpha = 0.05}};
    const char *format = "table", *floor = NULL, *out = NULL;
    const as_opt opts[] = {
        {"--pin", AS_OPT_TEXT, &in.pin, NULL},
        {"--out", AS_OPT_TEXT, &out, NULL},
        {"--floor", AS_OPT_TEXT, &floor, NULL},
        {"--across", AS_OPT_FLAG, &in.across, NULL},
        {"--format", AS_OPT_TEXT, &format, "table|csv|json"},
        {0},
    };
    int rest;
    as_history_found found;
    if (!as_options(argc, argv, opts, 1, RESULTS_MAX, &rest, err) ||
        !as_option_share(floor, "--floor", &in.rules.floor, err))
        return err->code;
    in.dirs = (const char *const *)argv;
    in.count = (size_t)rest;
    as_arena *arena = as_arena_create();
    const bool ok =
        as_history_make(&in, arena, &found, err) && (!out || keep(out, &found, err)) && tell(format, &found, err);
    as_arena_free(arena);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_history = {
    .name = "history",
    .usage = "history DIR... [--pin DIR] [--out DIR] [--floor SHARE] [--across] [--format table|csv|json]",
    .about = "many results against one pinned build, and where their level changed",
    .help = "  DIR...          folders of duel, all with the same base; or folders of run\n"
            "  --pin DIR       of run: what all are held against (default: the oldest)\n"
            "  --out DIR       keeps history.csv and its charts there\n"
            "  --floor SHARE   a smaller change is none (default 1% for duels, 5% for runs)\n"
            "  --across        results of different machines all the same\n"
            "A change is where the level moved for three results or more; at most one history in twenty without any is "
            "said to have\n"
            "one. docs/duel.md has the method. Folders of run were measured apart: a machine that drifts looks like a "
            "change.\n",
    .run = run,
    .order = 77,
};
