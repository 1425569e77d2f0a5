/* cmd_history.c: `attnscope history DIR...`: many results against one pinned build, and where the level changed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/file.h"
#include "../chart/chart.h"
#include "../verdict/history.h"
#include "cli.h"

enum { RESULTS_MAX = 1000, COLUMNS = 6 };

typedef struct {
    as_history_input in;
    const char *format, *floor, *out;
} history_options;

static const as_opt options[] = {
    AS_VALUE("--pin", history_options, in.pin, "DIR",
             "the folder of run that all are held against (default: the oldest)"),
    AS_VALUE("--out", history_options, out, "DIR", "keeps history.csv and its charts there"),
    AS_VALUE("--floor", history_options, floor, "SHARE",
             "a smaller change is none (default 1% for duels, 5% for runs)"),
    AS_FLAG("--across", history_options, in.across, "results of different machines all the same"),
    AS_CHOICE("--format", history_options, format, "table|csv|json", "what is printed (default: table)"),
    {0},
};

static const char *percent(as_arena *arena, double ratio)
{
    return isnan(ratio) ? "-" : as_arena_printf(arena, "%+.2f %%", 100 * (ratio - 1));
}

/* A line for each change, and one for each case with the level that it has now. */
static void add_table(const as_history_found *f, as_arena *arena, as_text *out)
{
    static const char *const head[COLUMNS] = {"case", "from", "commit", "change", "interval", "level"};
    const char **cells = as_arena_alloc(arena, (f->count + 1) * COLUMNS * sizeof *cells);
    size_t rows = 1;
    memcpy(cells, head, sizeof head);
    for (size_t i = 0; i < f->count; i++) {
        const as_history *r = &f->rows[i];
        const bool first = i == 0 || f->rows[i - 1].case_ != r->case_;
        if (!first && isnan(r->change))
            continue;
        const char *interval = isnan(r->change) ? "-"
                                                : as_arena_printf(arena, "%+.2f .. %+.2f %%", 100 * (r->change_low - 1),
                                                                  100 * (r->change_high - 1));
        const char *row[COLUMNS] = {r->case_,
                                    r->date,
                                    r->commit ? r->commit : "-",
                                    percent(arena, r->change),
                                    interval,
                                    percent(arena, r->level)};
        memcpy(&cells[COLUMNS * rows++], row, sizeof row);
    }
    as_print_rows(out, cells, rows, COLUMNS);
    as_text_add(out, "%zu cases in %zu results against %s: %zu changes\n", f->cases, f->results, f->pinned, f->changes);
}

static bool print_history(const char *format, const as_history_found *f, as_arena *arena, as_err *err)
{
    if (strcmp(format, "table"))
        return as_print_records(format, &as_history_schema, f->rows, f->count, err);
    as_text out = {0};
    add_table(f, arena, &out);
    return as_print_last(true, &out, err);
}

/* history.csv and the charts. Without gnuplot their scripts are written all the same. */
static bool write_history(const char *dir, const as_history_found *f, as_err *err)
{
    const as_history_chart chart = {f->rows, f->count, f->pinned, f->machine};
    unsigned drawn;
    return as_dir_create(dir, err) && as_table_write(&as_history_schema, f->rows, f->count, dir, err) &&
           as_chart_history(&chart, dir, &drawn, err);
}

static as_exit run_history(const as_command *self, as_arguments arguments, as_err *err)
{
    history_options o = {.in = {.rules = {.alpha = 0.05}}, .format = "table"};
    as_history_found found;
    if (!as_parse(self, &arguments, &o, err) || !as_option_share(o.floor, "--floor", &o.in.rules.floor, err))
        return err->code;
    o.in.dirs = (const char *const *)arguments.at;
    o.in.count = (size_t)arguments.count;
    as_arena *arena = as_arena_create();
    const bool ok = as_history_make(&o.in, arena, &found, err) && (!o.out || write_history(o.out, &found, err)) &&
                    print_history(o.format, &found, arena, err);
    as_arena_free(arena);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_history = {
    .name = "history",
    .arguments = "DIR...",
    .about = "many results against one pinned build, and where their level changed",
    .description = "DIR... are folders of duel, all with the same base, or folders of run.",
    .options = options,
    .notes = "A change is where the level moved for three results or more; at most one history in twenty without any "
             "is said to have one. docs/duel.md has the method. Folders of run were measured apart: a machine that "
             "drifts looks like a change.",
    .examples = "  attnscope history results/duel-* --out history\n",
    .min = 1,
    .max = RESULTS_MAX,
    .order = 77,
    .run = run_history,
};
