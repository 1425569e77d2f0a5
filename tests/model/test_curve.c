/* test_curve.c: which cases lie on one curve, and what it is called.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/model/curve.h"

static as_summary row(const char *pattern, uint64_t length, uint64_t edges)
{
    as_summary r;
    as_record_clear(&as_summary_schema, &r);
    r.kernel = "attention/flash";
    r.pattern = pattern;
    r.isa = "avx2";
    r.dtype = "f32";
    r.cache = "warm";
    r.batch = r.threads = 1;
    r.heads = r.kv_heads = 8;
    r.length = r.context = length;
    r.width = 512;
    r.head_dim = 64;
    r.edges = edges;
    r.status = AS_STATUS_OK;
    r.median_ns = 1000;
    return r;
}

static void axes(void **state)
{
    const as_summary r = row("causal", 64, 2080);
    (void)state;
    assert_string_equal(as_axis_symbol(AS_AXIS_LENGTH), "T");
    assert_string_equal(as_axis_symbol(AS_AXIS_EDGES), "E");
    assert_string_equal(as_axis_symbol(AS_AXIS_SURFACE), "x");
    assert_string_equal(as_axis_symbol(AS_NO_WORD), "x");
    assert_true(as_curve_x(AS_AXIS_LENGTH, &r) == 64 && as_curve_x(AS_AXIS_EDGES, &r) == 2080);
    assert_true(as_curve_x(AS_AXIS_WIDTH, &r) == 512 && as_curve_x(AS_AXIS_HEADS, &r) == 8);
}

static void lengths_and_edges(void **state)
{
    as_arena *arena = as_arena_create();
    as_summary rows[] = {row("causal", 256, 3),      row("causal", 64, 1),        row("causal", 128, 2),
                         row("window:w=8", 64, 484), row("window:w=16", 64, 904), row("window:w=32", 64, 1552)};
    size_t found = 0;
    (void)state;
    rows[2].status = AS_STATUS_FAILED;
    const as_curve *curves = as_curves_find(rows, 6, arena, &found);
    assert_int_equal(found, 2);
    assert_int_equal(curves[0].axis, AS_AXIS_LENGTH);
    assert_string_equal(curves[0].pattern, "causal");
    assert_int_equal(curves[0].count, 2); /* the failed one is no point */
    assert_int_equal(curves[0].points[0], 1);
    assert_int_equal(curves[0].points[1], 0);
    assert_int_equal(curves[1].axis, AS_AXIS_EDGES);
    assert_string_equal(curves[1].pattern, "window:w=*");
    assert_int_equal(curves[1].count, 3);
    as_arena_free(arena);
}

/* A real number is one star, whatever its digits: 0.1, 1 and 1e-05 lie on one curve. */
static void real_numbers(void **state)
{
    as_arena *arena = as_arena_create();
    const as_summary rows[] = {row("block:b=8,density=0.25,seed=1", 64, 10),
                               row("block:b=8,density=1e-05,seed=1", 64, 20),
                               row("block:b=8,density=1,seed=1", 64, 30)};
    size_t found = 0;
    (void)state;
    const as_curve *curves = as_curves_find(rows, 3, arena, &found);
    assert_int_equal(found, 1);
    assert_string_equal(curves[0].pattern, "block:b=*,density=*.*,seed=*");
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes),
        cmocka_unit_test(lengths_and_edges),
        cmocka_unit_test(real_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
