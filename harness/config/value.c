/* value.c: how each kind of value is read: numbers and ranges, words, patterns, times, sizes, shares.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reading.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../kernels/pattern/pattern.h"
#include "../base/text.h"

#define LIST_MAX 4096u   /* values in one list, ranges written out */
#define FACTOR_MIN 1.001 /* of a range; a smaller one repeats values */

/* The text of a scalar without NUL bytes, or NULL and an error. */
static const char *scalar(reading *r, const yaml_node_t *node, const field *f)
{
    static const char *const kinds[] = {[YAML_SEQUENCE_NODE] = "a list", [YAML_MAPPING_NODE] = "keys and values"};
    if (node->type != YAML_SCALAR_NODE) {
        as_config_fail_at(r, node, "%s is %s, not %s", f->key, f->meant ? f->meant : "one word", kinds[node->type]);
        return NULL;
    }
    const char *text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length) {
        as_config_fail_at(r, node, "%s holds a NUL byte: take it out", f->key);
        return NULL;
    }
    if (!*text) {
        as_config_fail_at(r, node, "%s has no value: give it one or leave the key out", f->key);
        return NULL;
    }
    return text;
}

static bool not_meant(reading *r, const yaml_node_t *node, const field *f, const char *text)
{
    return as_config_fail_at(r, node, "%s is %s, not '%.60s'", f->key, f->meant, text);
}

static const char *word_among(const char *const *words, const char *text)
{
    for (; words && *words; words++)
        if (!strcmp(*words, text))
            return *words;
    return NULL;
}

static bool not_a_word(reading *r, const yaml_node_t *node, const field *f, const char *text)
{
    as_text all = {0};
    for (const char *const *w = f->words; *w; w++)
        as_text_add(&all, "%s%s", w == f->words ? "" : " or ", *w);
    as_config_fail_at(r, node, "%s is %s, not '%.60s'", f->key, all.data, text);
    as_text_free(&all);
    return false;
}

/* ---- lists: one value stands for a list of one */

typedef bool (*item_reader)(reading *r, const yaml_node_t *node, const field *f, void *list, size_t *cap);

static bool read_list(reading *r, const yaml_node_t *node, const field *f, void *list, item_reader item)
{
    size_t cap = 0;
    if (node->type != YAML_SEQUENCE_NODE)
        return item(r, node, f, list, &cap);
    if (node->data.sequence.items.start == node->data.sequence.items.top)
        return as_config_fail_at(r, node, "%s is an empty list, so that there is nothing to measure: give it a value",
                                 f->key);
    for (yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top; i++)
        if (!item(r, yaml_document_get_node(r->document, *i), f, list, &cap))
            return false;
    return true;
}

static bool too_many(reading *r, const yaml_node_t *node, const field *f)
{
    return as_config_fail_at(r, node, "%s has more than %u values: make the list or the range shorter", f->key,
                             LIST_MAX);
}

/* The places of a list's values, with that of the value that is to be its next; both arrays have the same capacity. */
static const char **place_of_next(reading *r, const yaml_node_t *node, const char **places, size_t count, size_t cap)
{
    places = as_arena_grow(r->arena, places, &cap, count, sizeof *places);
    places[count] = as_config_place(r, node);
    return places;
}

static bool add_count(reading *r, const yaml_node_t *node, const field *f, as_counts *list, size_t *cap, uint64_t value)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->values[i] == value)
            return true;
    if (list->count == LIST_MAX)
        return too_many(r, node, f);
    list->places = place_of_next(r, node, list->places, list->count, *cap);
    list->values = as_arena_grow(r->arena, list->values, cap, list->count, sizeof *list->values);
    list->values[list->count++] = value;
    return true;
}

static bool add_text(reading *r, const yaml_node_t *node, const field *f, as_texts *list, size_t *cap,
                     const char *value)
{
    value = as_arena_intern(r->arena, value);
    for (size_t i = 0; i < list->count; i++)
        if (list->values[i] == value)
            return true;
    if (list->count == LIST_MAX)
        return too_many(r, node, f);
    list->places = place_of_next(r, node, list->places, list->count, *cap);
    list->values = as_arena_grow(r->arena, list->values, cap, list->count, sizeof *list->values);
    list->values[list->count++] = value;
    return true;
}

/* ---- whole numbers and ranges of them */

static bool whole(reading *r, const yaml_node_t *node, const field *f, uint64_t *out)
{
    char low[32], high[32];
    const char *text = scalar(r, node, f);
    if (!text)
        return false;
    if (as_parse_count(text, out) && *out >= f->min && *out <= f->max)
        return true;
    return as_config_fail_at(r, node, "%s is %s, from %s to %s, not '%.60s'", f->key, f->meant,
                             as_format_count(low, f->min), as_format_count(high, f->max), text);
}

typedef struct {
    double from, to, factor, step; /* 0: not given */
} range;

static bool read_bound(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    uint64_t value;
    double *out = target;
    if (!whole(r, node, f, &value))
        return false;
    *out = (double)value;
    return true;
}

static bool read_factor(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    double *out = target;
    const char *text = scalar(r, node, f);
    return text && ((as_parse_double(text, out) && *out >= FACTOR_MIN) || not_meant(r, node, f, text));
}

static bool read_range(reading *r, const yaml_node_t *node, const field *f, range *out)
{
    char name[64];
    snprintf(name, sizeof name, "the range of %s", f->key);
#define BOUND(member) .key = #member, .read = read_bound, .offset = offsetof(range, member), .meant = "a whole number"
    const field keys[] = {
        {BOUND(from), .min = f->min, .max = f->max, .required = true},
        {BOUND(to), .min = f->min, .max = f->max, .required = true},
        {.key = "factor",
         .read = read_factor,
         .offset = offsetof(range, factor),
         .meant = "a number of at least 1.001, such as 2 or 1.414"},
        {BOUND(step), .min = 1, .max = f->max},
        {.key = NULL},
    };
    const field section = {.key = name, .rows = keys};
    *out = (range){0};
    if (!as_config_read_section(r, node, &section, out))
        return false;
    if ((out->factor > 0) == (out->step > 0))
        return as_config_fail_at(r, node, "%s needs either factor or step: {from: 256, to: 16k, factor: 2}", name);
    if (out->from > out->to)
        return as_config_fail_at(r, node, "%s is empty, from is above to: swap them", name);
    return true;
}

/* Each value comes from the first by one multiplication, so that errors of rounding do not add up. */
static bool add_range(reading *r, const yaml_node_t *node, const field *f, as_counts *list, size_t *cap)
{
    range g;
    if (!read_range(r, node, f, &g))
        return false;
    for (size_t i = 0;; i++) {
        double value = g.step > 0 ? g.from + (double)i * g.step : round(g.from * pow(g.factor, (double)i));
        if (value > g.to)
            return true;
        if (!add_count(r, node, f, list, cap, (uint64_t)value))
            return false;
    }
}

static bool count_item(reading *r, const yaml_node_t *node, const field *f, void *list, size_t *cap)
{
    uint64_t value = 0;
    if (node->type == YAML_MAPPING_NODE)
        return add_range(r, node, f, list, cap);
    bool word = node->type == YAML_SCALAR_NODE && word_among(f->words, (const char *)node->data.scalar.value);
    return (word || whole(r, node, f, &value)) && add_count(r, node, f, list, cap, value);
}

bool as_config_read_counts(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    as_counts *list = target;
    *list = (as_counts){0};
    return read_list(r, node, f, list, count_item);
}

bool as_config_read_unsigned(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    uint64_t value;
    if (!whole(r, node, f, &value))
        return false;
    *(unsigned *)target = (unsigned)value;
    return true;
}

bool as_config_read_seed(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    return whole(r, node, f, target);
}

/* ---- words */

static bool printable(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static bool named(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return strchr(letters, *text) && strspn(text, all) == strlen(text) && strlen(text) <= 80;
}

bool as_config_read_name(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    const char *text = scalar(r, node, f);
    if (!text)
        return false;
    if (!named(text))
        return not_meant(r, node, f, text);
    *(const char **)target = as_arena_intern(r->arena, text);
    return true;
}

bool as_config_read_line(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    const char *text = scalar(r, node, f);
    if (!text)
        return false;
    if (!printable(text) || strlen(text) > 500)
        return as_config_fail_at(r, node, "%s is one line of text, at most 500 bytes: shorten it", f->key);
    *(const char **)target = as_arena_intern(r->arena, text);
    return true;
}

static bool word_item(reading *r, const yaml_node_t *node, const field *f, void *list, size_t *cap)
{
    const char *text = scalar(r, node, f);
    if (!text)
        return false;
    if (f->words && !word_among(f->words, text))
        return not_a_word(r, node, f, text);
    if (!f->words && (!printable(text) || strlen(text) > 200))
        return not_meant(r, node, f, text);
    return add_text(r, node, f, list, cap, text);
}

bool as_config_read_words(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    as_texts *list = target;
    *list = (as_texts){0};
    return read_list(r, node, f, list, word_item);
}

static bool name_item(reading *r, const yaml_node_t *node, const field *f, void *list, size_t *cap)
{
    const char *text = scalar(r, node, f);
    return text && (named(text) ? add_text(r, node, f, list, cap, text) : not_meant(r, node, f, text));
}

bool as_config_read_names(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    as_texts *list = target;
    *list = (as_texts){0};
    if (node->type == YAML_SEQUENCE_NODE && node->data.sequence.items.start == node->data.sequence.items.top)
        return true;
    return read_list(r, node, f, list, name_item);
}

bool as_config_read_cold(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    const char *text = scalar(r, node, f);
    if (!text)
        return false;
    if (!word_among(f->words, text))
        return not_a_word(r, node, f, text);
    *(bool *)target = !strcmp(text, "cold");
    return true;
}

/* ---- patterns */

/* The place of column `column` of the text within the file, where the scalar is written as it is read. */
static yaml_mark_t mark_within(const yaml_node_t *node, size_t column)
{
    yaml_mark_t mark = node->start_mark;
    yaml_scalar_style_t style = node->data.scalar.style;
    bool quoted = style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    size_t shown = node->end_mark.column - mark.column;
    if (node->end_mark.line == mark.line && column && shown == node->data.scalar.length + (quoted ? 2 : 0))
        mark.column += column - 1 + quoted;
    return mark;
}

static void release_pattern(void *pattern) { as_pattern_free(pattern); }

static bool pattern_item(reading *r, const yaml_node_t *node, const field *f, void *target, size_t *cap)
{
    as_patterns *list = target;
    as_pattern_error error = {0};
    const char *text = scalar(r, node, f);
    if (!text)
        return false;
    as_pattern *p = as_pattern_parse(text, &error);
    if (!p) {
        yaml_mark_t mark = mark_within(node, error.column);
        return as_fail(r->err, AS_EXIT_USAGE, "%s:%zu:%zu: pattern '%.100s': %s", r->path, mark.line + 1,
                       mark.column + 1, text, error.what);
    }
    as_arena_defer(r->arena, release_pattern, p);
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(as_pattern_text(list->values[i]), as_pattern_text(p)))
            return true;
    if (list->count == LIST_MAX)
        return too_many(r, node, f);
    list->places = place_of_next(r, node, list->places, list->count, *cap);
    list->values = as_arena_grow(r->arena, list->values, cap, list->count, sizeof *list->values);
    list->values[list->count++] = p;
    return true;
}

bool as_config_read_patterns(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    as_patterns *list = target;
    *list = (as_patterns){0};
    return read_list(r, node, f, list, pattern_item);
}

as_patterns as_config_one_pattern(as_arena *arena, const char *text)
{
    as_pattern *p = as_pattern_parse(text, NULL);
    as_patterns one = {.values = as_arena_alloc(arena, sizeof *one.values), .count = 1};
    one.values[0] = p;
    as_arena_defer(arena, release_pattern, p);
    return one;
}

/* ---- times, shares, sizes */

bool as_config_read_seconds(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    double *out = target;
    const char *text = scalar(r, node, f);
    return text && ((as_parse_seconds(text, out) && *out > 0) || not_meant(r, node, f, text));
}

bool as_config_read_share(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    uint64_t ignored;
    double percent = 0, *out = target;
    const char *text = scalar(r, node, f);
    if (!text)
        return false;
    if (as_parse_size(text, &ignored, &percent) && percent > 0)
        *out = percent / 100;
    else if (!as_parse_double(text, out) || !(*out > 0 && *out <= 1))
        return not_meant(r, node, f, text);
    return true;
}

bool as_config_read_memory(reading *r, const yaml_node_t *node, const field *f, void *target)
{
    as_measure *m = target;
    uint64_t bytes = 0;
    double percent = 0;
    const char *text = scalar(r, node, f);
    if (!text)
        return false;
    if (!as_parse_size(text, &bytes, &percent) || (percent == 0 && bytes == 0))
        return not_meant(r, node, f, text);
    m->memory_bytes = percent > 0 ? 0 : bytes;
    m->memory_percent = percent;
    return true;
}
