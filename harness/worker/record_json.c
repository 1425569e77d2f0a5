/* record_json.c: a record as a JSON object, both ways, from its schema.
 * SPDX-License-Identifier: Apache-2.0 */
#include "record_json.h"

#include <math.h>
#include <string.h>

static json_t *field_json(const as_column *column, const void *field)
{
    json_t *value = NULL;
    if (column->kind == AS_TEXT && *(const char *const *)field)
        value = json_string(*(const char *const *)field);
    else if (column->kind == AS_WORD && *(const int *)field != AS_NO_WORD)
        value = json_string(as_word_text(column->words, *(const int *)field));
    else if (column->kind == AS_COUNT && *(const uint64_t *)field <= INT64_MAX)
        value = json_integer((json_int_t) * (const uint64_t *)field);
    else if (column->kind == AS_REAL && isfinite(*(const double *)field))
        value = json_real(*(const double *)field);
    return value ? value : json_null();
}

json_t *as_record_json(const as_schema *schema, const void *record)
{
    json_t *object = json_object();
    char name[40];
    for (size_t i = 0; i < schema->count; i++) {
        const as_column *column = &schema->columns[i];
        json_object_set_new(object, as_column_name(column, name),
                            field_json(column, (const char *)record + column->offset));
    }
    return object;
}

static const char *printable_copy(const char *text, as_arena *arena)
{
    char *copy = as_arena_alloc(arena, strlen(text) + 1);
    strcpy(copy, text);
    as_printable(copy);
    return as_arena_intern(arena, copy);
}

static bool read_field(const as_column *column, const json_t *value, as_arena *arena, void *field)
{
    if (!value || json_is_null(value))
        return true;
    if (column->kind == AS_TEXT && json_is_string(value)) {
        *(const char **)field = printable_copy(json_string_value(value), arena);
        return true;
    }
    if (column->kind == AS_WORD && json_is_string(value)) {
        *(int *)field = as_word_find(column->words, json_string_value(value), json_string_length(value));
        return *(int *)field != AS_NO_WORD;
    }
    if (column->kind == AS_COUNT &&
        (json_is_boolean(value) || (json_is_integer(value) && json_integer_value(value) >= 0))) {
        *(uint64_t *)field = json_is_boolean(value) ? json_is_true(value) : (uint64_t)json_integer_value(value);
        return true;
    }
    if (column->kind == AS_REAL && json_is_number(value)) {
        *(double *)field = json_number_value(value);
        return true;
    }
    return false;
}

bool as_record_from_json(const as_schema *schema, const json_t *object, as_arena *arena, void *record, as_err *err)
{
    char name[40];
    as_record_clear(schema, record);
    if (!json_is_object(object))
        return as_fail(err, AS_EXIT_ENVIRONMENT, "no record where one is due");
    for (size_t i = 0; i < schema->count; i++) {
        const as_column *column = &schema->columns[i];
        const json_t *value = json_object_get(object, as_column_name(column, name));
        if (!read_field(column, value, arena, (char *)record + column->offset))
            return as_fail(err, AS_EXIT_ENVIRONMENT, "'%s' is not of its kind", name);
    }
    return true;
}
