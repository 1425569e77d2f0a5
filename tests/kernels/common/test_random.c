/* test_random.c: the stream of random numbers is splitmix64's, and shuffles keep all items.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/common/random.h"

/* The first numbers of the authors' own program (splitmix64.c by Vigna) for two seeds. */
static void the_stream_is_splitmix64(void **state)
{
    (void)state;
    uint64_t zero = 0, other = 1234567;
    assert_true(as_random_next(&zero) == 0xe220a8397b1dcdafu);
    assert_true(as_random_next(&zero) == 0x6e789e6aa1b965f4u);
    assert_true(as_random_next(&zero) == 0x06c45d188009454fu);
    assert_true(as_random_next(&other) == 6457827717110365317u);
    assert_true(as_random_next(&other) == 3203168211198807973u);
}

static void units_lie_between_0_and_1(void **state)
{
    (void)state;
    uint64_t seed = 5;
    double sum = 0;
    assert_true(as_random_unit(0) == 0);
    assert_true(as_random_unit(UINT64_MAX) == 1 - 0x1p-53);
    for (int i = 0; i < 10000; i++)
        sum += as_random_unit(as_random_next(&seed));
    assert_true(fabs(sum / 10000 - 0.5) < 0.02);
}

static void small_numbers_are_spread(void **state)
{
    (void)state;
    unsigned seen[64] = {0};
    for (uint64_t x = 1; x <= 640; x++)
        seen[as_spread(x, 6)]++;
    for (int i = 0; i < 64; i++)
        assert_true(seen[i] >= 8 && seen[i] <= 12);
    assert_int_equal(as_spread(1, 6), AS_RANDOM_STEP >> 58);
}

/* Each of the 6 orders of 3 items comes up about as often as the others. */
static void shuffles_are_fair(void **state)
{
    (void)state;
    uint64_t seed = 1;
    unsigned seen[6] = {0};
    for (int i = 0; i < 6000; i++) {
        uint16_t items[3] = {0, 1, 2};
        as_shuffle(&seed, items, 3, sizeof *items);
        assert_int_equal(1 << items[0] | 1 << items[1] | 1 << items[2], 7);
        seen[items[0] * 2 + (items[1] > items[2])]++;
    }
    for (int i = 0; i < 6; i++)
        assert_true(seen[i] > 850 && seen[i] < 1150);
    as_shuffle(&seed, NULL, 0, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stream_is_splitmix64),
        cmocka_unit_test(units_lie_between_0_and_1),
        cmocka_unit_test(small_numbers_are_spread),
        cmocka_unit_test(shuffles_are_fair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
