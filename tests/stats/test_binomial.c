/* test_binomial.c: probabilities that are known exactly, and the interval of a share by its definition.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/stats/binomial.h"

static void probabilities_are_exact(void **state)
{
    (void)state;
    double sum = 0;
    assert_true(fabs(as_binomial(4, 2, 0.5) - 0.375) < 1e-15);
    assert_true(fabs(as_binomial(3, 3, 0.1) - 0.001) < 1e-17);
    for (size_t k = 0; k <= 100; k++)
        sum += as_binomial(100, k, 0.3);
    assert_true(fabs(sum - 1) < 1e-12);
}

/* At the lower end as many hits or more have a probability of 2.5 %, at the upper end as many or fewer. */
static void ends_leave_one_in_forty(void **state)
{
    (void)state;
    double low, high, above = 0, below = 0;
    as_binomial_interval(7, 20, &low, &high);
    for (size_t k = 0; k <= 20; k++) {
        above += k >= 7 ? as_binomial(20, k, low) : 0;
        below += k <= 7 ? as_binomial(20, k, high) : 0;
    }
    assert_true(fabs(above - 0.025) < 1e-9 && fabs(below - 0.025) < 1e-9);
    assert_true(low < 0.35 && high > 0.35);
}

static void all_and_none(void **state)
{
    (void)state;
    double low, high;
    as_binomial_interval(0, 10, &low, &high);
    assert_true(low == 0 && fabs(high - (1 - pow(0.025, 0.1))) < 1e-9);
    as_binomial_interval(10, 10, &low, &high);
    assert_true(fabs(low - pow(0.025, 0.1)) < 1e-9 && high == 1);
    as_binomial_interval(0, 0, &low, &high);
    assert_true(isnan(low) && isnan(high));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probabilities_are_exact),
        cmocka_unit_test(ends_leave_one_in_forty),
        cmocka_unit_test(all_and_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
