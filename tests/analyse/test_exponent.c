/* test_exponent.c: a power is found, and a step beside it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/analyse/exponent.h"

enum { POINTS = 6 };

static void powers_and_steps(void **state)
{
    double x[POINTS], y[POINTS], stepped[POINTS];
    (void)state;
    for (int i = 0; i < POINTS; i++) {
        x[i] = i * log(2);
        y[i] = 3 + 1.7 * x[i];
        stepped[i] = y[i] + (i >= 3 ? 0.5 : 0);
    }
    as_exponent e = as_exponent_fit(x, y, POINTS, 0);
    assert_true(fabs(e.power - 1.7) < 1e-12 && e.rss < 1e-20 && e.split == 0);
    assert_true(fabs(e.xx - 17.5 * log(2) * log(2)) < 1e-12);
    e = as_exponent_fit(x, stepped, POINTS, 3);
    assert_true(fabs(e.power - 1.7) < 1e-12 && e.rss < 1e-20);
    assert_int_equal(e.split, 3);
    assert_true(as_exponent_fit(x, stepped, POINTS, 0).power > 1.8); /* no step allowed */
    assert_true(isnan(as_exponent_fit(x, y, 1, 0).power));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_and_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
