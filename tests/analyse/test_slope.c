/* test_slope.c: the slope at the far end, and an interval that repeats itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/analyse/slope.h"

static void far_end(void **state)
{
    double times[8][3];
    as_slope_point points[8];
    (void)state;
    for (int i = 0; i < 8; i++) { /* T below 64, T^2 from there */
        const double x = 8 << i, t = i < 3 ? 64 * x : x * x;
        for (int p = 0; p < 3; p++)
            times[i][p] = t * (1 + 0.01 * (p - 1));
        points[i] = (as_slope_point){x, times[i], 3};
    }
    const as_slope s = as_slope_fit(points, 8, 1), again = as_slope_fit(points, 8, 1),
                   other = as_slope_fit(points, 8, 2);
    assert_true(fabs(s.slope - 2) < 1e-9);
    assert_true(s.low < 2 && s.high > 2 && s.high - s.low < 0.05);
    assert_true(s.low == again.low && s.high == again.high);
    assert_true(other.slope == s.slope && (other.low != s.low || other.high != s.high));
    assert_int_equal(s.first, 4);
    points[7].count = 1;
    assert_true(isnan(as_slope_fit(points, 8, 1).low));
    assert_true(isnan(as_slope_fit(points, 1, 1).slope));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(far_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
