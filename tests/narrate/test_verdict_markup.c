/* test_verdict_markup.c: a name is text in JUnit and in Markdown, whatever it holds.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/narrate/verdict_markup.h"

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

static void junit(void **state)
{
    as_text out = {0};
    as_verdict rows[] = {row("<a>&\"'", AS_REGRESSED, AS_GATE_TIME, 1.02, 0.01),
                         row("b", AS_MISSING, AS_NO_WORD, AS_NO_REAL, AS_NO_REAL),
                         row("c", AS_SAME, AS_GATE_FLOPS, 1, AS_NO_REAL)};
    (void)state;
    rows[1].reason = "not\nthere";
    as_verdict_junit("t<", false, rows, 3, &out);
    assert_non_null(
        strstr(out.data, "<testsuite name=\"t&lt;\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\">"));
    assert_non_null(strstr(out.data, "classname=\"attnscope.time\" name=\"&lt;a&gt;&amp;&quot;&apos;\"><failure"));
    assert_non_null(strstr(out.data, "classname=\"attnscope.presence\" name=\"b\"><skipped type=\"missing\" "
                                     "message=\"missing: - (-); not there\"/>"));
    assert_non_null(strstr(out.data, "<system-out>+0.00 %, exact</system-out>"));
    out.length = 0;
    as_verdict_junit("t", true, rows, 3, &out);
    assert_non_null(strstr(out.data, "failures=\"2\" errors=\"0\" skipped=\"0\""));
    as_text_free(&out);
}

static void markdown(void **state)
{
    as_text out = {0};
    const as_verdict rows[] = {row("a|<b>`*", AS_REGRESSED, AS_GATE_TIME, 1.02, 0.01),
                               row("c", AS_SAME, AS_GATE_TIME, 1, 0.01)};
    (void)state;
    as_verdict_markdown("title", rows, 2, &out);
    assert_non_null(strstr(out.data, "### title\n\n**1 regressed, 1 same**; smallest change"));
    assert_non_null(strstr(out.data, "| a\\|&#60;b\\>\\`\\* | time | regressed | +2.00 % |"));
    assert_non_null(strstr(out.data, "\n1 more: same.\n"));
    out.length = 0;
    as_verdict_markdown("title", rows + 1, 1, &out);
    assert_null(strstr(out.data, "| case |"));
    assert_non_null(strstr(out.data, "\n1 in all: same.\n"));
    as_text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(junit),
        cmocka_unit_test(markdown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
