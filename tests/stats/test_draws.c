/* test_draws.c: medians of processes drawn anew: reproducible, centred, and as wide as few processes ask for.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/stats/draws.h"

static void seeds_depend_on_every_letter(void **state)
{
    (void)state;
    const char *const a[] = {"ab", "c"}, *const b[] = {"ab", "d"}, *const empty[] = {NULL, ""};
    assert_true(as_seed_of(a, 2) != as_seed_of(b, 2));
    assert_true(as_seed_of(a, 1) != as_seed_of(a, 2));
    assert_true(as_seed_of(empty, 2) == as_seed_of(NULL, 0));
    assert_true(as_seed_of((const char *const[]){"a"}, 1) == 0xaf63dc4c8601ec8cu); /* FNV-1a's published value */
}

static void medians_are_of_logarithms(void **state)
{
    (void)state;
    const double odd[] = {8, 2, 4}, even[] = {1, 3, 2, 100};
    double room[AS_DRAWS_ROOM(4)];
    as_draws d = as_draws_from(odd, 3, room);
    assert_true(fabs(as_draws_median(&d) - log(4)) < 1e-15);
    d = as_draws_from(even, 4, room);
    assert_true(fabs(as_draws_median(&d) - log(2.5)) < 1e-15);
}

/* Of 5 times the j-th smallest is the median of 5 draws with a probability that is known: the middle one with
 * P(Bin(5, 3/5) >= 3) - P(Bin(5, 2/5) >= 3) = 0.68256 - 0.31744. */
static void draws_have_the_known_shares(void **state)
{
    (void)state;
    enum { N = 20000 };
    const double times[] = {1, 2, 4, 8, 16};
    double room[AS_DRAWS_ROOM(5)];
    uint64_t random = 7;
    size_t middle = 0, below = 0;
    const as_draws d = as_draws_from(times, 5, room);
    for (int i = 0; i < N; i++) {
        const double off = as_draws_next(&d, &random) - as_draws_median(&d);
        middle += off == 0;
        below += off < 0;
    }
    assert_true(fabs((double)middle / N - 0.36512) < 0.015);
    assert_true(fabs((double)below / N - 0.31744) < 0.015);
}

static void one_time_is_certain(void **state)
{
    (void)state;
    const double time[] = {3};
    double room[AS_DRAWS_ROOM(1)];
    uint64_t random = 1;
    const as_draws d = as_draws_from(time, 1, room);
    assert_true(as_draws_next(&d, &random) == log(3));
}

static void sums_take_the_same_draws(void **state)
{
    (void)state;
    for (size_t count = 2; count <= 5; count++) {
        const double times[] = {1, 2, 4, 8, 16};
        double room[AS_DRAWS_ROOM(5)], sums[3] = {1, 1, 1};
        uint64_t one = 9, other = 9;
        const as_draws d = as_draws_from(times, count, room);
        as_draws_add(&d, &one, 2, sums, 3);
        for (int i = 0; i < 3; i++)
            assert_true(sums[i] == 1 + 2 * as_draws_next(&d, &other));
        assert_true(one == other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_depend_on_every_letter), cmocka_unit_test(medians_are_of_logarithms),
        cmocka_unit_test(draws_have_the_known_shares),  cmocka_unit_test(one_time_is_certain),
        cmocka_unit_test(sums_take_the_same_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
