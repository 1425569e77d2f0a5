/* test_crossing.c: one place of change between two curves.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/analyse/crossing.h"

static void places(void **state)
{
    static const double x[] = {0, 1, 2, 3};
    static const struct {
        double r[4];
        as_crossing_kind kind;
        double at;
    } rows[] = {
        {{-1, -1, -1, -2}, AS_A_FASTER, NAN},         {{1, 1, 1, 2}, AS_B_FASTER, NAN},
        {{-1, -1, 1, 2}, AS_B_BEYOND, 1.5},           {{3, 1, -3, -4}, AS_A_BEYOND, 1.25},
        {{-1, 0.1, -1, 2}, AS_B_BEYOND, 2 + 1.0 / 3}, /* the small one is on the wrong side */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const as_crossing got = as_crossing_find(x, rows[i].r, 4);
        assert_int_equal(got.kind, rows[i].kind);
        assert_true(isnan(rows[i].at) ? isnan(got.log_at) : fabs(got.log_at - rows[i].at) < 1e-12);
    }
    assert_int_equal(as_crossing_find(x, (double[]){1}, 1).kind, AS_B_FASTER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
