/* test_draw.c: random numbers of patterns are functions of (seed, stream, index); samples are distinct and uniform.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/common/gauss.h"
#include "kernels/pattern/draw.h"

/* The numbers that patterns of a seed have had since the first version. */
static void golden_numbers(void **state)
{
    (void)state;
    assert_true(as_draw(1, 2, 3) == 0x8568f7c4e53b5a35u);
    assert_true(as_draw(0, 0, 0) == 0x238275bc38fcbe91u);
    assert_true(as_random_first(0) == 0xe220a8397b1dcdafu); /* splitmix64's first output for seed 0 */
}

static void below_is_even(void **state)
{
    (void)state;
    enum { N = 7, DRAWS = 70000 };
    size_t seen[N] = {0};
    for (size_t i = 0; i < DRAWS; i++)
        seen[as_draw_below(5, 1, i, N)]++;
    for (size_t i = 0; i < N; i++)
        assert_true(fabs((double)seen[i] - DRAWS / N) < 6 * sqrt(DRAWS / N));
    assert_int_equal(as_draw_below(5, 1, 9, 1), 0);
}

/* min(r, n) distinct numbers of 0..n-1, ascending, neighbours joined. */
static void samples_are_distinct(void **state)
{
    (void)state;
    as_run runs[64];
    for (size_t n = 1; n < 60; n++)
        for (size_t r = 1; r < 64; r += 5) {
            size_t count = 0, next = 0;
            const size_t found = as_draw_distinct(n, r, n, r, runs);
            for (size_t i = 0; i < found; i++) {
                assert_int_equal(runs[i].step, 1);
                assert_true(i == 0 || runs[i].first > next);
                next = runs[i].first + runs[i].count;
                count += runs[i].count;
            }
            assert_int_equal(count, r < n ? r : n);
            assert_true(next <= n);
        }
}

static void samples_are_uniform(void **state)
{
    (void)state;
    enum { N = 10, R = 3, TIMES = 20000 };
    size_t seen[N] = {0};
    as_run runs[R];
    for (size_t t = 0; t < TIMES; t++) {
        const size_t found = as_draw_distinct(1, t, N, R, runs);
        for (size_t i = 0; i < found; i++)
            for (size_t k = 0; k < runs[i].count; k++)
                seen[runs[i].first + k]++;
    }
    for (size_t i = 0; i < N; i++)
        assert_true(fabs((double)seen[i] - TIMES * R / N) < 6 * sqrt(TIMES * R / N));
}

static void gauss_has_its_moments(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    double sum = 0, squares = 0, fourth = 0;
    for (size_t i = 0; i < MANY; i++) {
        const double x = as_gauss(3, 1, i);
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
    }
    assert_true(fabs(sum / MANY) < 0.04 && fabs(squares / MANY - 1) < 0.05 && fabs(fourth / MANY - 3) < 0.4);
    assert_true(as_gauss(3, 1, 7) == as_gauss(3, 1, 7) && as_gauss(3, 1, 7) != as_gauss(3, 2, 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_numbers),        cmocka_unit_test(below_is_even),
        cmocka_unit_test(samples_are_distinct),  cmocka_unit_test(samples_are_uniform),
        cmocka_unit_test(gauss_has_its_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
