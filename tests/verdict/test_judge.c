/* test_judge.c: kinds of verdicts at their bounds, and the exit code of a list.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/verdict/judge.h"

static void kinds(void **state)
{
    static const struct {
        double estimate, low, high;
        as_verdict_kind kind;
    } rows[] = {
        {0.02, 0.001, 0.04, AS_REGRESSED},   {-0.02, -0.04, -0.001, AS_IMPROVED},
        {0.005, 0.001, 0.009, AS_SAME},      {0.02, -0.001, 0.04, AS_INCONCLUSIVE},
        {0, -0.01, 0.01, AS_SAME},           {0, -0.02, 0.01, AS_INCONCLUSIVE},
        {NAN, -0.01, 0.01, AS_INCONCLUSIVE}, {0, -INFINITY, 0.01, AS_INCONCLUSIVE},
    };
    const as_bounds bounds = {.floor = 0.01, .margin = 0.015};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(as_judge_kind(rows[i].estimate, rows[i].low, rows[i].high, bounds), rows[i].kind);
    assert_true(as_judge_visible(0, -0.001, 0.001, bounds) == 0.01); /* the floor */
    assert_true(fabs(as_judge_visible(0, -0.01, 0.05, bounds) - expm1(0.05)) < 1e-12);
    assert_true(isnan(as_judge_visible(0, -INFINITY, 0.05, bounds)));
}

/* Turns that agree within one process only are not enough; where all processes agree they are. */
static void processes_have_to_agree(void **state)
{
    as_point points[24];
    const as_bounds bounds = {.floor = 0.01, .margin = 0.015};
    (void)state;
    for (unsigned i = 0; i < 24; i++)
        points[i] = (as_point){0.05 + 1e-4 * i, i / 4};
    as_judgement j = as_judge(points, 24, 0.05, bounds);
    assert_int_equal(j.kind, AS_REGRESSED);
    assert_int_equal(j.processes, 6);
    assert_int_equal(j.points, 24);
    assert_true(j.low > 0.049 && j.high < 0.053 && j.p < 1e-4);
    for (unsigned i = 0; i < 4; i++)
        points[i].r = -0.01;
    assert_int_equal(as_judge(points, 24, 0.05, bounds).kind, AS_INCONCLUSIVE);
    for (unsigned i = 0; i < 24; i++)
        points[i] = (as_point){0.05 + 1e-4 * i, 0};
    assert_int_equal(as_judge(points, 24, 0.05, bounds).kind, AS_INCONCLUSIVE); /* one process */
    assert_int_equal(as_judge(points, 0, 0.05, bounds).kind, AS_INCONCLUSIVE);
}

static void exit_codes(void **state)
{
    static const struct {
        as_verdict_kind kinds[2];
        bool strict;
        as_exit code;
    } rows[] = {
        {{AS_SAME, AS_IMPROVED}, true, AS_EXIT_OK},
        {{AS_SAME, AS_REGRESSED}, false, AS_EXIT_BAD},
        {{AS_INCONCLUSIVE, AS_FAILED}, false, AS_EXIT_BAD},
        {{AS_INCONCLUSIVE, AS_SAME}, true, AS_EXIT_INCONCLUSIVE},
        {{AS_MISSING, AS_SAME}, false, AS_EXIT_INCONCLUSIVE},
        {{AS_MISSING, AS_SAME}, true, AS_EXIT_BAD},
        {{AS_NEW, AS_SAME}, false, AS_EXIT_OK},
        {{AS_NEW, AS_SAME}, true, AS_EXIT_BAD},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_verdict v[2] = {{.verdict = rows[i].kinds[0]}, {.verdict = rows[i].kinds[1]}};
        assert_int_equal(as_verdict_exit(v, 2, rows[i].strict), rows[i].code);
    }
    assert_int_equal(as_verdict_exit(NULL, 0, true), AS_EXIT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(processes_have_to_agree),
        cmocka_unit_test(exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
