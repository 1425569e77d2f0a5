/* cmd_list.c: `attnscope list`: kernels, patterns, instruction sets, counter groups and configs, each with a line of
 * help. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "../base/arena.h"
#include "../config/catalogue.h"
#include "selection.h"

static const struct {
    const char *key, *title;
    const char *columns[4];
} sections[] = {
    {"kernels", "KERNELS", {"name", "isas", "order", "about"}},
    {"patterns", "PATTERNS (join with +)", {"name", "example", "about"}},
    {"isas", "INSTRUCTION SETS", {"name", "about"}},
    {"counters", "COUNTER GROUPS", {"name", "about"}},
    {"configs", "CONFIGS", {"name", "about"}},
};
enum { SECTIONS = sizeof sections / sizeof *sections };

/* A list of words is shown with spaces between. */
static const char *cell_text(as_arena *arena, const json_t *value)
{
    as_text text = {0};
    if (!json_is_array(value))
        return as_arena_intern(arena, json_is_string(value) ? json_string_value(value) : "-");
    for (size_t i = 0; i < json_array_size(value); i++)
        as_text_add(&text, "%s%s", i ? " " : "", json_string_value(json_array_get(value, i)));
    const char *kept = as_arena_intern_n(arena, text.data ? text.data : "", text.length);
    as_text_free(&text);
    return kept;
}

static void print_section(size_t s, const json_t *list, as_arena *arena, as_text *out)
{
    size_t rows = json_array_size(list), cols = 0, n = 0;
    while (cols < 4 && sections[s].columns[cols])
        cols++;
    const char **cells = as_arena_alloc(arena, (rows + 1) * cols * sizeof *cells);
    for (size_t c = 0; c < cols; c++)
        cells[n++] = sections[s].columns[c];
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            cells[n++] = cell_text(arena, json_object_get(json_array_get(list, r), sections[s].columns[c]));
    as_text_add(out, "%s%s\n", s ? "\n" : "", sections[s].title);
    if (rows)
        as_print_rows(out, cells, rows + 1, cols);
    else
        as_text_add(out, "none found\n");
}

/* A line for every parameter of every kernel; nothing where no kernel has one. */
static void print_params(const json_t *kernels, as_arena *arena, as_text *out)
{
    size_t rows = 0, n = 0, k, i;
    json_t *kernel, *p;
    json_array_foreach((json_t *)(uintptr_t)kernels, k, kernel) rows +=
        json_array_size(json_object_get(kernel, "params"));
    const char **cells = as_arena_alloc(arena, (rows + 1) * 5 * sizeof *cells);
    static const char *const head[] = {"kernel", "key", "range", "default", "about"};
    for (; n < 5; n++)
        cells[n] = head[n];
    json_array_foreach((json_t *)(uintptr_t)kernels, k, kernel)
        json_array_foreach(json_object_get(kernel, "params"), i, p)
    {
        cells[n++] = cell_text(arena, json_object_get(kernel, "name"));
        cells[n++] = cell_text(arena, json_object_get(p, "key"));
        cells[n++] = as_arena_printf(arena, "%lld..%lld", (long long)json_integer_value(json_object_get(p, "least")),
                                     (long long)json_integer_value(json_object_get(p, "most")));
        cells[n++] = as_arena_printf(arena, "%lld", (long long)json_integer_value(json_object_get(p, "default")));
        cells[n++] = cell_text(arena, json_object_get(p, "about"));
    }
    as_text_add(out, rows ? "\nPARAMETERS OF KERNELS (NAME:KEY=VALUE,...)\n" : "");
    if (rows)
        as_print_rows(out, cells, rows + 1, 5);
}

static bool print_json(const json_t *all, as_text *out)
{
    char *text = json_dumps(all, JSON_INDENT(1));
    if (!text)
        return false;
    as_text_add(out, "%s\n", text);
    free(text);
    return true;
}

typedef struct {
    as_selection selection;
    const char *format;
} list_options;

static const as_opt options[] = {
    AS_PLUGIN_OPTION(list_options, selection),
    AS_CHOICE("--format", list_options, format, "table|json", "what is printed (default: table)"),
    {0},
};

static void print_tables(const json_t *all, as_arena *arena, as_text *out)
{
    for (size_t s = 0; s < SECTIONS; s++)
        print_section(s, json_object_get(all, sections[s].key), arena, out);
    print_params(json_object_get(all, "kernels"), arena, out);
}

static as_exit run_list(const as_command *self, as_arguments arguments, as_err *err)
{
    list_options o = {.format = "table"};
    if (!as_parse(self, &arguments, &o, err) || !as_plugins_load(&o.selection, err))
        return err->code;
    as_arena *arena = as_arena_create();
    as_text out = {0};
    json_t *all = as_catalogue();
    bool ok = all || as_fail_memory(err);
    if (ok && !strcmp(o.format, "json"))
        ok = print_json(all, &out) || as_fail_memory(err);
    else if (ok)
        print_tables(all, arena, &out);
    ok = ok && as_print(&out, err);
    json_decref(all);
    as_text_free(&out);
    as_arena_free(arena);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_list = {
    .name = "list",
    .arguments = "",
    .about = "kernels, patterns, instruction sets, counter groups and configs, each with a line of help",
    .options = options,
    .examples = "  attnscope list\n"
                "  attnscope list --plugin ./mine.so --format json\n",
    .order = 30,
    .run = run_list,
};
