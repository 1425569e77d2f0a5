/* test_gbench.c: calls are made as often as asked for, hooks lie around the timed loop and around no trial.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/measure/gbench.h"

typedef struct {
    uint64_t calls, before, after, calls_before;
} counts;

static void count_call(void *state) { ((counts *)state)->calls++; }

static void count_before(void *state)
{
    counts *c = state;
    c->before++;
    c->calls_before = c->calls;
}

static void count_after(void *state) { ((counts *)state)->after++; }

static void spin(void *state)
{
    (void)state;
    for (const uint64_t from = as_wall_ns(); as_wall_ns() - from < 20000;) {
    }
}

static void as_many_calls_as_asked_for(void **unused)
{
    (void)unused;
    static const uint64_t asked[] = {1, 7, 100000};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        counts c = {0};
        const as_loop loop = {&c, count_call, count_before, count_after};
        as_timed timed;
        assert_true(as_gbench_time(&loop, asked[i], &timed));
        assert_true(c.calls == asked[i] && c.before == 1 && c.after == 1 && c.calls_before == 0);
        assert_true(timed.calls == asked[i] && timed.wall_s > 0);
    }
}

static void time_is_of_the_loop(void **unused)
{
    (void)unused;
    const as_loop loop = {.call = spin};
    as_timed timed;
    const uint64_t from = as_wall_ns();
    assert_true(as_gbench_time(&loop, 50, &timed));
    assert_true(timed.wall_s >= 50 * 20e-6 && timed.wall_s <= 1e-9 * (double)(as_wall_ns() - from));
}

static void calibration_runs_no_hook(void **unused)
{
    (void)unused;
    counts c = {0};
    const as_loop counted = {&c, count_call, count_before, count_after}, spinning = {.call = spin};
    assert_true(as_gbench_calibrate(&counted, 1e-4) > 1);
    assert_true(c.calls > 0 && c.before == 0 && c.after == 0);
    const uint64_t calls = as_gbench_calibrate(&spinning, 2e-3);
    assert_in_range(calls, 1, 2 * 100); /* 100 calls take 2 ms where nothing disturbs */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_many_calls_as_asked_for),
                                       cmocka_unit_test(time_is_of_the_loop),
                                       cmocka_unit_test(calibration_runs_no_hook)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
