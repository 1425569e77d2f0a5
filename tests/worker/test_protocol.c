/* test_protocol.c: every line of the protocol there and back with drawn records; what is no line; a conversation in
 * protocol 4 as a program of 0.1 had it. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "harness/base/file.h"
#include "harness/worker/protocol.h"
#include "harness/worker/record_json.h"

enum { DRAWS = 50 };

static const char *const kernels[] = {"attention/naive", "attention/flash:q=\"1\"", NULL};
static const char *const none[] = {NULL};

static uint64_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 20;
}

/* A third of the fields is missing. */
static void draw_record(const as_schema *schema, void *record, uint64_t *state)
{
    static const char *const texts[] = {"", "ok", "\"quoted\", with a comma", "caf\xc3\xa9 \\ /"};
    as_record_clear(schema, record);
    for (size_t i = 0; i < schema->count; i++) {
        void *field = (char *)record + schema->columns[i].offset;
        if (draw(state) % 3 == 0)
            continue;
        if (schema->columns[i].kind == AS_TEXT)
            *(const char **)field = texts[draw(state) % 4];
        else if (schema->columns[i].kind == AS_COUNT)
            *(uint64_t *)field = draw(state) << draw(state) % 19;
        else if (schema->columns[i].kind == AS_REAL)
            *(double *)field = ldexp((double)draw(state), (int)(draw(state) % 200) - 100);
    }
}

static void assert_same_record(const as_schema *schema, const void *a, const void *b)
{
    char x[40], y[40];
    for (size_t i = 0; i < schema->count; i++)
        assert_string_equal(as_record_cell(&schema->columns[i], a, x), as_record_cell(&schema->columns[i], b, y));
}

/* What a kind's reader asks for beyond the types. */
static void make_valid(as_answer *a, uint64_t *state)
{
    if (a->kind == AS_SAYS_RESULT) {
        a->result.status = draw(state) % 2 ? "ok" : "failed";
        a->result.reason = a->result.reason ? a->result.reason : "";
    }
    if (a->kind == AS_SAYS_READY || a->kind == AS_SAYS_TURN) {
        a->turn.calls = 1 + draw(state);
        a->turn.wall_ns = 0.25 + (double)draw(state);
    }
    if (a->kind == AS_SAYS_HELLO) {
        a->hello.protocol = 7;
        a->hello.protocol_min = 5;
        a->hello.name = a->hello.version = a->hello.commit = "x";
        a->hello.kernels = kernels;
    }
}

static void answers_come_back_as_they_were(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    uint64_t state = 1;
    for (int kind = AS_SAYS_STAGE; kind <= AS_SAYS_TURN; kind++)
        for (int i = 0; i < DRAWS; i++) {
            const as_schema *schema = as_answer_schema((as_says)kind);
            as_answer said = {.kind = (as_says)kind, .text = "in its 1st batch"}, heard = {.kind = AS_SAYS_NOTE};
            as_text line = {0};
            as_err err = {0};
            if (schema)
                draw_record(schema, &said.sample, &state);
            make_valid(&said, &state);
            as_answer_write(&said, &line);
            assert_int_equal(line.data[line.length - 1], '\n');
            assert_null(memchr(line.data, '\n', line.length - 1));
            if (!as_answer_read(line.data, line.length, arena, &heard, &err))
                fail_msg("%s: %s", err.text, line.data);
            assert_int_equal(heard.kind, kind);
            if (schema)
                assert_same_record(schema, &said.sample, &heard.sample);
            else
                assert_string_equal(heard.text, said.text);
            if (kind == AS_SAYS_HELLO)
                for (size_t k = 0; k < 3; k++)
                    assert_int_equal(
                        kernels[k] ? strcmp(kernels[k], heard.hello.kernels[k]) : heard.hello.kernels[k] != NULL, 0);
            as_text_free(&line);
        }
    as_arena_free(arena);
}

static as_request drawn_request(uint64_t *state, as_mode mode)
{
    as_request r = {.mode = mode,
                    .process = (unsigned)draw(state),
                    .order = (unsigned)draw(state),
                    .batches = 1 + (unsigned)draw(state) % 1000000,
                    .memory_bytes = draw(state),
                    .seed = draw(state) << 30,
                    .plugins = kernels,
                    .events = none,
                    .inject = (as_inject)(draw(state) % (AS_INJECT_ROUNDS + 1)),
                    .inject_share = (double)(draw(state) % 10)};
    draw_record(&as_case_schema, &r.row, state);
    return r;
}

static void requests_come_back_as_they_were(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    uint64_t state = 2;
    for (int mode = AS_MODE_VISIT; mode <= AS_MODE_COUNT; mode++)
        for (int i = 0; i < DRAWS; i++) {
            const as_request asked = drawn_request(&state, (as_mode)mode);
            as_request heard;
            as_text line = {0};
            as_err err = {0};
            as_request_write(&asked, &line);
            if (!as_request_read(line.data, line.length, arena, &heard, &err))
                fail_msg("%s: %s", err.text, line.data);
            assert_int_equal(heard.mode, mode);
            assert_string_equal(heard.plugins[1], kernels[1]);
            assert_null(heard.plugins[2]);
            as_text_free(&line);
            if (mode == AS_MODE_HELLO)
                continue;
            assert_same_record(&as_case_schema, &asked.row, &heard.row);
            assert_null(heard.events[0]);
            assert_true(asked.process == heard.process && asked.order == heard.order &&
                        asked.batches == heard.batches && asked.memory_bytes == heard.memory_bytes &&
                        asked.seed == heard.seed && asked.inject == heard.inject &&
                        asked.inject_share == heard.inject_share);
        }
    as_arena_free(arena);
}

static void questions_come_back_as_they_were(void **unused)
{
    (void)unused;
    static const uint64_t asked[] = {0, 1, 1000000000000};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        as_text line = {0};
        uint64_t calls = 7;
        as_ask_write(asked[i], &line);
        assert_true(as_ask_read(line.data, line.length, &calls));
        assert_int_equal(calls, asked[i]);
        as_text_free(&line);
    }
    static const char *const bad[] = {"",
                                      "5",
                                      "{}",
                                      "{\"ask\":\"turn\"}",
                                      "{\"ask\":\"turn\",\"calls\":0}",
                                      "{\"ask\":\"turn\",\"calls\":\"5\"}",
                                      "{\"ask\":\"play\",\"calls\":5}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t calls;
        if (as_ask_read(bad[i], strlen(bad[i]), &calls))
            fail_msg("taken for a question: %s", bad[i]);
    }
}

static void what_is_no_answer_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = {
        "",
        "hello",
        "[]",
        "{}",
        "{\"says\":\"song\",\"body\":\"la\"}",
        "{\"says\":\"stage\"}",
        "{\"says\":\"stage\",\"body\":5}",
        "{\"says\":\"sample\",\"body\":\"x\"}",
        "{\"says\":\"sample\",\"body\":{\"calls\":\"many\"}}",
        "{\"says\":\"sample\",\"body\":{\"calls\":-1}}",
        "{\"says\":\"sample\",\"body\":{\"calls\":1.5}}",
        "{\"says\":\"phase\",\"body\":{\"phase\":5}}",
        "{\"says\":\"result\",\"body\":{\"status\":\"fine\"}}",
        "{\"says\":\"result\",\"body\":{}}",
        "{\"says\":\"turn\",\"body\":{\"calls\":0,\"wall_ns\":5}}",
        "{\"says\":\"turn\",\"body\":{\"calls\":5,\"wall_ns\":-5}}",
        "{\"says\":\"turn\",\"body\":{\"calls\":5}}",
        "{\"says\":\"hello\",\"body\":{\"protocol\":5}}",
        "{\"says\":\"hello\",\"body\":{\"protocol\":5,\"version\":\"1\",\"commit\":\"c\",\"kernels\":5}}",
    };
    as_arena *arena = as_arena_create();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        as_answer heard;
        as_err err = {0};
        if (as_answer_read(bad[i], strlen(bad[i]), arena, &heard, &err) || !err.text[0])
            fail_msg("taken for an answer: %s", bad[i]);
    }
    as_arena_free(arena);
}

/* A request that a worker reads is damaged in every byte: it is read or refused with a reason, and never more. */
static void damaged_requests_are_refused(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    const as_request whole = drawn_request(&state, AS_MODE_TURNS);
    as_text line = {0};
    as_request_write(&whole, &line);
    for (size_t at = 0; at + 1 < line.length; at++) { /* the last is the newline */
        as_arena *arena = as_arena_create();
        const char was = line.data[at];
        as_request heard;
        as_err err = {0};
        line.data[at] = (char)draw(&state);
        if (!as_request_read(line.data, line.length, arena, &heard, &err))
            assert_true(err.text[0]);
        assert_false(as_request_read(line.data, at, arena, &heard, &err));
        line.data[at] = was;
        as_arena_free(arena);
    }
    as_text_free(&line);
}

static void another_protocol_is_refused_by_its_number(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    as_request heard;
    as_err err = {0};
    const char line[] = "{\"protocol\":4,\"mode\":1,\"plugins\":[]}";
    assert_false(as_request_read(line, sizeof line - 1, arena, &heard, &err));
    assert_string_equal(err.text, "worker: speaks protocol 5, was asked in 4: rebuild both sides");
    as_arena_free(arena);
}

/* A hello of protocol 4 names one version and no library. */
static void a_hello_without_a_range_speaks_one_version(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    as_answer heard;
    as_err err = {0};
    const char line[] =
        "{\"says\":\"hello\",\"body\":{\"protocol\":4,\"version\":\"1\",\"commit\":\"c\",\"kernels\":[]}}";
    assert_true(as_answer_read(line, sizeof line - 1, arena, &heard, &err));
    assert_int_equal(heard.hello.protocol_min, 4);
    assert_string_equal(heard.hello.name, "attnscope");
    assert_null(heard.hello.library);
    as_arena_free(arena);
}

/* The examples of docs/protocol.md. */
static void the_page_shows_lines_of_the_protocol(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    as_text text = {0};
    as_err err = {0};
    size_t answers = 0, requests = 0, questions = 0;
    assert_true(as_file_read(TEST_SOURCE "/docs/protocol.md", 1 << 20, &text, &err));
    for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n")) {
        const size_t length = strlen(line) - 2;
        as_answer answer;
        as_request request;
        uint64_t calls;
        if (strncmp(line, "> {", 3) && strncmp(line, "< {", 3))
            continue;
        const bool good = line[0] == '<' ? as_answer_read(line + 2, length, arena, &answer, &err)
                          : as_ask_read(line + 2, length, &calls)
                              ? true
                              : as_request_read(line + 2, length, arena, &request, &err);
        if (!good)
            fail_msg("%s: %s", err.text, line);
        answers += line[0] == '<';
        questions += line[0] == '>' && as_ask_read(line + 2, length, &calls);
        requests += line[0] == '>' && !as_ask_read(line + 2, length, &calls);
    }
    assert_int_equal(questions, 2);
    assert_int_equal(requests, 3);
    assert_true(answers > 10);
    as_text_free(&text);
    as_arena_free(arena);
}

/* --- protocol 4 -------------------------------------------------------------------------------------------------- */

static const as_mode modes_of_4[] = {AS_MODE_VISIT, AS_MODE_HELLO, AS_MODE_TURNS, AS_MODE_CHECK, AS_MODE_COUNT};

/* Every key of `part` is in `whole`, with the same value. */
static void assert_within(const json_t *part, const json_t *whole)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)part, key, value)
    {
        const json_t *other = json_object_get(whole, key);
        if (json_is_object(value))
            assert_within(value, other);
        else if (!json_equal(value, other))
            fail_msg("%s: %s", key, other ? "another value" : "missing");
    }
}

static void assert_request_is_made_again(const char *line)
{
    json_t *stored = json_loads(line, 0, NULL);
    as_arena *arena = as_arena_create();
    as_text made = {0};
    as_err err = {0};
    as_request r = {.mode = modes_of_4[json_integer_value(json_object_get(stored, "mode"))],
                    .process = (unsigned)json_integer_value(json_object_get(stored, "process")),
                    .batches = (unsigned)json_integer_value(json_object_get(stored, "batches")),
                    .memory_bytes = (uint64_t)json_integer_value(json_object_get(stored, "memory_bytes")),
                    .seed = (uint64_t)json_integer_value(json_object_get(stored, "seed")),
                    .plugins = none,
                    .events = none};
    assert_true(as_record_from_json(&as_case_schema, json_object_get(stored, "case"), arena, &r.row, &err));
    as_request_write_4(&r, &made);
    json_t *again = json_loads(made.data, 0, NULL);
    assert_within(stored, again);
    assert_null(json_object_get(again, "ask"));
    json_decref(again);
    json_decref(stored);
    as_text_free(&made);
    as_arena_free(arena);
}

/* "> " is what the parent wrote, "< " what the worker of 5d906fb answered. */
static void a_conversation_of_0_1_is_spoken(void **unused)
{
    (void)unused;
    static const as_says expected[] = {AS_SAYS_HELLO,  AS_SAYS_RESULT, AS_SAYS_STAGE, AS_SAYS_STAGE, AS_SAYS_STAGE,
                                       AS_SAYS_STAGE,  AS_SAYS_READY,  AS_SAYS_TURN,  AS_SAYS_TURN,  AS_SAYS_STAGE,
                                       AS_SAYS_RESULT, AS_SAYS_STAGE,  AS_SAYS_STAGE, AS_SAYS_STAGE, AS_SAYS_STAGE,
                                       AS_SAYS_RESULT, AS_SAYS_STAGE,  AS_SAYS_STAGE, AS_SAYS_RESULT};
    static const uint64_t checked[] = {0, 1, 1, 0};
    as_arena *arena = as_arena_create();
    as_text text = {0};
    as_err err = {0};
    size_t answers = 0, requests = 0, results = 0;
    assert_true(as_file_read(TEST_SOURCE "/tests/worker/protocol_4.txt", 1 << 20, &text, &err));
    for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n")) {
        as_answer heard;
        uint64_t calls;
        if (line[0] == '>' && strstr(line, "\"ask\"")) {
            assert_true(as_ask_read(line + 2, strlen(line + 2), &calls));
        } else if (line[0] == '>') {
            assert_request_is_made_again(line + 2);
            requests++;
        } else {
            if (!as_answer_read(line + 2, strlen(line + 2), arena, &heard, &err))
                fail_msg("%s: %s", err.text, line);
            assert_int_equal(heard.kind, expected[answers++]);
            if (heard.kind == AS_SAYS_RESULT)
                assert_int_equal(heard.result.checked, checked[results++]);
        }
    }
    assert_int_equal(requests, 4);
    assert_int_equal(answers, sizeof expected / sizeof *expected);
    as_text_free(&text);
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_back_as_they_were),
        cmocka_unit_test(requests_come_back_as_they_were),
        cmocka_unit_test(questions_come_back_as_they_were),
        cmocka_unit_test(what_is_no_answer_is_refused),
        cmocka_unit_test(damaged_requests_are_refused),
        cmocka_unit_test(another_protocol_is_refused_by_its_number),
        cmocka_unit_test(a_hello_without_a_range_speaks_one_version),
        cmocka_unit_test(the_page_shows_lines_of_the_protocol),
        cmocka_unit_test(a_conversation_of_0_1_is_spoken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
