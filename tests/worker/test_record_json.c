/* test_record_json.c: a record as a JSON object: names, missing values, values of another kind.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/worker/record_json.h"

#define COLUMNS(F, t)                                                                                                  \
    F(t, AS_TEXT, case_, "a name that is a word of C")                                                                 \
    F(t, AS_COUNT, calls, "a count")                                                                                   \
    F(t, AS_REAL, wall_ns, "a number")
AS_RECORD(record, COLUMNS);
AS_SCHEMA(schema, record, COLUMNS, "records.csv", "a record");

static void missing_values_are_null(void **unused)
{
    (void)unused;
    record r;
    as_record_clear(&schema, &r);
    json_t *object = as_record_json(&schema, &r);
    assert_int_equal(json_object_size(object), 3);
    assert_true(json_is_null(json_object_get(object, "case")) && json_is_null(json_object_get(object, "calls")) &&
                json_is_null(json_object_get(object, "wall_ns")));
    json_decref(object);
    const record full = {"\xff", UINT64_MAX - 1, INFINITY}; /* no JSON has these either */
    object = as_record_json(&schema, &full);
    assert_true(json_is_null(json_object_get(object, "case")) && json_is_null(json_object_get(object, "calls")) &&
                json_is_null(json_object_get(object, "wall_ns")));
    json_decref(object);
}

static bool read_from(const char *text, as_arena *arena, record *r)
{
    as_err err = {0};
    json_t *object = json_loads(text, JSON_DECODE_ANY, NULL);
    const bool ok = as_record_from_json(&schema, object, arena, r, &err);
    assert_int_equal(ok, !err.text[0]);
    json_decref(object);
    return ok;
}

static void values_are_of_their_kind_or_refused(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    record r;
    assert_true(read_from("{\"case\":\"a\\u001b[31m\\nb\",\"calls\":7,\"wall_ns\":2,\"more\":[]}", arena, &r));
    assert_string_equal(r.case_, "a?[31m b"); /* nothing of it reaches a terminal */
    assert_true(r.calls == 7 && r.wall_ns == 2);
    assert_true(read_from("{\"calls\":true}", arena, &r));
    assert_true(!r.case_ && r.calls == 1 && isnan(r.wall_ns));
    assert_true(read_from("{\"calls\":false}", arena, &r));
    assert_int_equal(r.calls, 0);
    static const char *const bad[] = {"5",
                                      "[]",
                                      "{\"case\":5}",
                                      "{\"calls\":-1}",
                                      "{\"calls\":1.5}",
                                      "{\"calls\":\"1\"}",
                                      "{\"wall_ns\":\"1\"}",
                                      "{\"wall_ns\":true}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (read_from(bad[i], arena, &r))
            fail_msg("taken for a record: %s", bad[i]);
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(missing_values_are_null),
                                       cmocka_unit_test(values_are_of_their_kind_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
