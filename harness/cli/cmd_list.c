/* cmd_list.c: `attnscope list`: kernels, patterns, instruction sets, counter groups and configs, each with a line of
 * help. SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "../../kernels/api/cpu.h"
#include "../../kernels/api/kernel_name.h"
#include "../../kernels/pattern/pattern.h"
#include "../base/arena.h"
#include "../base/file.h"
#include "../base/path.h"
#include "cli.h"
#include "../plan/target.h"

/* Everything is gathered as JSON first: {"kernels": [{...}], ...}; the tables are made from that. */

static json_t *kernel_isas(const char *name)
{
    json_t *isas = json_array();
    for (size_t i = 0; i < as_registry_count(); i++)
        if (!strcmp(as_registry_at(i)->kernel->name, name))
            json_array_append_new(isas, json_string(as_isa_name(as_registry_at(i)->isa)));
    return isas;
}

static bool seen_before(size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (!strcmp(as_registry_at(i)->kernel->name, as_registry_at(index)->kernel->name))
            return true;
    return false;
}

/* [{"key": "m", "least": 1, ...}]; empty for a kernel without parameters. */
static json_t *kernel_params(const as_kernel *kernel)
{
    json_t *list = json_array();
    for (size_t i = 0; i < as_kernel_param_count(kernel); i++) {
        const as_kernel_param *p = &kernel->params[i];
        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I, s:s}", "key", p->key, "least", (json_int_t)p->least,
                                              "most", (json_int_t)p->most, "default", (json_int_t)p->otherwise, "about",
                                              p->help ? p->help : ""));
    }
    return list;
}

static json_t *list_kernels(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < as_registry_count(); i++) {
        const as_entry *e = as_registry_at(i);
        if (!seen_before(i))
            json_array_append_new(list,
                                  json_pack("{s:s, s:o, s:s?, s:s?, s:o, s:s?}", "name", e->kernel->name, "isas",
                                            kernel_isas(e->kernel->name), "order", e->kernel->order, "about",
                                            e->kernel->help, "params", kernel_params(e->kernel), "plugin", e->origin));
    }
    return list;
}

static json_t *list_patterns(void)
{
    json_t *list = json_array();
    const char *name, *example, *help;
    for (size_t i = 0; as_pattern_term(i, &name, &example, &help); i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", name, "example", example, "about", help));
    return list;
}

static json_t *list_isas(void)
{
    json_t *list = json_array();
    for (int isa = 0; isa < AS_ISA_COUNT; isa++) {
        bool runs = as_cpu_isas() & AS_ISA_BIT(isa);
        json_array_append_new(list, json_pack("{s:s, s:b, s:s}", "name", as_isa_name((as_isa)isa), "runs", runs,
                                              "about", runs ? "this CPU runs it" : "not on this CPU"));
    }
    return list;
}

/* ---- YAML files with a top-level `about:` */

/* The text of the scalar `key` of the top-level mapping, or NULL; the caller frees. */
static char *top_level_text(const char *path, const char *key)
{
    as_text text = {0};
    yaml_parser_t parser;
    yaml_document_t document;
    char *found = NULL;
    if (!as_file_read(path, (size_t)1 << 20, &text, NULL) || !yaml_parser_initialize(&parser))
        goto done;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.length);
    if (yaml_parser_load(&parser, &document)) {
        const yaml_node_t *top = yaml_document_get_root_node(&document);
        bool mapping = top && top->type == YAML_MAPPING_NODE;
        for (size_t i = 0;
             mapping && !found && i < (size_t)(top->data.mapping.pairs.top - top->data.mapping.pairs.start); i++) {
            const yaml_node_t *k = yaml_document_get_node(&document, top->data.mapping.pairs.start[i].key);
            const yaml_node_t *v = yaml_document_get_node(&document, top->data.mapping.pairs.start[i].value);
            if (k->type == YAML_SCALAR_NODE && v->type == YAML_SCALAR_NODE &&
                !strcmp((char *)k->data.scalar.value, key))
                found = strdup((const char *)v->data.scalar.value);
        }
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
done:
    as_text_free(&text);
    return found;
}

static int is_yaml(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot && !strcmp(dot, ".yaml");
}

/* The .yaml files of one of the program's own folders. A name is a stem, or a whole path where the user types one. */
static json_t *list_files(const char *folder, bool whole_path)
{
    char dir[4096];
    struct dirent **entries = NULL;
    json_t *list = json_array();
    int n = as_home_path(dir, sizeof dir, folder) ? scandir(dir, &entries, is_yaml, alphasort) : 0;
    for (int i = 0; i < n; i++) {
        as_text name = {0};
        if (whole_path)
            as_text_add(&name, "%s/%s", folder, entries[i]->d_name);
        else
            as_text_append(&name, entries[i]->d_name, strlen(entries[i]->d_name) - strlen(".yaml"));
        char *about = top_level_text(as_path_join(dir, "%s", entries[i]->d_name).text, "about");
        json_array_append_new(list, json_pack("{s:s, s:s}", "name", name.data, "about", about ? about : ""));
        free(about);
        as_text_free(&name);
        free(entries[i]);
    }
    free(entries);
    return list;
}

static json_t *list_counters(void) { return list_files("configs/counters", false); }
static json_t *list_configs(void) { return list_files("configs", true); }

/* ---- tables */

static const struct {
    const char *key, *title;
    json_t *(*list)(void);
    const char *columns[4];
} sections[] = {
    {"kernels", "KERNELS", list_kernels, {"name", "isas", "order", "about"}},
    {"patterns", "PATTERNS (join with +)", list_patterns, {"name", "example", "about"}},
    {"isas", "INSTRUCTION SETS", list_isas, {"name", "about"}},
    {"counters", "COUNTER GROUPS", list_counters, {"name", "about"}},
    {"configs", "CONFIGS", list_configs, {"name", "about"}},
};
enum { SECTIONS = sizeof sections / sizeof *sections };

/* A list of words is shown with spaces between. */
static const char *cell(as_arena *arena, const json_t *value)
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
            cells[n++] = cell(arena, json_object_get(json_array_get(list, r), sections[s].columns[c]));
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
        cells[n++] = cell(arena, json_object_get(kernel, "name"));
        cells[n++] = cell(arena, json_object_get(p, "key"));
        cells[n++] = as_arena_printf(arena, "%lld..%lld", (long long)json_integer_value(json_object_get(p, "least")),
                                     (long long)json_integer_value(json_object_get(p, "most")));
        cells[n++] = as_arena_printf(arena, "%lld", (long long)json_integer_value(json_object_get(p, "default")));
        cells[n++] = cell(arena, json_object_get(p, "about"));
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

static as_exit run(int argc, char **argv, as_err *err)
{
    const char *format = "table";
    as_selection selection = {0};
    const as_opt opts[] = {
        {"--format", AS_OPT_TEXT, &format, "table|json"},
        {"--plugin", AS_OPT_MANY, selection.plugins, NULL},
        {0},
    };
    int rest;
    if (!as_options(argc, argv, opts, 0, 0, &rest, err) || !as_plugins_load(&selection, err))
        return err->code;
    as_arena *arena = as_arena_create();
    as_text out = {0};
    json_t *all = json_object();
    for (size_t s = 0; s < SECTIONS; s++)
        json_object_set_new(all, sections[s].key, sections[s].list());
    bool ok = true;
    if (!strcmp(format, "json"))
        ok = print_json(all, &out) || as_fail_memory(err);
    else
        for (size_t s = 0; s < SECTIONS; s++)
            print_section(s, json_object_get(all, sections[s].key), arena, &out);
    if (strcmp(format, "json") != 0)
        print_params(json_object_get(all, "kernels"), arena, &out);
    ok = ok && as_print(&out, err);
    json_decref(all);
    as_text_free(&out);
    as_arena_free(arena);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_list = {
    .name = "list",
    .usage = "list [--plugin FILE]... [--format table|json]",
    .about = "kernels, patterns, instruction sets, counter groups and configs, each with a line of help",
    .help = "  --plugin FILE   list the kernels of a plug-in, too (repeatable)\n"
            "  --format F      table (default) or json\n",
    .run = run,
    .order = 30,
};
