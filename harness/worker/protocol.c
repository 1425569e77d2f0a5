/* protocol.c: the lines of the protocol, version 5. jansson spells the JSON; records go by their schemas.
 * SPDX-License-Identifier: Apache-2.0 */
#include "protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record_json.h"

AS_SCHEMA(as_hello_schema, as_hello, AS_HELLO_COLUMNS, NULL, "what a program says of itself");
AS_SCHEMA(as_timed_calls_schema, as_timed_calls, AS_TIMED_CALLS_COLUMNS, NULL, "timed calls");

static const char *const modes[] = {
    [AS_MODE_VISIT] = "visit", [AS_MODE_HELLO] = "hello", [AS_MODE_DESCRIBE] = "describe",
    [AS_MODE_TURNS] = "turns", [AS_MODE_CHECK] = "check", [AS_MODE_COUNT] = "count"};
static const char *const injections[] = {
    [AS_INJECT_NONE] = "none",     [AS_INJECT_WORK] = "work",           [AS_INJECT_ARITHMETIC] = "arithmetic",
    [AS_INJECT_MEMORY] = "memory", [AS_INJECT_ALIGNMENT] = "alignment", [AS_INJECT_ROUNDS] = "rounds"};

static const struct {
    const char *word;
    const as_schema *schema; /* NULL: a text */
} kinds[] = {[AS_SAYS_STAGE] = {"stage", NULL},
             [AS_SAYS_NOTE] = {"note", NULL},
             [AS_SAYS_SAMPLE] = {"sample", &as_sample_schema},
             [AS_SAYS_COUNTER] = {"counter", &as_counter_schema},
             [AS_SAYS_PHASE] = {"phase", &as_phase_schema},
             [AS_SAYS_RESULT] = {"result", &as_result_schema},
             [AS_SAYS_HELLO] = {"hello", &as_hello_schema},
             [AS_SAYS_READY] = {"ready", &as_timed_calls_schema},
             [AS_SAYS_TURN] = {"turn", &as_timed_calls_schema}};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

const as_schema *as_answer_schema(as_says kind) { return kinds[kind].schema; }

/* The place of `word` among `words`; -1: nowhere. */
static int word_at(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; word && i < count; i++)
        if (!strcmp(words[i], word))
            return (int)i;
    return -1;
}

static json_t *texts_json(const char *const *texts)
{
    json_t *array = json_array();
    for (; texts && *texts; texts++)
        json_array_append_new(array, json_string(*texts));
    return array;
}

static const char *const *read_texts(const json_t *array, as_arena *arena)
{
    const size_t count = json_array_size(array);
    const char **texts = as_arena_alloc(arena, (count + 1) * sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(array, i));
        texts[i] = as_arena_intern(arena, text ? text : "");
    }
    return texts;
}

static void add_line(json_t *object, as_text *out)
{
    char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17));
    as_text_add(out, "%s\n", line ? line : "{}");
    free(line);
    json_decref(object);
}

/* --- what the parent writes -------------------------------------------------------------------------------------- */

void as_request_write(const as_request *r, as_text *out)
{
    json_t *object = json_object();
    json_object_set_new(object, "ask", json_string(modes[r->mode]));
    json_object_set_new(object, "protocol", json_integer(AS_PROTOCOL));
    json_object_set_new(object, "plugins", texts_json(r->plugins));
    if (r->mode != AS_MODE_HELLO) {
        json_object_set_new(object, "case", as_record_json(&as_case_schema, &r->row));
        json_object_set_new(object, "process", json_integer(r->process));
        json_object_set_new(object, "order", json_integer(r->order));
        json_object_set_new(object, "batches", json_integer(r->batches));
        json_object_set_new(object, "memory_bytes", json_integer((json_int_t)r->memory_bytes));
        json_object_set_new(object, "seed", json_integer((json_int_t)r->seed)); /* two's complement carries all bits */
        json_object_set_new(object, "events", texts_json(r->events));
        json_object_set_new(object, "inject", json_string(injections[r->inject]));
        json_object_set_new(object, "inject_share", json_real(r->inject_share));
    }
    add_line(object, out);
}

static bool read_case(json_t *object, as_arena *arena, as_request *out, as_err *err)
{
    json_error_t why;
    json_int_t process = 0, order = 0, batches = 1, memory = 0, seed = 0;
    json_t *row = NULL, *events = NULL;
    const char *inject = injections[AS_INJECT_NONE];
    if (json_unpack_ex(object, &why, 0, "{s:o, s?I, s?I, s?I, s?I, s?I, s?o, s?s, s?F}", "case", &row, "process",
                       &process, "order", &order, "batches", &batches, "memory_bytes", &memory, "seed", &seed, "events",
                       &events, "inject", &inject, "inject_share", &out->inject_share) != 0)
        return as_fail(err, AS_EXIT_USAGE, "worker: the request is incomplete: %s", why.text);
    const int injection = word_at(inject, injections, COUNT_OF(injections));
    if (injection < 0 || !(out->inject_share >= 0 && out->inject_share <= (injection == AS_INJECT_ROUNDS ? 1e12 : 10)))
        return as_fail(err, AS_EXIT_USAGE, "worker: the request injects '%.20s', or too much of it", inject);
    if (batches < 1 || batches > 1000000 || process < 0 || process > UINT32_MAX || memory < 0 || order < 0 ||
        order > UINT32_MAX)
        return as_fail(err, AS_EXIT_USAGE, "worker: the request asks for %lld batches in process %lld",
                       (long long)batches, (long long)process);
    out->process = (unsigned)process;
    out->order = (unsigned)order;
    out->batches = (unsigned)batches;
    out->memory_bytes = (uint64_t)memory;
    out->seed = (uint64_t)seed;
    out->events = read_texts(events, arena);
    out->inject = (as_inject)injection;
    return as_record_from_json(&as_case_schema, row, arena, &out->row, err);
}

static bool read_request(json_t *object, as_arena *arena, as_request *out, as_err *err)
{
    const json_int_t protocol = json_integer_value(json_object_get(object, "protocol"));
    const char *ask = json_string_value(json_object_get(object, "ask"));
    const int mode = word_at(ask, modes, COUNT_OF(modes));
    if (protocol != AS_PROTOCOL)
        return as_fail(err, AS_EXIT_USAGE, "worker: speaks protocol %d, was asked in %lld: rebuild both sides",
                       AS_PROTOCOL, (long long)protocol);
    if (mode < 0)
        return as_fail(err, AS_EXIT_USAGE, "worker: the request asks for '%.20s', which no worker does",
                       ask ? ask : "");
    *out = (as_request){.mode = (as_mode)mode, .plugins = read_texts(json_object_get(object, "plugins"), arena)};
    return out->mode == AS_MODE_HELLO || read_case(object, arena, out, err);
}

bool as_request_read(const char *text, size_t length, as_arena *arena, as_request *out, as_err *err)
{
    json_error_t why;
    json_t *object = json_loadb(text, length, 0, &why);
    if (!object)
        return as_fail(err, AS_EXIT_USAGE, "worker: the request is not JSON: %s", why.text);
    const bool ok = read_request(object, arena, out, err);
    json_decref(object);
    return ok;
}

void as_ask_write(uint64_t calls, as_text *out)
{
    if (calls)
        as_text_add(out, "{\"ask\":\"turn\",\"calls\":%llu}\n", (unsigned long long)calls);
    else
        as_text_add(out, "{\"ask\":\"end\"}\n");
}

bool as_ask_read(const char *line, size_t length, uint64_t *calls)
{
    json_error_t why;
    json_t *object = json_loadb(line, length, 0, &why);
    const char *ask = json_string_value(json_object_get(object, "ask"));
    const json_int_t asked = json_integer_value(json_object_get(object, "calls"));
    const bool turn = ask && !strcmp(ask, "turn") && asked > 0;
    const bool ok = turn || (ask && !strcmp(ask, "end"));
    *calls = turn ? (uint64_t)asked : 0;
    json_decref(object);
    return ok;
}

/* --- what the worker writes -------------------------------------------------------------------------------------- */

void as_answer_write(const as_answer *a, as_text *out)
{
    const as_schema *schema = as_answer_schema(a->kind);
    json_t *object = json_object(), *body = schema ? as_record_json(schema, &a->sample) : json_string(a->text);
    if (a->kind == AS_SAYS_HELLO)
        json_object_set_new(body, "kernels", texts_json(a->hello.kernels));
    json_object_set_new(object, "says", json_string(kinds[a->kind].word));
    json_object_set_new(object, "body", body ? body : json_string("?"));
    add_line(object, out);
}

/* What a record of this kind must have beyond its types. */
static bool complete_answer(as_answer *a, const json_t *body, as_arena *arena, as_err *err)
{
    if (a->kind == AS_SAYS_RESULT) {
        const char *status = a->result.status ? a->result.status : "";
        if (!a->result.reason)
            a->result.reason = "";
        return !strcmp(status, "ok") || !strcmp(status, "failed") ||
               as_fail(err, AS_EXIT_ENVIRONMENT, "a result that is neither ok nor failed");
    }
    if (a->kind == AS_SAYS_READY || a->kind == AS_SAYS_TURN)
        return (a->turn.calls != AS_NO_COUNT && a->turn.calls && a->turn.wall_ns > 0) ||
               as_fail(err, AS_EXIT_ENVIRONMENT, "a turn without calls or without a time");
    if (a->kind != AS_SAYS_HELLO)
        return true;
    as_hello *h = &a->hello;
    const json_t *names = json_object_get(body, "kernels");
    if (h->protocol == AS_NO_COUNT || !h->version || !h->commit || !json_is_array(names))
        return as_fail(err, AS_EXIT_ENVIRONMENT, "a hello that does not say who it is");
    h->protocol_min = h->protocol_min == AS_NO_COUNT ? h->protocol : h->protocol_min;
    h->name = h->name ? h->name : "attnscope";
    h->kernels = read_texts(names, arena);
    return true;
}

static bool read_answer(const json_t *object, as_arena *arena, as_answer *out, as_err *err)
{
    const char *says = json_string_value(json_object_get(object, "says"));
    const json_t *body = json_object_get(object, "body");
    size_t kind = 0;
    while (says && kind < COUNT_OF(kinds) && strcmp(kinds[kind].word, says))
        kind++;
    if (!says || kind == COUNT_OF(kinds) || !body)
        return as_fail(err, AS_EXIT_ENVIRONMENT, "a line that is no answer");
    out->kind = (as_says)kind;
    if (kinds[kind].schema)
        return as_record_from_json(kinds[kind].schema, body, arena, &out->sample, err) &&
               complete_answer(out, body, arena, err);
    if (!json_is_string(body))
        return as_fail(err, AS_EXIT_ENVIRONMENT, "a %s without text", says);
    snprintf(out->text, sizeof out->text, "%s", json_string_value(body));
    as_printable(out->text);
    return true;
}

bool as_answer_read(const char *line, size_t length, as_arena *arena, as_answer *out, as_err *err)
{
    json_error_t why;
    json_t *object = json_loadb(line, length, 0, &why);
    const bool ok = read_answer(object, arena, out, err);
    json_decref(object);
    return ok;
}
