/* test_judge.c: what a worker may say and what it may not, one lie at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/worker/judge.h"

static const char *const events[] = {"cycles", NULL};
static const as_judge_facts facts = {
    .process = 2, .order = 9, .batches = 3, .samples = 1, .events = events, .passed_ns = 1e6};

static as_sample good_sample(void)
{
    return (as_sample){.process = 2,
                       .order = 9,
                       .batch = 1,
                       .calls = 10,
                       .wall_ns = 1e5,
                       .cpu_ns = 1e5,
                       .speed_index = 50,
                       .issue_index = 4,
                       .minor_faults = 0,
                       .context_switches = 0,
                       .steal_ns = AS_NO_REAL};
}

static void assert_why(const char *why, const char *expected)
{
    if (!why || strcmp(why, expected))
        fail_msg("'%s', not '%s'", why ? why : "", expected);
}

static void samples(void **unused)
{
    (void)unused;
    const as_sample good = good_sample();
    assert_null(as_judge_sample(&facts, &good));
#define LIE(field, value, expected)                                                                                    \
    do {                                                                                                               \
        as_sample lie = good;                                                                                          \
        lie.field = value;                                                                                             \
        assert_why(as_judge_sample(&facts, &lie), expected);                                                           \
    } while (0)
    LIE(process, 3, "a sample of another process");
    LIE(order, 8, "a sample of another process");
    LIE(batch, 2, "a sample out of turn");
    LIE(batch, 0, "a sample out of turn");
    LIE(calls, 0, "a batch without calls");
    LIE(calls, AS_NO_COUNT, "a batch without calls");
    LIE(wall_ns, 0, "a wall time that has not passed");
    LIE(wall_ns, 1.1e6, "a wall time that has not passed");
    LIE(wall_ns, AS_NO_REAL, "a wall time that has not passed");
    LIE(cpu_ns, 1e12, "a CPU time that has not passed");
    LIE(speed_index, 0, "an absurd speed index");
    LIE(issue_index, 1e4, "an absurd issue index");
    LIE(minor_faults, AS_NO_COUNT, "a sample with cells missing");
    LIE(steal_ns, -1, "negative stolen time");
#undef LIE
}

static void counters(void **unused)
{
    (void)unused;
    const as_counter good = {.process = 2, .batch = 0, .event = "cycles", .value = 7, .source = "papi", .status = "ok"};
    const char *const wrong = "a count that nobody asked for";
    as_counter c = good;
    assert_null(as_judge_counter(&facts, &c));
    c.value = AS_NO_REAL; /* unavailable: of no batch */
    c.batch = AS_NO_COUNT;
    assert_null(as_judge_counter(&facts, &c));
    c = good;
    c.event = "misses";
    assert_why(as_judge_counter(&facts, &c), wrong);
    c.event = NULL;
    assert_why(as_judge_counter(&facts, &c), wrong);
    c = good;
    c.batch = 1; /* its sample has not come */
    assert_why(as_judge_counter(&facts, &c), wrong);
    c = good;
    c.value = -1;
    assert_why(as_judge_counter(&facts, &c), wrong);
    c = good;
    c.status = NULL;
    assert_why(as_judge_counter(&facts, &c), wrong);
    const as_judge_facts nothing = {.process = 2, .samples = 1};
    assert_why(as_judge_counter(&nothing, &good), wrong);
}

static void phases(void **unused)
{
    (void)unused;
    as_judge_facts all = facts;
    all.samples = 3;
    const as_phase_time good = {
        .process = 2, .batch = 0, .phase = "pack", .once = 1, .calls = 3, .wall_ns = 1e5, .clock_ns = 20};
    as_phase_time p = good;
    assert_null(as_judge_phase(&all, &p));
    assert_why(as_judge_phase(&facts, &p), "a phase before its last sample");
    p.process = 1;
    assert_why(as_judge_phase(&all, &p), "a phase of another process");
    p = good;
    p.once = 2;
    assert_why(as_judge_phase(&all, &p), "a phase with cells missing");
    p = good;
    p.calls = 0;
    assert_why(as_judge_phase(&all, &p), "a phase without calls");
    p = good;
    p.wall_ns = 2e6;
    assert_why(as_judge_phase(&all, &p), "a phase that took more time than has passed");
    p = good;
    p.clock_ns = 1e6;
    assert_why(as_judge_phase(&all, &p), "a clock that takes a millisecond to read");
    p = good;
    p.phase = "";
    assert_why(as_judge_phase(&all, &p), "a phase without a name, or with one of more than 40 bytes");
}

static void results(void **unused)
{
    (void)unused;
    const as_case row = {.batch = 2, .heads = 4, .length = 8, .context = 8};
    as_result r;
    as_record_clear(&as_result_schema, &r);
    r.error_max = 1e-7;
    r.error_allowed = 1e-6;
    assert_false(as_judge_checked(&r)); /* it does not say that it was checked */
    r.checked = 0;
    assert_false(as_judge_checked(&r));
    r.checked = 1;
    assert_true(as_judge_checked(&r));
    r.error_max = 1e-5;
    assert_false(as_judge_checked(&r));
    r.error_max = AS_NO_REAL;
    assert_false(as_judge_checked(&r));

    assert_true(as_judge_chosen(&row, &r));
    r.chosen = 64 * 512;
    assert_true(as_judge_chosen(&row, &r));
    r.chosen++;
    assert_false(as_judge_chosen(&row, &r));
    r.chosen = 5;
    r.mass_kept = 1.01;
    assert_false(as_judge_chosen(&row, &r));
    r.mass_kept = -0.1;
    assert_false(as_judge_chosen(&row, &r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(samples), cmocka_unit_test(counters), cmocka_unit_test(phases),
                                       cmocka_unit_test(results)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
