/* protocol.c: see protocol.h. jansson spells the JSON; records go by their schemas. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *real_or_null(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *count_or_null(uint64_t count)
{
    return count > INT64_MAX ? json_null() : json_integer((json_int_t)count);
}

static json_t *record_json(const as_schema *schema, const void *record)
{
    json_t *object = json_object();
    char name[40];
    for (size_t i = 0; i < schema->count; i++) {
        const as_column *column = &schema->columns[i];
        const void *field = (const char *)record + column->offset;
        json_t *value = NULL;
        if (column->kind == AS_TEXT && *(const char *const *)field)
            value = json_string(*(const char *const *)field);
        else if (column->kind == AS_WORD && *(const int *)field != AS_NO_WORD)
            value = json_string(as_word_text(column->words, *(const int *)field));
        else if (column->kind == AS_COUNT)
            value = count_or_null(*(const uint64_t *)field);
        else if (column->kind == AS_REAL)
            value = real_or_null(*(const double *)field);
        json_object_set_new(object, as_column_name(column, name), value ? value : json_null());
    }
    return object;
}

static bool field_read(const as_column *column, json_t *value, as_arena *arena, void *field)
{
    if (!value || json_is_null(value))
        return true;
    if (column->kind == AS_TEXT && json_is_string(value)) {
        *(const char **)field = as_arena_intern(arena, json_string_value(value));
        return true;
    }
    if (column->kind == AS_WORD && json_is_string(value)) {
        *(int *)field = as_word_find(column->words, json_string_value(value), json_string_length(value));
        return *(int *)field != AS_NO_WORD;
    }
    if (column->kind == AS_COUNT && json_is_integer(value) && json_integer_value(value) >= 0) {
        *(uint64_t *)field = (uint64_t)json_integer_value(value);
        return true;
    }
    if (column->kind == AS_REAL && json_is_number(value)) {
        *(double *)field = json_number_value(value);
        return true;
    }
    return false;
}

static bool record_read(const as_schema *schema, json_t *object, as_arena *arena, void *record, as_err *err)
{
    char name[40];
    as_record_clear(schema, record);
    if (!json_is_object(object))
        return as_fail(err, AS_EXIT_ENVIRONMENT, "no record where one is due");
    for (size_t i = 0; i < schema->count; i++) {
        const as_column *column = &schema->columns[i];
        json_t *value = json_object_get(object, as_column_name(column, name));
        if (!field_read(column, value, arena, (char *)record + column->offset))
            return as_fail(err, AS_EXIT_ENVIRONMENT, "'%s' is not of its kind", name);
    }
    return true;
}

static json_t *texts_json(const char *const *texts)
{
    json_t *array = json_array();
    for (; texts && *texts; texts++)
        json_array_append_new(array, json_string(*texts));
    return array;
}

static const char *const *texts_read(json_t *array, as_arena *arena)
{
    size_t count = json_array_size(array);
    const char **texts = as_arena_alloc(arena, (count + 1) * sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(array, i));
        texts[i] = as_arena_intern(arena, text ? text : "");
    }
    return texts;
}

static void say(json_t *object, as_text *out)
{
    char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17));
    as_text_add(out, "%s\n", line ? line : "{}");
    free(line);
    json_decref(object);
}

void as_request_write(const as_request *r, as_text *out)
{
    json_t *object = json_object();
    json_object_set_new(object, "protocol", json_integer(AS_PROTOCOL));
    json_object_set_new(object, "case", record_json(&as_case_schema, &r->row));
    json_object_set_new(object, "process", json_integer(r->process));
    json_object_set_new(object, "order", json_integer(r->order));
    json_object_set_new(object, "batches", json_integer(r->batches));
    json_object_set_new(object, "memory_bytes", json_integer((json_int_t)r->memory_bytes));
    json_object_set_new(object, "seed", json_integer((json_int_t)r->seed)); /* two's complement carries all 64 bits */
    json_object_set_new(object, "plugins", texts_json(r->plugins));
    json_object_set_new(object, "events", texts_json(r->events));
    json_object_set_new(object, "mode", json_integer(r->mode));
    json_object_set_new(object, "inject", json_integer(r->inject));
    json_object_set_new(object, "inject_share", json_real(r->inject_share));
    say(object, out);
}

void as_ask_write(const as_ask *ask, as_text *out)
{
    if (ask->calls)
        as_text_add(out, "{\"ask\":\"turn\",\"calls\":%llu}\n", (unsigned long long)ask->calls);
    else
        as_text_add(out, "{\"ask\":\"end\"}\n");
}

bool as_ask_read(const char *line, size_t length, as_ask *out)
{
    json_error_t why;
    json_t *object = json_loadb(line, length, 0, &why);
    const char *ask = json_string_value(json_object_get(object, "ask"));
    json_int_t calls = json_integer_value(json_object_get(object, "calls"));
    const bool turn = ask && !strcmp(ask, "turn") && calls > 0;
    const bool ok = turn || (ask && !strcmp(ask, "end"));
    *out = (as_ask){.calls = turn ? (uint64_t)calls : 0};
    json_decref(object);
    return ok;
}

bool as_request_read(const char *text, size_t length, as_arena *arena, as_request *out, as_err *err)
{
    json_error_t why;
    json_int_t protocol = 0, process = 0, order = 0, batches = 0, memory = 0, seed = 0, mode = 0, inject = 0;
    json_t *row = NULL, *plugins = NULL, *events = NULL;
    bool ok = false;
    json_t *object = json_loadb(text, length, 0, &why);
    if (!object)
        return as_fail(err, AS_EXIT_USAGE, "worker: the request is not JSON: %s", why.text);
    if (json_unpack_ex(object, &why, 0, "{s:I}", "protocol", &protocol) != 0 || protocol != AS_PROTOCOL) {
        as_fail(err, AS_EXIT_USAGE, "worker: speaks protocol %d, was asked in %lld: rebuild both sides", AS_PROTOCOL,
                (long long)protocol);
        goto done;
    }
    if (json_unpack_ex(object, &why, 0, "{s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:F}", "case", &row,
                       "process", &process, "order", &order, "batches", &batches, "memory_bytes", &memory, "seed",
                       &seed, "plugins", &plugins, "events", &events, "mode", &mode, "inject", &inject, "inject_share",
                       &out->inject_share) != 0) {
        as_fail(err, AS_EXIT_USAGE, "worker: the request is incomplete: %s", why.text);
        goto done;
    }
    if (mode < AS_MODE_VISIT || mode > AS_MODE_COUNT || inject < AS_INJECT_NONE || inject > AS_INJECT_ROUNDS ||
        !(out->inject_share >= 0 && out->inject_share <= (inject == AS_INJECT_ROUNDS ? 1e12 : 10))) {
        as_fail(err, AS_EXIT_USAGE, "worker: the request asks for a mode that there is not");
        goto done;
    }
    out->mode = (as_mode)mode;
    out->inject = (as_inject)inject;
    if (batches < 1 || batches > 1000000 || process < 0 || memory < 0 || order < 0) {
        as_fail(err, AS_EXIT_USAGE, "worker: the request asks for %lld batches in process %lld", (long long)batches,
                (long long)process);
        goto done;
    }
    out->process = (unsigned)process;
    out->order = (unsigned)order;
    out->batches = (unsigned)batches;
    out->memory_bytes = (uint64_t)memory;
    out->seed = (uint64_t)seed;
    out->plugins = texts_read(plugins, arena);
    out->events = texts_read(events, arena);
    ok = record_read(&as_case_schema, row, arena, &out->row, err);
done:
    json_decref(object);
    return ok;
}

static json_t *result_json(const as_visit_result *r)
{
    json_t *object = json_object();
    json_object_set_new(object, "status", json_string(r->status));
    json_object_set_new(object, "reason", json_string(r->reason));
    json_object_set_new(object, "error_max", real_or_null(r->error_max));
    json_object_set_new(object, "error_allowed", real_or_null(r->error_allowed));
    json_object_set_new(object, "workspace_peak_bytes", count_or_null(r->workspace_peak_bytes));
    json_object_set_new(object, "rss_peak_bytes", count_or_null(r->rss_peak_bytes));
    json_object_set_new(object, "speed_peak", real_or_null(r->speed_peak));
    json_object_set_new(object, "chosen", count_or_null(r->chosen));
    json_object_set_new(object, "edges", count_or_null(r->edges));
    json_object_set_new(object, "flops_executed", count_or_null(r->flops_executed));
    json_object_set_new(object, "mass_kept", real_or_null(r->mass_kept));
    json_object_set_new(object, "checked", json_boolean(r->checked));
    return object;
}

static double real_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : AS_NO_REAL;
}

static uint64_t count_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_integer(value) && json_integer_value(value) >= 0 ? (uint64_t)json_integer_value(value) : AS_NO_COUNT;
}

static bool result_read(json_t *object, as_visit_result *r, as_err *err)
{
    const char *status = json_string_value(json_object_get(object, "status"));
    const char *reason = json_string_value(json_object_get(object, "reason"));
    if (!status || (strcmp(status, "ok") && strcmp(status, "failed")))
        return as_fail(err, AS_EXIT_ENVIRONMENT, "a result that is neither ok nor failed");
    *r = (as_visit_result){.error_max = real_of(object, "error_max"),
                           .error_allowed = real_of(object, "error_allowed"),
                           .workspace_peak_bytes = count_of(object, "workspace_peak_bytes"),
                           .rss_peak_bytes = count_of(object, "rss_peak_bytes"),
                           .speed_peak = real_of(object, "speed_peak"),
                           .chosen = count_of(object, "chosen"),
                           .edges = count_of(object, "edges"),
                           .flops_executed = count_of(object, "flops_executed"),
                           .mass_kept = real_of(object, "mass_kept"),
                           .checked = json_is_true(json_object_get(object, "checked"))};
    snprintf(r->status, sizeof r->status, "%s", status);
    snprintf(r->reason, sizeof r->reason, "%s", reason ? reason : "");
    as_printable(r->reason);
    return true;
}

static const char *const kinds[] = {
    [AS_SAYS_STAGE] = "stage",     [AS_SAYS_NOTE] = "note",   [AS_SAYS_SAMPLE] = "sample",
    [AS_SAYS_COUNTER] = "counter", [AS_SAYS_PHASE] = "phase", [AS_SAYS_RESULT] = "result",
    [AS_SAYS_HELLO] = "hello",     [AS_SAYS_READY] = "ready", [AS_SAYS_TURN] = "turn"};

static json_t *hello_json(const as_hello *h)
{
    json_t *object = json_object();
    json_object_set_new(object, "protocol", count_or_null(h->protocol));
    json_object_set_new(object, "version", json_string(h->version));
    json_object_set_new(object, "commit", json_string(h->commit));
    json_object_set_new(object, "kernels", texts_json(h->kernels));
    return object;
}

static bool hello_read(json_t *object, as_arena *arena, as_hello *h, as_err *err)
{
    const char *version = json_string_value(json_object_get(object, "version"));
    const char *commit = json_string_value(json_object_get(object, "commit"));
    json_t *kernels = json_object_get(object, "kernels");
    h->protocol = count_of(object, "protocol");
    if (h->protocol == AS_NO_COUNT || !version || !commit || !json_is_array(kernels))
        return as_fail(err, AS_EXIT_ENVIRONMENT, "a hello that does not say who it is");
    h->version = as_arena_intern(arena, version);
    h->commit = as_arena_intern(arena, commit);
    h->kernels = texts_read(kernels, arena);
    return true;
}

static json_t *turn_json(const as_answer *a)
{
    json_t *object = json_object();
    json_object_set_new(object, "calls", count_or_null(a->turn.calls));
    json_object_set_new(object, "wall_ns", real_or_null(a->turn.wall_ns));
    return object;
}

static bool turn_read(json_t *object, as_answer *a, as_err *err)
{
    a->turn.calls = count_of(object, "calls");
    a->turn.wall_ns = real_of(object, "wall_ns");
    return (a->turn.calls != AS_NO_COUNT && a->turn.calls && a->turn.wall_ns > 0) ||
           as_fail(err, AS_EXIT_ENVIRONMENT, "a turn without calls or without a time");
}

/* The kinds whose body is a record. */
static const as_schema *schema_of(as_says kind)
{
    return kind == AS_SAYS_SAMPLE    ? &as_sample_schema
           : kind == AS_SAYS_COUNTER ? &as_counter_schema
           : kind == AS_SAYS_PHASE   ? &as_phase_schema
                                     : NULL;
}

static void *record_of(as_answer *a)
{
    return a->kind == AS_SAYS_SAMPLE    ? (void *)&a->sample
           : a->kind == AS_SAYS_COUNTER ? (void *)&a->counter
                                        : &a->phase;
}

void as_answer_write(const as_answer *a, as_text *out)
{
    json_t *object = json_object(), *body = NULL;
    json_object_set_new(object, "says", json_string(kinds[a->kind]));
    as_answer copy = *a;
    if (schema_of(a->kind))
        body = record_json(schema_of(a->kind), record_of(&copy));
    else if (a->kind == AS_SAYS_RESULT)
        body = result_json(&a->result);
    else if (a->kind == AS_SAYS_HELLO)
        body = hello_json(&a->hello);
    else if (a->kind == AS_SAYS_READY || a->kind == AS_SAYS_TURN)
        body = turn_json(a);
    else
        body = json_string(a->text);
    json_object_set_new(object, "body", body ? body : json_string("?"));
    say(object, out);
}

bool as_answer_read(const char *line, size_t length, as_arena *arena, as_answer *out, as_err *err)
{
    json_error_t why;
    json_t *object = json_loadb(line, length, 0, &why);
    const char *says = json_string_value(json_object_get(object, "says"));
    json_t *body = json_object_get(object, "body");
    size_t kind = 0, count = sizeof kinds / sizeof *kinds;
    bool ok = false;
    while (says && kind < count && strcmp(kinds[kind], says))
        kind++;
    if (!says || kind == count || !body) {
        as_fail(err, AS_EXIT_ENVIRONMENT, "a line that is no answer");
        goto done;
    }
    out->kind = (as_says)kind;
    if (schema_of(out->kind)) {
        ok = record_read(schema_of(out->kind), body, arena, record_of(out), err);
    } else if (kind == AS_SAYS_RESULT) {
        ok = result_read(body, &out->result, err);
    } else if (kind == AS_SAYS_HELLO) {
        ok = hello_read(body, arena, &out->hello, err);
    } else if (kind == AS_SAYS_READY || kind == AS_SAYS_TURN) {
        ok = turn_read(body, out, err);
    } else if (json_is_string(body)) {
        snprintf(out->text, sizeof out->text, "%s", json_string_value(body));
        as_printable(out->text);
        ok = true;
    } else {
        as_fail(err, AS_EXIT_ENVIRONMENT, "a %s without text", says);
    }
done:
    json_decref(object);
    return ok;
}

void as_printable(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c;) {
        const size_t length = as_utf8_length((const char *)c);
        if (*c < 0x20 || *c == 0x7f || !length)
            *c = *c == '\n' || *c == '\t' || *c == '\r' ? ' ' : '?';
        c += length ? length : 1;
    }
}
