/* test_changes.c: the error rates that changes.h states, on synthetic series; laws that no series may break.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/verdict/changes.h"
#include "kernels/common/random.h"

enum { LONGEST = 120 };

static const as_change_rules usual = {.alpha = 0.05, .floor = 0.01};

static double uniform(uint64_t *x) { return as_random_unit(as_random_next(x)) + 0x1p-54; }

/* Off by 0.5 %, one in ten by eight times that: a shared machine's bad minutes. */
static double noise(uint64_t *x)
{
    const double size = uniform(x) < 0.1 ? 0.04 : 0.005;
    return size * sqrt(-2 * log(uniform(x))) * cos(6.283185307179586 * uniform(x));
}

/* n values, `by` more in [from, to). */
static void series(uint64_t *x, double *v, size_t n, size_t from, size_t to, double by)
{
    for (size_t i = 0; i < n; i++)
        v[i] = noise(x) + (i >= from && i < to ? by : 0);
}

/* Of `trials` series, how many have a change; and how many have exactly those at `from` and `to` give or take `slack`.
 */
typedef struct {
    unsigned any, right;
} tally;

static tally try_out(as_change_rules rules, size_t n, size_t from, size_t to, double by, size_t slack, unsigned trials)
{
    double v[LONGEST];
    as_change found[LONGEST];
    tally t = {0, 0};
    uint64_t x = 7 + n + from;
    for (unsigned i = 0; i < trials; i++) {
        series(&x, v, n, from, to, by);
        const size_t count = as_changes_find(v, n, rules, found);
        const size_t ends[2] = {from, to}, wanted = to < n ? 2 : 1;
        bool right = count == wanted;
        for (size_t k = 0; right && k < count; k++)
            right = found[k].at + slack >= ends[k] && found[k].at <= ends[k] + slack &&
                    found[k].shift.low <= found[k].shift.estimate &&
                    (found[k].shift.estimate > 0) == ((k == 0) == (by > 0));
        t.any += count > 0;
        t.right += right;
    }
    return t;
}

/* At most alpha of series without a change are said to have one: 5 % of 400 are 20, and 13 more are three standard
 * deviations. Without a floor, which would hide the rate. */
static void test_false_alarms(void **state)
{
    (void)state;
    static const size_t lengths[] = {12, 40, 100};
    const as_change_rules bare = {.alpha = 0.05, .floor = 0};
    unsigned all = 0;
    for (size_t i = 0; i < 3; i++) {
        const unsigned any = try_out(bare, lengths[i], lengths[i], lengths[i], 0, 0, lengths[i] > 50 ? 150 : 400).any;
        print_message("n = %zu: %u false\n", lengths[i], any);
        assert_true(any <= (lengths[i] > 50 ? 15 : 33));
        all += any;
    }
    assert_true(all > 5); /* a test that never flags would pass the above */
}

static void test_steps_are_found(void **state)
{
    (void)state;
    static const struct {
        size_t n, from, to, slack;
        double by;
        unsigned any, right; /* of 100, at least */
    } rows[] = {
        {40, 25, 40, 3, 0.02, 90, 75},                                  /* four times the noise, for good */
        {40, 25, 40, 3, -0.02, 90, 75},  {40, 36, 40, 1, 0.03, 60, 50}, /* in the last four results */
        {60, 20, 30, 1, 0.03, 85, 55},                                  /* and taken back */
        {100, 50, 100, 3, 0.01, 80, 60},                                /* little more than the floor */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const as_change_rules rules = {.alpha = 0.05, .floor = 0.008};
        const tally t = try_out(rules, rows[i].n, rows[i].from, rows[i].to, rows[i].by, rows[i].slack, 100);
        print_message("%+.0f %% at %zu of %zu: %u of 100 right, %u seen\n", 100 * rows[i].by, rows[i].from, rows[i].n,
                      t.right, t.any);
        assert_true(t.any >= rows[i].any && t.right >= rows[i].right);
    }
}

static void test_floor(void **state)
{
    (void)state;
    const as_change_rules high = {.alpha = 0.05, .floor = 0.05};
    assert_int_equal(try_out(high, 40, 20, 40, 0.02, 0, 50).any, 0);
    assert_true(try_out(usual, 40, 20, 40, 0.02, 0, 50).any >= 48);
}

/* Numbers that are moved as a whole, turned over, or told twice. */
static void test_laws(void **state)
{
    (void)state;
    double v[60], w[60];
    as_change a[20], b[20];
    uint64_t x = 3;
    for (unsigned trial = 0; trial < 20; trial++) {
        series(&x, v, 60, 20, 40, 0.03);
        const size_t count = as_changes_find(v, 60, usual, a);
        assert_int_equal(as_changes_find(v, 60, usual, b), count);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(a[i].at, b[i].at);
        for (size_t i = 0; i < 60; i++)
            w[i] = 5 - v[i];
        assert_int_equal(as_changes_find(w, 60, usual, b), count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(a[i].at, b[i].at);
            assert_true(fabs(a[i].shift.estimate + b[i].shift.estimate) < 1e-12);
        }
    }
}

static void test_few_and_equal(void **state)
{
    (void)state;
    double v[LONGEST] = {0};
    as_change found[LONGEST];
    assert_int_equal(as_changes_find(v, 0, usual, found), 0);
    assert_int_equal(as_changes_find(v, LONGEST, usual, found), 0);
    for (size_t i = 0; i < 5; i++)
        v[i] = (double)i;
    assert_int_equal(as_changes_find(v, 5, usual, found), 0);
    for (size_t i = 0; i < 40; i++) /* exact numbers, as counts of instructions are */
        v[i] = i < 12 ? 1 : 1.02;
    assert_int_equal(as_changes_find(v, 40, usual, found), 1);
    assert_int_equal(found[0].at, 12);
    assert_true(fabs(found[0].shift.estimate - 0.02) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_false_alarms), cmocka_unit_test(test_steps_are_found), cmocka_unit_test(test_floor),
        cmocka_unit_test(test_laws),         cmocka_unit_test(test_few_and_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
