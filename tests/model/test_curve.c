/* test_curve.c: which measured cases make a curve, along which axis, and what is held fixed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/model/curve.h"

enum { MOST = 16 };
static as_summary rows[MOST];
static size_t count;
static as_arena *arena;

static as_summary *add_row(const char *kernel, const char *pattern, uint64_t length, uint64_t width)
{
    as_summary *r = &rows[count++];
    as_record_clear(&as_summary_schema, r);
    r->kernel = as_arena_intern(arena, kernel);
    r->pattern = as_arena_intern(arena, pattern);
    r->isa = as_arena_intern(arena, "scalar");
    r->dtype = as_arena_intern(arena, "f32");
    r->cache = as_arena_intern(arena, "warm");
    r->status = AS_STATUS_OK;
    r->batch = r->heads = r->kv_heads = r->threads = 1;
    r->length = r->context = length;
    r->width = r->head_dim = width;
    r->edges = length * (length + 1) / 2;
    r->median_ns = (double)length;
    return r;
}

static int start(void **state)
{
    (void)state;
    count = 0;
    arena = as_arena_create();
    return 0;
}

static int end(void **state)
{
    (void)state;
    as_arena_free(arena);
    return 0;
}

static void lengths_make_a_curve_in_order(void **state)
{
    (void)state;
    size_t found;
    add_row("attention/flash", "causal", 512, 64);
    add_row("attention/flash", "causal", 128, 64);
    add_row("attention/naive", "causal", 128, 64); /* alone */
    add_row("attention/flash", "causal", 256, 64);
    add_row("attention/flash", "causal", 1024, 64)->status = AS_STATUS_FAILED;
    const as_curve *c = as_curves_find(rows, count, arena, &found);
    assert_int_equal(found, 1);
    assert_int_equal(c->axis, AS_AXIS_LENGTH);
    assert_string_equal(c->kernel, "attention/flash");
    assert_int_equal(c->count, 3);
    assert_true(c->points[0] == 1 && c->points[1] == 3 && c->points[2] == 0);
    assert_true(as_curve_x(c->axis, &rows[3]) == 256);
    assert_string_equal(as_axis_text(c->axis), "length");
    assert_string_equal(as_axis_symbol(c->axis), "T");
}

static void windows_make_a_curve_in_edges(void **state)
{
    (void)state;
    static const char *const windows[] = {"window:w=16", "window:w=64", "window:w=32"};
    size_t found;
    for (size_t i = 0; i < 3; i++)
        add_row("attention/flash", windows[i], 512, 64)->edges = (i + 1) * 1000;
    const as_curve *c = as_curves_find(rows, count, arena, &found);
    assert_int_equal(found, 1);
    assert_int_equal(c->axis, AS_AXIS_EDGES);
    assert_string_equal(c->pattern, "window:w=*");
    assert_int_equal(c->count, 3);
    count = 2; /* two windows are no sweep */
    as_curves_find(rows, count, arena, &found);
    assert_int_equal(found, 0);
}

static void widths_and_lengths_are_apart(void **state)
{
    (void)state;
    size_t found, lengths = 0, widths = 0;
    for (uint64_t length = 128; length <= 256; length *= 2)
        for (uint64_t width = 32; width <= 64; width *= 2)
            add_row("attention/flash", "causal", length, width);
    const as_curve *c = as_curves_find(rows, count, arena, &found);
    for (size_t i = 0; i < found; i++) {
        lengths += c[i].axis == AS_AXIS_LENGTH;
        widths += c[i].axis == AS_AXIS_WIDTH;
        assert_int_equal(c[i].count, 2);
    }
    assert_true(lengths == 2 && widths == 2 && found == 4);
}

/* A real number is one star, whatever its digits. */
static void densities_make_a_curve(void **state)
{
    static const char *const densities[] = {"0.25", "1e-05", "1"};
    size_t found;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        as_summary *r =
            add_row("attention/flash", as_arena_printf(arena, "block:b=8,density=%s,seed=1", densities[i]), 64, 16);
        r->edges = 10 + i;
    }
    const as_curve *curves = as_curves_find(rows, count, arena, &found);
    assert_int_equal(found, 1);
    assert_string_equal(curves[0].pattern, "block:b=*,density=*.*,seed=*");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lengths_make_a_curve_in_order, start, end),
        cmocka_unit_test_setup_teardown(windows_make_a_curve_in_edges, start, end),
        cmocka_unit_test_setup_teardown(widths_and_lengths_are_apart, start, end),
        cmocka_unit_test_setup_teardown(densities_make_a_curve, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
