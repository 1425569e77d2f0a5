/* test_words.c: names of gates and verdicts, intervals as verdicts, verdicts as exit codes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/verdict/words.h"

static void lists_of_gates_are_bits(void **unused)
{
    (void)unused;
    unsigned gates = 0;
    char wrong[40];
    assert_true(as_gates_parse("time,instructions", AS_GATES_MEASURED, &gates, wrong));
    assert_int_equal(gates, AS_GATES_MEASURED);
    for (int g = AS_GATE_TIME; g <= AS_GATE_ORDER; g++) {
        assert_true(as_gates_parse(as_gate_text((as_gate)g), AS_GATES_ALL, &gates, wrong));
        assert_int_equal(gates, AS_GATE_BIT(g));
    }
    assert_false(as_gates_parse("time,flops", AS_GATES_MEASURED, &gates, wrong));
    assert_string_equal(wrong, "flops");
    assert_false(as_gates_parse("time,", AS_GATES_ALL, &gates, wrong));
    assert_string_equal(wrong, "");
    assert_false(as_gates_parse("tim", AS_GATES_ALL, &gates, wrong));
    assert_false(as_gates_parse("a-name-that-is-longer-than-its-buffer-of-40", AS_GATES_ALL, &gates, wrong));
    assert_string_equal(wrong, "a-name-that-is-longer-than-its-buffer-o");
}

static void an_interval_is_a_verdict(void **unused)
{
    (void)unused;
    const as_bounds b = {.floor = 0.01, .margin = 0.015};
    const double nan = (double)NAN, inf = (double)INFINITY;
    assert_int_equal(as_judge_kind(0.02, 0.001, 0.03, b), AS_REGRESSED);
    assert_int_equal(as_judge_kind(0.02, -0.001, 0.03, b), AS_INCONCLUSIVE);
    assert_int_equal(as_judge_kind(-0.02, -0.03, -0.001, b), AS_IMPROVED);
    assert_int_equal(as_judge_kind(0.005, 0.001, 0.01, b), AS_SAME); /* below the floor */
    assert_int_equal(as_judge_kind(-0.005, -0.01, -0.001, b), AS_SAME);
    assert_int_equal(as_judge_kind(0.005, 0.001, 0.02, b), AS_INCONCLUSIVE);
    assert_int_equal(as_judge_kind(0, -0.0148, 0.0148, b), AS_SAME);
    assert_int_equal(as_judge_kind(nan, 0, 0, b), AS_INCONCLUSIVE);
    assert_int_equal(as_judge_kind(0, -inf, 0, b), AS_INCONCLUSIVE);
    assert_float_equal(as_judge_visible(0, -0.1, 0.05, b), expm1(0.1), 1e-15);
    assert_float_equal(as_judge_visible(0, -0.001, 0.001, b), 0.01, 0); /* never below the floor */
    assert_true(isnan(as_judge_visible(nan, 0, 0, b)));
}

static as_exit code_of(as_verdict_kind a, as_verdict_kind b, bool strict)
{
    const as_verdict rows[] = {{.verdict = a}, {.verdict = b}};
    return as_verdict_exit(rows, 2, strict);
}

static void the_worst_verdict_is_the_exit_code(void **unused)
{
    (void)unused;
    assert_int_equal(code_of(AS_SAME, AS_IMPROVED, false), AS_EXIT_OK);
    assert_int_equal(code_of(AS_INCONCLUSIVE, AS_REGRESSED, false), AS_EXIT_BAD);
    assert_int_equal(code_of(AS_FAILED, AS_SAME, false), AS_EXIT_BAD);
    assert_int_equal(code_of(AS_SAME, AS_INCONCLUSIVE, false), AS_EXIT_INCONCLUSIVE);
    assert_int_equal(code_of(AS_SAME, AS_MISSING, false), AS_EXIT_INCONCLUSIVE);
    assert_int_equal(code_of(AS_SAME, AS_NEW, false), AS_EXIT_OK);
    assert_int_equal(code_of(AS_SAME, AS_MISSING, true), AS_EXIT_BAD);
    assert_int_equal(code_of(AS_NEW, AS_SAME, true), AS_EXIT_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_gates_are_bits),
        cmocka_unit_test(an_interval_is_a_verdict),
        cmocka_unit_test(the_worst_verdict_is_the_exit_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
