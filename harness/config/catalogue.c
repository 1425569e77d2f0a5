/* catalogue.c: gathers the registry, the pattern terms and the program's own YAML files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "catalogue.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "../../kernels/api/cpu.h"
#include "../../kernels/api/kernel_name.h"
#include "../../kernels/api/registry.h"
#include "../../kernels/pattern/pattern.h"
#include "../base/file.h"
#include "../base/path.h"

static json_t *kernel_isas(const char *name)
{
    json_t *isas = json_array();
    for (size_t i = 0; i < as_registry_count(); i++)
        if (!strcmp(as_registry_at(i)->kernel->name, name))
            json_array_append_new(isas, json_string(as_isa_name(as_registry_at(i)->isa)));
    return isas;
}

static bool is_seen_before(size_t index)
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
        if (!is_seen_before(i))
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

json_t *as_catalogue(void)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "kernels", list_kernels(), "patterns", list_patterns(), "isas",
                     list_isas(), "counters", list_files("configs/counters", false), "configs",
                     list_files("configs", true));
}
