/* test_verdict_print.c: each form of a list of verdicts, and the files beside it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/file.h"
#include "harness/narrate/verdict_print.h"

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

static void forms(void **state)
{
    static const struct {
        const char *format, *has;
    } rows[] = {{NULL, "1 regressed"},
                {"table", "case  gate  verdict     change"},
                {"csv", "a,regressed,1.02,"},
                {"json", "\"verdict\": \"regressed\""},
                {"junit", "<failure type=\"regressed\""},
                {"markdown", "| a | time | regressed |"}};
    const as_verdict v = row("a", AS_REGRESSED, AS_GATE_TIME, 1.02, 0.01);
    as_err err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_text out = {0};
        const as_verdict_outputs to = {.title = "t", .format = rows[i].format};
        assert_true(as_verdict_publish(&to, &v, 1, &out, &err));
        if (!strstr(out.data, rows[i].has))
            fail_msg("'%s' is not in: %s", rows[i].has, out.data);
        as_text_free(&out);
    }
}

static void files(void **state)
{
    char path[] = "/tmp/attnscope-junit-XXXXXX";
    const as_verdict v = row("a", AS_SAME, AS_GATE_TIME, 1, 0.01);
    as_text out = {0}, written = {0};
    as_err err = {0};
    (void)state;
    close(mkstemp(path));
    as_verdict_outputs to = {.title = "t", .junit = path};
    assert_true(as_verdict_publish(&to, &v, 1, &out, &err));
    assert_true(as_file_read(path, 10000, &written, &err));
    assert_non_null(strstr(written.data, "<testsuites>"));
    assert_non_null(strstr(out.data, "1 same"));
    unlink(path);
    to.junit = "/nonexistent/x";
    assert_false(as_verdict_publish(&to, &v, 1, &out, &err));
    as_text_free(&out);
    as_text_free(&written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
