/* groups.c: counter groups from configs/counters/NAME.yaml. libyaml reads.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "../base/file.h"
#include "counters.h"

static const char *scalar_text(yaml_document_t *document, int node, as_arena *arena)
{
    const yaml_node_t *n = yaml_document_get_node(document, node);
    if (!n || n->type != YAML_SCALAR_NODE)
        return NULL;
    return as_arena_intern_n(arena, (const char *)n->data.scalar.value, n->data.scalar.length);
}

static bool fail_at_node(as_err *err, const char *path, const yaml_node_t *node, const char *what)
{
    return as_fail(err, AS_EXIT_USAGE, "%s:%zu:%zu: %s", path, node->start_mark.line + 1, node->start_mark.column + 1,
                   what);
}

static bool read_events(const char *path, yaml_document_t *document, const yaml_node_t *node, as_arena *arena,
                        as_counter_group *out, as_err *err)
{
    if (node->type != YAML_MAPPING_NODE)
        return fail_at_node(err, path, node,
                            "events: a mapping from an event's name to a line of prose is wanted here");
    const size_t count = (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    out->events = as_arena_alloc(arena, (count + 1) * sizeof *out->events);
    out->help = as_arena_alloc(arena, (count + 1) * sizeof *out->help);
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
        out->events[out->count] = scalar_text(document, pair->key, arena);
        out->help[out->count] = scalar_text(document, pair->value, arena);
        if (!out->events[out->count] || !out->help[out->count])
            return fail_at_node(err, path, node, "events: both a name and its line of prose are texts");
        out->count++;
    }
    return true;
}

static bool read_group(const char *path, yaml_document_t *document, as_arena *arena, as_counter_group *out, as_err *err)
{
    const yaml_node_t *root = yaml_document_get_root_node(document);
    if (!root || root->type != YAML_MAPPING_NODE)
        return as_fail(err, AS_EXIT_USAGE, "%s:1:1: a mapping with `about` and `events` is wanted", path);
    for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top; pair++) {
        const char *key = scalar_text(document, pair->key, arena);
        const yaml_node_t *value = yaml_document_get_node(document, pair->value);
        if (key && !strcmp(key, "about"))
            out->about = scalar_text(document, pair->value, arena);
        else if (!key || strcmp(key, "events"))
            return fail_at_node(err, path, yaml_document_get_node(document, pair->key), "unknown key: about or events");
        else if (!read_events(path, document, value, arena, out, err))
            return false;
    }
    if (!out->about || !out->count)
        return as_fail(err, AS_EXIT_USAGE, "%s:1:1: both `about` and at least one event are wanted", path);
    return true;
}

bool as_counter_group_parse(const char *path, const char *text, size_t length, as_arena *arena, as_counter_group *out,
                            as_err *err)
{
    yaml_parser_t parser;
    yaml_document_t document;
    *out = (as_counter_group){0};
    if (!yaml_parser_initialize(&parser))
        return as_fail_memory(err);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    bool ok = yaml_parser_load(&parser, &document);
    if (!ok) {
        as_fail(err, AS_EXIT_USAGE, "%s:%zu:%zu: %s", path, parser.problem_mark.line + 1,
                parser.problem_mark.column + 1, parser.problem ? parser.problem : "is not YAML");
    } else {
        ok = read_group(path, &document, arena, out, err);
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return ok;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *const *as_counter_group_names(as_arena *arena)
{
    char path[PATH_MAX];
    size_t count = 0, cap = 0;
    const char **names = as_arena_grow(arena, NULL, &cap, 0, sizeof *names);
    DIR *dir = as_home_path(path, sizeof path, "configs/counters") ? opendir(path) : NULL;
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".yaml") || dot == entry->d_name)
            continue;
        names = as_arena_grow(arena, names, &cap, count + 1, sizeof *names);
        names[count++] = as_arena_intern_n(arena, entry->d_name, (size_t)(dot - entry->d_name));
    }
    if (dir)
        closedir(dir);
    qsort(names, count, sizeof *names, compare_names);
    names[count] = NULL;
    return names;
}

bool as_counter_group_read(const char *name, as_arena *arena, as_counter_group *out, as_err *err)
{
    const char *const *names = as_counter_group_names(arena);
    char path[PATH_MAX], relative[PATH_MAX];
    as_text text = {0};
    size_t at = 0;
    while (names[at] && strcmp(names[at], name))
        at++;
    if (!names[at]) {
        for (size_t i = 0; names[i]; i++)
            as_text_add(&text, "%s%s", i ? ", " : "", names[i]);
        as_fail(err, AS_EXIT_USAGE, "no counter group '%.60s': there are %s", name, text.length ? text.data : "none");
        as_text_free(&text);
        return false;
    }
    snprintf(relative, sizeof relative, "configs/counters/%s.yaml", names[at]);
    bool ok = as_home_path(path, sizeof path, relative) && as_file_read(path, 1 << 20, &text, err) &&
              as_counter_group_parse(path, text.data ? text.data : "", text.length, arena, out, err);
    out->name = names[at];
    as_text_free(&text);
    return ok;
}

as_texts as_counter_groups_split(const char *list, as_arena *arena)
{
    size_t cap = 0, count = 0;
    const char **groups = NULL;
    for (const char *at = list; *at;) {
        const size_t length = strcspn(at, ",");
        groups = as_arena_grow(arena, groups, &cap, count, sizeof *groups);
        if (length)
            groups[count++] = as_arena_intern_n(arena, at, length);
        at += length + (at[length] == ',');
    }
    return (as_texts){.values = groups, .count = count};
}

static bool is_listed(const char *const *events, size_t count, const char *event)
{
    for (size_t i = 0; i < count; i++)
        if (events[i] == event) /* interned */
            return true;
    return false;
}

bool as_counter_groups_events(const as_texts *groups, as_arena *arena, const char ***events, as_err *err)
{
    size_t cap = 0, count = 0;
    const char **all = as_arena_grow(arena, NULL, &cap, 0, sizeof *all);
    for (size_t g = 0; g < groups->count; g++) {
        as_counter_group group;
        if (!as_counter_group_read(groups->values[g], arena, &group, err))
            return false;
        for (size_t e = 0; e < group.count; e++) {
            if (is_listed(all, count, group.events[e]))
                continue;
            all = as_arena_grow(arena, all, &cap, count + 1, sizeof *all);
            all[count++] = group.events[e];
        }
    }
    if (count > AS_EVENTS_MAX)
        return as_fail(err, AS_EXIT_USAGE, "--counters: %zu events, at most %d in one run: name fewer groups", count,
                       AS_EVENTS_MAX);
    all[count] = NULL;
    *events = all;
    return true;
}
