/* config.c: the tables of keys, a row each, and the walk from a YAML text to an as_config.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reading.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../kernels/api/dtype.h"
#include "../base/file.h"
#include "../base/suggest.h"

#define CONFIG_BYTES_MAX ((size_t)1 << 20)
#define OPEN_MAX 64        /* brackets open at once; a config needs three */
#define BRACKETS_MAX 16384 /* brackets opened in all */

static const char *const same[] = {"same", NULL};
static const char *const caches[] = {"warm", "cold", NULL};

#define LENGTHS "whole numbers such as 512, 8k or 1M, or a range {from: 256, to: 16k, factor: 2}"
#define NUMBERS "whole numbers such as [1, 2, 8], or a range {from: 1, to: 16, factor: 2}"
/* A key's name, where its value goes, and what reads it. */
#define KEY(name, type, member, reader) .key = name, .offset = offsetof(type, member), .read = reader
#define SHAPE(name) KEY(#name, as_shapes, name, as_config_read_counts), .min = 1

static const field shape_keys[] = {
    {SHAPE(length), .max = 1u << 30, .meant = LENGTHS, .required = true},
    {SHAPE(width), .max = 1u << 20, .meant = LENGTHS},
    {SHAPE(heads), .max = 1u << 16, .meant = NUMBERS},
    {SHAPE(kv_heads), .max = 1u << 16, .meant = NUMBERS ", or same (= heads)", .words = same},
    {SHAPE(context), .max = 1u << 30, .meant = LENGTHS ", or same (= length)", .words = same},
    {SHAPE(batch), .max = 1u << 20, .meant = NUMBERS},
    {KEY("dtype", as_shapes, dtype, as_config_read_words), .words = as_dtype_words},
    {SHAPE(threads), .max = 4096, .meant = NUMBERS},
    {.key = NULL},
};

#define NAME "letters, digits, '.', '_' and '-', at most 80, a letter or digit first"
#define KERNELS "kernel names or globs, such as [attention/blas, \"attention/*\"]"
#define PROCESSES "worker processes per case, such as 5"
#define BATCHES "timed batches per process, such as 7"
#define TIMES "a time above 0, such as 90s, 10m or 2h"

static const field measure_keys[] = {
    {KEY("cache", as_measure, cold, as_config_read_cold), .words = caches},
    {KEY("processes", as_measure, processes, as_config_read_unsigned), .min = 1, .max = 1000, .meant = PROCESSES},
    {KEY("batches", as_measure, batches, as_config_read_unsigned), .min = 1, .max = 1000, .meant = BATCHES},
    {KEY("precision", as_measure, precision, as_config_read_share),
     .meant = "a share above 0% and up to 100%, such as 2%"},
    {KEY("budget", as_measure, budget_s, as_config_read_seconds), .meant = TIMES},
    {KEY("case_timeout", as_measure, case_timeout_s, as_config_read_seconds), .meant = TIMES},
    {.key = "memory", .read = as_config_read_memory, .meant = "a size such as 512MiB or 4GiB, or a share such as 75%"},
    {.key = NULL},
};

static const field root_keys[] = {
    {KEY("name", as_config, name, as_config_read_name), .meant = NAME},
    {KEY("about", as_config, about, as_config_read_line), .meant = "one line of text"},
    {KEY("shapes", as_config, shapes, as_config_read_section), .rows = shape_keys, .required = true},
    {KEY("kernels", as_config, kernels, as_config_read_words), .required = true, .meant = KERNELS},
    {KEY("patterns", as_config, patterns, as_config_read_patterns),
     .meant = "pattern texts, such as [causal, \"window:w=256\"]"},
    {KEY("measure", as_config, measure, as_config_read_section), .rows = measure_keys},
    {KEY("counters", as_config, counters, as_config_read_names),
     .meant = "names of counter groups, such as [instructions, cache]"},
    {KEY("seed", as_config, seed, as_config_read_seed), .max = (uint64_t)1 << 53, .meant = "a whole number"},
    {.key = NULL},
};

static const field root = {.key = "the config", .rows = root_keys};

const char *as_config_place(reading *r, const yaml_node_t *node)
{
    return as_arena_printf(r->arena, "%s:%zu:%zu", r->path, node->start_mark.line + 1, node->start_mark.column + 1);
}

bool as_config_fail_at(reading *r, const yaml_node_t *node, const char *format, ...)
{
    char what[900];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return as_fail(r->err, AS_EXIT_USAGE, "%s: %s", as_config_place(r, node), what);
}

static const field *row_of(const field *section, const char *key)
{
    for (const field *f = section->rows; f->key; f++)
        if (!strcmp(f->key, key))
            return f;
    return NULL;
}

static bool unknown_key(reading *r, const yaml_node_t *node, const field *section, const char *key)
{
    as_nearest n = {.word = key};
    as_text known = {0};
    for (const field *f = section->rows; f->key; f++) {
        as_nearest_try(&n, f->key);
        as_text_add(&known, "%s%s", f == section->rows ? "" : ", ", f->key);
    }
    const char *close = as_nearest_close(&n);
    if (close)
        as_config_fail_at(r, node, "unknown key '%.40s' in %s: did you mean '%s'?", key, section->key, close);
    else
        as_config_fail_at(r, node, "unknown key '%.40s' in %s: it takes %s", key, section->key, known.data);
    as_text_free(&known);
    return false;
}

static const char *key_text(reading *r, const yaml_node_t *node, const field *section)
{
    if (node->type == YAML_SCALAR_NODE && strlen((const char *)node->data.scalar.value) == node->data.scalar.length)
        return (const char *)node->data.scalar.value;
    as_config_fail_at(r, node, "a key of %s is not a word: write KEY: VALUE", section->key);
    return NULL;
}

bool as_config_read_section(reading *r, const yaml_node_t *node, const field *section, void *target)
{
    bool seen[32] = {false};
    if (node->type != YAML_MAPPING_NODE)
        return as_config_fail_at(r, node, "%s is a list of keys and values: write KEY: VALUE below it", section->key);
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *key = yaml_document_get_node(r->document, p->key);
        const yaml_node_t *value = yaml_document_get_node(r->document, p->value);
        const char *text = key_text(r, key, section);
        if (!text)
            return false;
        const field *f = row_of(section, text);
        if (!f)
            return unknown_key(r, key, section, text);
        if (seen[f - section->rows])
            return as_config_fail_at(r, key, "%s is there twice in %s: keep one", f->key, section->key);
        seen[f - section->rows] = true;
        if (!f->read(r, value, f, (char *)target + f->offset))
            return false;
    }
    for (const field *f = section->rows; f->key; f++)
        if (f->required && !seen[f - section->rows])
            return as_config_fail_at(r, node, "%s has no '%s': add it%s%s", section->key, f->key,
                                     f->meant ? "; it is " : "", f->meant ? f->meant : "");
    return true;
}

static as_counts one_count(as_arena *arena, uint64_t value)
{
    as_counts list = {.count = 1};
    list.values = as_arena_alloc(arena, sizeof *list.values);
    list.values[0] = value;
    return list;
}

static as_texts one_text(as_arena *arena, const char *value)
{
    as_texts list = {.count = 1};
    list.values = as_arena_alloc(arena, sizeof *list.values);
    list.values[0] = value;
    return list;
}

/* The name of a config that gives none: its file's, as far as a name may have such letters. */
static const char *name_from(as_arena *arena, const char *path)
{
    char name[81];
    const char *slash = strrchr(path, '/'), *stem = slash ? slash + 1 : path;
    size_t n = 0;
    for (; stem[n] && stem[n] != '.' && n < sizeof name - 1; n++) {
        bool alphanumeric = (stem[n] >= '0' && stem[n] <= '9') || ((stem[n] | 32) >= 'a' && (stem[n] | 32) <= 'z');
        name[n] = alphanumeric || stem[n] == '_' ? stem[n] : '-';
    }
    name[n] = 0;
    return n && name[0] != '-' && name[0] != '_' ? as_arena_intern(arena, name) : "sweep";
}

/* The defaults; docs/config.md has them as a table. */
static void set_defaults(as_config *c, const char *path, as_arena *arena)
{
    *c = (as_config){.path = as_arena_intern(arena, path), .name = name_from(arena, path), .about = "", .seed = 1};
    c->shapes.width = one_count(arena, 512);
    c->shapes.heads = one_count(arena, 8);
    c->shapes.kv_heads = one_count(arena, 0);
    c->shapes.context = one_count(arena, 0);
    c->shapes.batch = one_count(arena, 1);
    c->shapes.threads = one_count(arena, 1);
    c->shapes.dtype = one_text(arena, "f32");
    c->patterns = as_config_one_pattern(arena, "causal");
    c->measure = (as_measure){
        .processes = 5, .batches = 7, .precision = 0.02, .budget_s = 600, .case_timeout_s = 60, .memory_percent = 75};
}

/* libyaml names a mark for what its scanner and parser find, a byte for what its reader does (bad UTF-8). */
static bool fail_yaml(const yaml_parser_t *p, const char *path, const char *text, size_t length, as_err *err)
{
    size_t line = p->problem_mark.line + 1, column = p->problem_mark.column + 1;
    if (p->error == YAML_MEMORY_ERROR)
        return as_fail_memory(err);
    if (p->error == YAML_READER_ERROR) {
        line = column = 1;
        for (size_t i = 0; i < p->problem_offset && i < length; i++) {
            column = text[i] == '\n' ? 1 : column + 1;
            line += text[i] == '\n';
        }
    }
    return as_fail(err, AS_EXIT_USAGE, "%s:%zu:%zu: not YAML: %s%s%s: check indentation, brackets and quotes", path,
                   line, column, p->problem ? p->problem : "unreadable", p->context ? " " : "",
                   p->context ? p->context : "");
}

/* One document and nothing after it. */
static bool load(yaml_parser_t *parser, yaml_document_t *document, reading *r, const char *text, size_t length)
{
    if (!yaml_parser_load(parser, document))
        return fail_yaml(parser, r->path, text, length, r->err);
    const yaml_node_t *first = yaml_document_get_root_node(document);
    if (!first) {
        as_fail(r->err, AS_EXIT_USAGE, "%s:1:1: the config is empty: see docs/config.md for its keys", r->path);
        goto bad;
    }
    yaml_document_t more;
    if (!yaml_parser_load(parser, &more)) {
        fail_yaml(parser, r->path, text, length, r->err);
        goto bad;
    }
    const yaml_node_t *second = yaml_document_get_root_node(&more);
    if (second)
        as_config_fail_at(r, second, "a second YAML document: one file is one config");
    yaml_document_delete(&more);
    if (!second)
        return true;
bad:
    yaml_document_delete(document);
    return false;
}

/* libyaml's time grows as the square of the depth of brackets: a megabyte of '[' would take half an hour. Brackets
 * within quotes and comments are counted, too, which no config of a person's comes near. */
static bool check_brackets(const char *path, const char *text, size_t length, as_err *err)
{
    size_t open = 0, opened = 0, line = 1, start = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '[' || text[i] == '{') {
            open++;
            opened++;
        } else if (text[i] == ']' || text[i] == '}') {
            open -= open > 0;
        } else if (text[i] == '\n') {
            line++;
            start = i + 1;
        }
        if (open > OPEN_MAX || opened > BRACKETS_MAX)
            return as_fail(err, AS_EXIT_USAGE,
                           "%s:%zu:%zu: not YAML that a config could be: too many brackets: close some", path, line,
                           i - start + 1);
    }
    return true;
}

bool as_config_parse(const char *path, const char *text, size_t length, as_arena *arena, as_config *config, as_err *err)
{
    yaml_parser_t parser;
    yaml_document_t document;
    reading r = {.path = path, .document = &document, .arena = arena, .err = err};
    if (length > CONFIG_BYTES_MAX)
        return as_fail(err, AS_EXIT_USAGE, "%s: larger than 1 MiB, which no config should be", path);
    if (!check_brackets(path, text, length, err))
        return false;
    if (!yaml_parser_initialize(&parser))
        return as_fail_memory(err);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    bool ok = load(&parser, &document, &r, text, length);
    if (ok) {
        set_defaults(config, path, arena);
        config->text = as_arena_intern_n(arena, text, length);
        ok = as_config_read_section(&r, yaml_document_get_root_node(&document), &root, config) &&
             as_config_check_shapes(config, err);
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return ok;
}

bool as_config_read(const char *path, as_arena *arena, as_config *config, as_err *err)
{
    as_text text = {0};
    bool ok = as_file_read(path, CONFIG_BYTES_MAX, &text, err) &&
              as_config_parse(path, text.data, text.length, arena, config, err);
    as_text_free(&text);
    return ok;
}
