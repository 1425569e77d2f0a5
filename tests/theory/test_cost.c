/* test_cost.c: edges, work and bounds of small patterns, by hand.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/theory/cost.h"

static void edges(void **state)
{
    static const struct {
        const char *text;
        uint64_t edges, distinct, all, pairs, largest;
    } rows[] = {{"causal", 36, 36, 72, 36, 8},
                {"full", 64, 64, 128, 64, 8},
                {"window:w=3", 21, 21, 42, 36, 3},
                {"dilated:r=4", 12, 12, 24, 36, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_pattern *p = as_pattern_parse(rows[i].text, NULL);
        as_edges e;
        as_err err = {0};
        assert_non_null(p);
        assert_true(as_edges_find(p, 8, 2, &e, &err));
        assert_int_equal(e.edges, rows[i].edges);
        assert_int_equal(e.distinct_edges, rows[i].distinct);
        assert_int_equal(e.edges_all, rows[i].all);
        assert_int_equal(e.pairs, rows[i].pairs);
        assert_int_equal(e.largest_row, rows[i].largest);
        as_pattern_free(p);
    }
}

static void brent(void **state)
{
    const as_cost c = {.work = 1000, .span = 10};
    (void)state;
    assert_true(as_brent_low(&c, 4) == 250 && as_brent_low(&c, 1000) == 10);
    assert_true(as_brent_high(&c, 4) == 990 / 4.0 + 10);
    assert_true(as_brent_low(&c, 1) == 1000 && as_brent_high(&c, 1) == 1000);
}

static void small_functions(void **state)
{
    static const unsigned logs[] = {0, 0, 1, 2, 2, 3, 3, 3, 3, 4};
    const as_run window = {5, 1, 3}; /* of token 7: distances 2, 1, 0 */
    (void)state;
    for (uint64_t n = 0; n < 10; n++)
        assert_int_equal(as_ceil_log2(n), logs[n]);
    assert_int_equal(as_pairs_by_distance(&window, 1, 8, 8), 21);
    assert_int_equal(as_pairs_by_distance(&window, 1, 8, 2), 3);
    assert_int_equal(as_pairs_by_distance(&window, 1, 8, 1), 1);
}

static void too_much_work(void **state)
{
    const as_edges e = {.edges_all = UINT64_MAX / 2, .largest_row = 1};
    as_cost c;
    as_err err = {0};
    (void)state;
    assert_false(as_cost_find(&e, 8, 64, 1, &c, &err));
    assert_true(err.text[0] != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges),
        cmocka_unit_test(brent),
        cmocka_unit_test(small_functions),
        cmocka_unit_test(too_much_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
