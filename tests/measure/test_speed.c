/* test_speed.c: clocks that do not tick, the loops beside a batch, and what the system counts of a process.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "harness/measure/speed.h"

static uint64_t fake_now;
static uint64_t still(void) { return 42; }
static uint64_t coarse(void) { return ++fake_now / 10 * 1000; }
static uint64_t backwards(void) { return (uint64_t)1000000000 - ++fake_now; }

static void a_clock_must_tick(void **unused)
{
    (void)unused;
    assert_int_equal(as_gauge_tick(still), 0);
    assert_int_equal(as_gauge_tick(backwards), 0);
    assert_int_equal(as_gauge_tick(coarse), 1000);
}

/* No number is golden: each is there, positive, and below what any machine does. */
static void loops_have_a_speed(void **unused)
{
    (void)unused;
    as_speed speed = {0};
    assert_true(as_speed_prepare(&speed));
    const double now = as_speed_now(&speed);
    assert_true(now > 0.01 && now < 10000);
    assert_true(speed.peak >= now);
    const double issued = as_issue_now();
    assert_true(issued > 0.01 && issued < 100);
    assert_non_null(as_fma_loop(AS_SCALAR));
}

static void touched_pages_are_faults(void **unused)
{
    (void)unused;
    enum { PAGES = 200 };
    as_disturbance before, after;
    char *fresh = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(fresh != MAP_FAILED);
    madvise(fresh, PAGES * 4096, MADV_NOHUGEPAGE);
    as_disturbance_before(&before);
    for (size_t i = 0; i < PAGES; i++)
        ((volatile char *)fresh)[i * 4096] = 1;
    as_disturbance_after(&after);
    assert_in_range(after.minor_faults - before.minor_faults, PAGES, PAGES + 50);
    assert_true(after.context_switches >= before.context_switches);
    assert_true(isnan(after.steal_ns) || after.steal_ns >= before.steal_ns);
    munmap(fresh, PAGES * 4096);
}

static void the_peak_grows_with_what_was_touched(void **unused)
{
    (void)unused;
    enum { BYTES = 64 << 20 };
    const uint64_t before = as_gauge_peak_rss();
    volatile char *much = malloc(BYTES);
    for (size_t i = 0; i < BYTES; i += 4096)
        much[i] = 1;
    assert_true(as_gauge_peak_rss() >= before + BYTES / 2);
    free((void *)much);
    assert_true(as_gauge_peak_rss() >= before + BYTES / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_clock_must_tick), cmocka_unit_test(loops_have_a_speed),
                                       cmocka_unit_test(touched_pages_are_faults),
                                       cmocka_unit_test(the_peak_grows_with_what_was_touched)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
