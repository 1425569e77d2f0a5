/* test_median.c: sorting, medians, quantiles, and the interval of a median against the binomial distribution.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/stats/order.h"
#include "kernels/common/random.h"

static void few_values(void **state)
{
    (void)state;
    double five[] = {5, 1, 4, 2, 3}, four[] = {4, 1, 2, 3};
    assert_true(as_median(five, 5) == 3);
    assert_true(five[0] == 1 && five[4] == 5);
    assert_true(as_median(four, 4) == 2.5);
    assert_true(isnan(as_median(five, 0)));
    assert_true(as_stats_median(five, 4) == 2.5);
    assert_true(isnan(as_stats_median(five, 0)));
    assert_true(as_stats_quantile(five, 5, 0.125) == 1.5);
    assert_true(as_stats_quantile(five, 5, 1) == 5);
    assert_true(isnan(as_stats_quantile(five, 0, 0.5)));
    assert_true(as_stats_mad(five, 5, 3) == 1);
}

/* 16 values and fewer are sorted in another way than more. */
static void any_number_is_sorted(void **state)
{
    (void)state;
    uint64_t seed = 1;
    double values[40];
    for (size_t n = 0; n <= 40; n++) {
        double sum = 0, sorted_sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += values[i] = (double)(as_random_next(&seed) % 30);
        as_stats_sort(values, n);
        for (size_t i = 0; i < n; i++) {
            sorted_sum += values[i];
            assert_true(!i || values[i - 1] <= values[i]);
        }
        assert_true(sum == sorted_sum);
    }
}

static void ends_are_sorted_alone(void **state)
{
    (void)state;
    double many[200], drawn[200];
    for (size_t ends = 0; ends <= 130; ends += 13) {
        for (size_t i = 0; i < 200; i++)
            drawn[i] = (double)((i * 7919 + 100) % 199); /* one value twice */
        memcpy(many, drawn, sizeof drawn);
        as_stats_sort(many, 200);
        as_stats_sort_ends(drawn, 200, ends);
        for (size_t i = 0; i < ends; i++)
            assert_true(drawn[i] == many[i] && drawn[199 - i] == many[199 - i]);
    }
}

static void intervals_are_binomial(void **state)
{
    (void)state;
    double many[2000];
    for (size_t i = 0; i < 2000; i++)
        many[i] = (double)i;
    /* From the binomial distribution: 5: min..max; 8: min..max (the next pair has 92.97 %); 9: 2nd..8th (96.09 %). */
    const struct {
        size_t n, low, high;
        double coverage;
    } known[] = {
        {1, 0, 0, 0},         {2, 0, 1, 0.5},       {5, 0, 4, 0.9375},       {6, 0, 5, 0.96875},
        {8, 0, 7, 0.9921875}, {9, 1, 7, 0.9609375}, {10, 1, 8, 0.978515625}, {20, 5, 14, 1 - 2 * 21700.0 / 1048576}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        as_interval got = as_stats_median_interval(many, known[i].n);
        assert_true(got.low == (double)known[i].low && got.high == (double)known[i].high);
        assert_true(fabs(got.coverage - (known[i].coverage)) < 1e-8);
    }
    as_interval wide = as_stats_median_interval(many, 1000), wider = as_stats_median_interval(many, 2000);
    assert_true(fabs(wide.coverage - (0.95)) < 0.01);
    assert_true(fabs(wider.coverage - (0.95)) < 0.01);
    assert_true(wider.coverage >= 0.95 && wide.coverage >= 0.95);
    assert_true(fabs(wider.high - wider.low - (2 * 1.96 * sqrt(2000) / 2)) < 4);
    assert_true(isnan(as_stats_median_interval(many, 0).low));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_values),
        cmocka_unit_test(any_number_is_sorted),
        cmocka_unit_test(ends_are_sorted_alone),
        cmocka_unit_test(intervals_are_binomial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
