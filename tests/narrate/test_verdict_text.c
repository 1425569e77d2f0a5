/* test_verdict_text.c: counts, numbers and what could have been seen.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/narrate/verdict_text.h"

static as_verdict row(const char *name, as_verdict_kind kind, as_gate gate, double ratio, double visible)
{
    as_verdict v;
    as_record_clear(&as_verdict_schema, &v);
    v.case_ = name;
    v.verdict = kind;
    v.gate = gate;
    v.ratio = ratio;
    v.ratio_low = ratio * 0.99;
    v.ratio_high = ratio * 1.01;
    v.visible = visible;
    return v;
}

static void counts(void **state)
{
    const as_verdict rows[] = {
        row("a", AS_REGRESSED, AS_GATE_TIME, 1.02, 0.01), row("b", AS_SAME, AS_GATE_TIME, 1, 0.02),
        row("b", AS_SAME, AS_GATE_FLOPS, 1, AS_NO_REAL), row("c", AS_SAME, AS_GATE_FLOPS, 1, AS_NO_REAL),
        row("c", AS_INCONCLUSIVE, AS_GATE_TIME, AS_NO_REAL, AS_NO_REAL)};
    as_text out = {0};
    (void)state;
    assert_true(as_verdict_is_listed(&rows[1]));
    assert_false(as_verdict_is_listed(&rows[2]));
    as_verdict_add_counts(rows, 5, &out);
    assert_string_equal(out.data, "1 regressed, 1 same, 1 inconclusive"); /* exact ones that hold are not listed */
    out.length = 0;
    as_verdict_add_visible(rows, 5, &out);
    assert_string_equal(out.data, "smallest change that could have been seen: 1.50 % in half of the cases, 2.00 % in "
                                  "all; none in the 1 not measured; exact and unchanged: flops in 2");
    out.length = 0;
    as_verdict_add_counts(rows, 0, &out);
    assert_string_equal(out.data, "no case");
    as_text_free(&out);
}

static void numbers(void **state)
{
    as_verdict v = row("a", AS_REGRESSED, AS_GATE_TIME, 1.0125, 0.011);
    (void)state;
    v.ratio_low = 1.009;
    v.ratio_high = 1.016;
    as_verdict_numbers n = as_verdict_numbers_of(&v);
    assert_string_equal(n.change, "+1.25 %");
    assert_string_equal(n.interval, "+0.90 .. +1.60 %");
    assert_string_equal(n.visible, "1.10 %");
    v = row("a", AS_FAILED, AS_NO_WORD, AS_NO_REAL, AS_NO_REAL);
    n = as_verdict_numbers_of(&v);
    assert_string_equal(n.change, "-");
    assert_string_equal(n.interval, "-");
    assert_string_equal(n.visible, "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),
        cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
