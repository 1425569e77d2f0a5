/* test_judge_turns.c: all pairs of processes have to agree on a change.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/duel/judge.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_have_to_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
