/* cmd_help.c: `attnscope help`: the commands, one command's page, and the page of columns in results/README.md.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "../base/suggest.h"
#include "../model/records.h"
#include "../model/verdicts.h"
#include "cli.h"

static int by_order(const void *a, const void *b)
{
    const as_command *x = *(const as_command *const *)a, *y = *(const as_command *const *)b;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order) : strcmp(x->name, y->name);
}

/* The commands that are shown, in their order; the caller frees. */
static const as_command **sorted_commands(size_t *count)
{
    size_t n = 0;
    while (as_commands[n])
        n++;
    const as_command **list = calloc(n + 1, sizeof(const as_command *));
    *count = 0;
    for (size_t i = 0; list && i < n; i++)
        if (as_commands[i]->order)
            list[(*count)++] = as_commands[i];
    if (list)
        qsort(list, *count, sizeof *list, by_order);
    return list;
}

static bool add_overview(as_text *out, as_err *err)
{
    size_t count;
    const as_command **list = sorted_commands(&count);
    if (!list)
        return as_fail_memory(err);
    as_text_add(out,
                "attnscope measures attention kernels on CPUs: how fast each really is, how its cost grows, and which "
                "one to use here.\n\n");
    for (size_t i = 0; i < count; i++)
        as_text_add(out, "  %-10s %s\n", list[i]->name, list[i]->about);
    as_text_add(
        out,
        "\n'attnscope help COMMAND' or 'attnscope COMMAND --help' explains one; 'attnscope help columns' explains\n"
        "the columns of the result files. A first run: attnscope run configs/quick.yaml\n\n"
        "Exit codes: 0 all well; 1 the verdict is bad; 2 bad usage or input; 3 the environment failed;\n"
        "4 done, but some cases failed; 5 inconclusive; 130 interrupted, what was measured is kept.\n");
    free(list);
    return true;
}

static const char columns_intro[] =
    "# Result folders\n"
    "\n"
    "This page is the output of `attnscope help columns`; a test holds it equal.\n"
    "\n"
    "A run makes one folder, `results/<name>-<UTC time>/`. Every file in it is complete and readable at any moment, "
    "even\n"
    "after the run was killed. CSV is RFC 4180, UTF-8, with one header row and units in the names. A missing value is "
    "an\n"
    "empty cell, never 0. Text that a spreadsheet would take for a formula stands behind an apostrophe. `case` joins "
    "the\n"
    "files: kernel, pattern, shape, dtype, isa, threads and cache state between bars.\n"
    "\n"
    "| file | what it is |\n"
    "| --- | --- |\n"
    "| `config.yaml` | the config as it was given |\n"
    "| `machine.json` | what the machine is, its measured roofs, the build of the program, warnings |\n"
    "| `cases.csv`, `samples.csv`, `counters.csv`, `phases.csv`, `summary.csv`, `shares.csv`, `fits.csv`, "
    "`crossovers.csv` | below, column by column; `shares.csv` where a kernel has phases |\n"
    "| `benchmark.json` | the same samples as Google Benchmark writes them, for its `compare.py` and other tools |\n"
    "| `plots/` | the charts as SVG and PNG, with the gnuplot scripts and data that redraw them |\n"
    "| `report.html` | one page, no network: findings in sentences, charts, a table to sort and filter |\n";

static const char *const kinds[] = {
    [AS_TEXT] = "text", [AS_COUNT] = "whole number", [AS_REAL] = "number", [AS_WORD] = "word"};

static void add_schema(const as_schema *schema, as_text *out)
{
    char name[40];
    as_text_add(out, "\n## %s\n\nA row is %s.\n\n| column | kind | meaning |\n| --- | --- | --- |\n", schema->file,
                schema->row);
    for (size_t i = 0; i < schema->count; i++) {
        const as_column *c = &schema->columns[i];
        as_text_add(out, "| `%s` | %s | %s |\n", as_column_name(c, name), kinds[c->kind], c->help);
    }
}

static void add_columns(as_text *out)
{
    const as_schema *const schemas[] = {&as_case_schema,    &as_sample_schema, &as_counter_schema, &as_phase_schema,
                                        &as_summary_schema, &as_share_schema,  &as_fit_schema,     &as_crossover_schema,
                                        &as_turn_schema,    &as_exact_schema,  &as_verdict_schema, &as_history_schema,
                                        &as_trial_schema,   &as_power_schema};
    as_text_append(out, columns_intro, sizeof columns_intro - 1);
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++)
        add_schema(schemas[i], out);
}

static bool add_page(const char *name, as_text *out, as_err *err)
{
    as_nearest n = {.word = name};
    if (!strcmp(name, "columns")) {
        add_columns(out);
        return true;
    }
    as_nearest_try(&n, "columns");
    for (size_t i = 0; as_commands[i]; i++) {
        if (!strcmp(as_commands[i]->name, name)) {
            as_command_page(as_commands[i], out);
            return true;
        }
        as_nearest_try(&n, as_commands[i]->name);
    }
    const char *close = as_nearest_close(&n);
    return as_fail(err, AS_EXIT_USAGE, "help: there is no command '%.80s': %s%s%s", name,
                   close ? "did you mean '" : "'attnscope help' shows them all", close ? close : "", close ? "'?" : "");
}

static as_exit run_help(const as_command *self, as_arguments arguments, as_err *err)
{
    as_text out = {0};
    if (!as_parse(self, &arguments, NULL, err))
        return err->code;
    const bool ok = (arguments.count ? add_page(arguments.at[0], &out, err) : add_overview(&out, err));
    return as_print_last(ok, &out, err) ? AS_EXIT_OK : err->code;
}

const as_command as_command_help = {
    .name = "help",
    .arguments = "[COMMAND | columns]",
    .about = "the commands, or one of them, or the columns of the result files",
    .examples = "  attnscope help           # every command in a line\n"
                "  attnscope help run       # what `run` takes and does\n"
                "  attnscope help columns   # every column of every CSV file, as Markdown (results/README.md)\n",
    .max = 1,
    .order = 100,
    .run = run_help,
};
