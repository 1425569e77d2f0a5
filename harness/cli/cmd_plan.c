/* cmd_plan.c: `attnscope plan CONFIG`: the cases that `run` would measure, and what is refused and why.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../config/config.h"
#include "../plan/plan.h"
#include "selection.h"

/* How a column of cases.csv is shown to people. */
typedef const char *(*cell_writer)(char out[40], const as_case *row);

static const char *or_dash(const char *text) { return text && *text ? text : "-"; }

#define TEXT_CELL(name)                                                                                                \
    static const char *cell_##name(char out[40], const as_case *row)                                                   \
    {                                                                                                                  \
        (void)out;                                                                                                     \
        return or_dash(row->name);                                                                                     \
    }
#define COUNT_CELL(name)                                                                                               \
    static const char *cell_##name(char out[40], const as_case *row) { return as_format_count(out, row->name); }

TEXT_CELL(kernel)
TEXT_CELL(pattern)
TEXT_CELL(isa)
TEXT_CELL(dtype)
TEXT_CELL(reason)
static const char *cell_status(char out[40], const as_case *row)
{
    (void)out;
    return or_dash(as_status_text(row->status));
}

COUNT_CELL(length)
COUNT_CELL(width)
COUNT_CELL(heads)
COUNT_CELL(batch)
COUNT_CELL(threads)

/* Like T and like H are the usual case, and hide their columns when all are. */
static const char *cell_context(char out[40], const as_case *row)
{
    return row->context == row->length ? "=T" : as_format_count(out, row->context);
}

static const char *cell_kv_heads(char out[40], const as_case *row)
{
    return row->kv_heads == row->heads ? "=H" : as_format_count(out, row->kv_heads);
}

static const char *cell_flops(char out[40], const as_case *row)
{
    snprintf(out, 40, "-");
    if (row->flops_useful != AS_NO_COUNT)
        snprintf(out, 40, "%.3g", (double)row->flops_useful);
    return out;
}

static const char *cell_memory(char out[40], const as_case *row)
{
    return row->memory_bytes == AS_NO_COUNT ? "-" : as_format_bytes(out, (double)row->memory_bytes);
}

static const char *cell_time(char out[40], const as_case *row)
{
    return isnan(row->predicted_s) ? "-" : as_format_seconds(out, row->predicted_s);
}

static const struct {
    const char *head;
    cell_writer write;
    bool if_varied; /* shown only when cases differ in it */
} columns[] = {
    {"kernel", cell_kernel, false}, {"pattern", cell_pattern, false}, {"isa", cell_isa, false},
    {"T", cell_length, false},      {"S", cell_context, true},        {"D", cell_width, false},
    {"H", cell_heads, false},       {"Hkv", cell_kv_heads, true},     {"B", cell_batch, true},
    {"dtype", cell_dtype, true},    {"threads", cell_threads, true},  {"FLOPs", cell_flops, false},
    {"memory", cell_memory, false}, {"per call", cell_time, false},   {"status", cell_status, false},
    {"reason", cell_reason, false},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static bool column_shown(const as_plan *plan, size_t column)
{
    char first[40], other[40];
    if (!columns[column].if_varied)
        return true;
    const char *a = columns[column].write(first, &plan->cases[0].row);
    for (size_t i = 1; i < plan->count; i++)
        if (strcmp(a, columns[column].write(other, &plan->cases[i].row)) != 0)
            return true;
    return false;
}

static void print_total(const as_plan *plan, as_text *out)
{
    char time[32], budget[32];
    const as_measure *m = &plan->config.measure;
    as_text_add(out, "%zu cases, %zu to be measured, %zu skipped; %u processes each, about %s in all", plan->count,
                plan->runnable, plan->count - plan->runnable, m->processes, as_format_seconds(time, plan->predicted_s));
    if (plan->predicted_s > m->budget_s)
        as_text_add(out, ", more than the budget of %s", as_format_seconds(budget, m->budget_s));
    as_text_add(out, "\n");
}

static void print_table(const as_plan *plan, as_arena *arena, as_text *out)
{
    size_t shown[COLUMNS], cols = 0, n = 0;
    for (size_t c = 0; c < COLUMNS; c++)
        if (column_shown(plan, c))
            shown[cols++] = c;
    const char **cells = as_arena_alloc(arena, (plan->count + 1) * cols * sizeof *cells);
    for (size_t c = 0; c < cols; c++)
        cells[n++] = columns[shown[c]].head;
    for (size_t i = 0; i < plan->count; i++)
        for (size_t c = 0; c < cols; c++) {
            char buffer[40];
            cells[n++] = as_arena_intern(arena, columns[shown[c]].write(buffer, &plan->cases[i].row));
        }
    as_print_rows(out, cells, plan->count + 1, cols);
    print_total(plan, out);
}

static bool print_plan(const as_plan *plan, const char *format, as_arena *arena, as_err *err)
{
    as_text out = {0};
    bool ok;
    if (!strcmp(format, "table")) {
        print_table(plan, arena, &out);
        ok = as_print(&out, err);
    } else {
        as_case *rows = as_arena_alloc(arena, plan->count * sizeof *rows);
        for (size_t i = 0; i < plan->count; i++)
            rows[i] = plan->cases[i].row;
        ok = as_print_records(format, &as_case_schema, rows, plan->count, err);
    }
    as_text_free(&out);
    return ok;
}

typedef struct {
    as_selection selection;
    const char *format;
} plan_options;

static const as_opt options[] = {
    AS_SELECTION_OPTIONS(plan_options, selection),
    AS_CHOICE("--format", plan_options, format, "table|csv|json",
              "table (default), or csv or json with the columns of cases.csv ('attnscope help columns')"),
    {0},
};

static as_exit run_plan(const as_command *self, as_arguments arguments, as_err *err)
{
    plan_options o = {.format = "table"};
    as_config config;
    as_target target;
    as_plan plan = {0};
    if (!as_parse(self, &arguments, &o, err))
        return err->code;
    as_arena *arena = as_arena_create();
    bool ok = as_config_read(arguments.at[0], arena, &config, err) && as_plugins_load(&o.selection, err) &&
              as_target_here(&o.selection, &target, err) && as_plan_build(&config, &target, arena, &plan, err) &&
              print_plan(&plan, o.format, arena, err);
    as_arena_free(arena);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_plan = {
    .name = "plan",
    .arguments = "CONFIG",
    .about = "the cases that `run` would measure, with work, memory and time, and what is refused and why",
    .options = options,
    .notes = "FLOPs are the useful ones of one call. Times are guesses, right within a factor of about three: executed "
             "FLOPs over a share of the measured FMA roof (40 % for tiled and library kernels, a few percent for plain "
             "ones) or the operands over 8 GB/s, whichever is longer. A case is skipped, with its reason, when its "
             "instruction set is not here, its kernel refuses it, or it needs more memory, threads or time than there "
             "is.",
    .examples = "  attnscope plan configs/quick.yaml\n"
                "  attnscope plan configs/scaling-length.yaml --only 'attention/flash' --format csv\n",
    .min = 1,
    .max = 1,
    .order = 20,
    .run = run_plan,
};
