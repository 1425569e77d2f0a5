/* test_applied.c: one call of a kernel as a table and as JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <jansson.h>

#include <cmocka.h>

#include "harness/apply/print.h"

static as_applied made_result(void)
{
    as_applied a;
    as_record_clear(&as_applied_schema, &a);
    a.kernel = "attention/naive";
    a.isa = "scalar";
    a.pattern = a.dense = "causal";
    a.dtype = "f32";
    a.batch = a.heads = a.kv_heads = a.threads = a.calls = 1;
    a.length = a.context = a.rows = a.rows_checked = 8;
    a.head_dim = 4;
    a.scale = 0.5;
    a.seconds = a.seconds_min = 1e-3;
    a.error_max = 1e-7;
    a.error_allowed = 1e-6;
    a.dense_error_max = 0;
    a.mass_kept_mean = 1;
    a.mass_kept_min = NAN;
    a.mass_worst_row = "0/0/3";
    a.verdict = "ok";
    return a;
}

static void a_table_for_people(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    as_text out = {0};
    as_applied a = made_result();
    as_applied_table(&a, "o.npy", arena, &out);
    assert_non_null(strstr(out.data,
                           "attention/naive (scalar) on causal, f32, B 1, H 1, Hkv 1, T 8, S 8, d 4, 1 thread, "
                           "scale 0.5\n"));
    assert_non_null(strstr(out.data, "median of 1 call, fastest 1.00 ms"));
    assert_non_null(strstr(out.data, "over all 8 rows; ok: 1e-06 allowed"));
    assert_non_null(strstr(out.data, "100.0000 %"));
    assert_non_null(strstr(out.data, "not a number"));
    assert_non_null(strstr(out.data, "written: o.npy\n"));
    as_text_free(&out);
    as_arena_free(arena);
}

static void an_object_for_programs(void **unused)
{
    (void)unused;
    as_text out = {0};
    as_applied a = made_result();
    assert_true(as_applied_json(&a, &out));
    json_t *object = json_loads(out.data, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(object, "kernel")), "attention/naive");
    assert_float_equal(json_number_value(json_object_get(object, "scale")), 0.5, 0);
    assert_true(json_is_null(json_object_get(object, "mass_kept_min")));
    json_decref(object);
    as_text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_for_people),
        cmocka_unit_test(an_object_for_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
