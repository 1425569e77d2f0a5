/* test_report_page.c: the page of a folder: its parts by what is there, the same bytes each time, texts of others as
 * texts. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/model/records.h"
#include "harness/report/report.h"
#include "tests/scratch.h"

static const char *write_page(const scratch *s)
{
    as_err err = {0};
    if (!as_report_write(s->dir, &err))
        fail_msg("%s", err.text);
    return scratch_read(s, "report.html");
}

static void write_summary(const scratch *s)
{
    as_summary rows[2];
    as_err err = {0};
    for (size_t i = 0; i < 2; i++) {
        as_summary *r = &rows[i];
        as_record_clear(&as_summary_schema, r);
        r->case_ = i ? "attention/flash|causal|b" : "attention/<b>naive</b>|causal|a";
        r->kernel = i ? "attention/flash" : "attention/<b>naive</b>";
        r->pattern = "causal";
        r->isa = "avx2";
        r->dtype = "f32";
        r->batch = r->threads = 1;
        r->length = r->context = 64;
        r->width = 64;
        r->heads = r->kv_heads = 1;
        r->median_ns = 1e6;
        r->n = 10;
        r->processes = 5;
        r->status = i ? AS_STATUS_FAILED : AS_STATUS_OK;
        r->reason = i ? "crashed & burnt" : NULL;
    }
    assert_true(as_table_write(&as_summary_schema, rows, 2, s->dir, &err));
}

static void has(const char *page, const char *text, bool wanted)
{
    if ((strstr(page, text) != NULL) != wanted)
        fail_msg("%s '%s' in the page", wanted ? "no" : "there is", text);
}

static void each_part(void **state)
{
    (void)state;
    scratch s = scratch_make();
    write_summary(&s);
    scratch_write(&s, "config.yaml", "name: made\nabout: \"x</p> & y\"\nkernels: [attention/flash]\n");
    scratch_write(&s, "machine.json", "{\"fingerprint\": \"m\", \"cpu\": \"Test <CPU>\", \"cpus\": 4}");
    const char *page = write_page(&s);
    has(page, "<title>made · attnscope</title>", true);
    has(page, "<p class=\"about\">x&lt;/p&gt; &amp; y</p>", true);
    has(page, "Test &lt;CPU&gt;", true);
    has(page, "attention/&lt;b&gt;naive&lt;/b&gt;", true);
    has(page, "<b>naive", false);
    has(page, "crashed &amp; burnt", true);
    has(page, "<a href=\"#config\">Config</a>", true);
    has(page, "kernels: [attention/flash]\n</pre>", true);
    has(page, "There are none: this sweep has no axis with two values", true);
    assert_ptr_equal(write_page(&s), page); /* interned: the same bytes */
    scratch_remove(&s);
}

static void only_what_is_there(void **state)
{
    (void)state;
    scratch s = scratch_make();
    scratch_write(&s, "verdicts.csv",
                  "case,verdict,ratio,ratio_low,ratio_high,gate\nmade/case,regressed,1.25,1.2,1.3,time\n");
    const char *page = write_page(&s);
    has(page, "made/case", true);
    has(page, "regressed", true);
    has(page, "#config", false);
    has(page, as_arena_printf(s.arena, "<title>%s · attnscope</title>", strrchr(s.dir, '/') + 1), true);
    /* a config that is no YAML has no name, and is shown as it is */
    scratch_write(&s, "config.yaml", "name: [\n");
    page = write_page(&s);
    has(page, "<pre>name: [\n</pre>", true);
    scratch_remove(&s);
}

static void no_result_folder(void **state)
{
    (void)state;
    scratch s = scratch_make();
    as_err err = {0};
    assert_false(as_report_write(s.dir, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_non_null(strstr(err.text, "neither summary.csv nor verdicts.csv is there"));
    write_summary(&s);
    scratch_write(&s, "machine.json", "{");
    assert_false(as_report_write(s.dir, &err));
    assert_non_null(strstr(err.text, "machine.json:1:"));
    assert_null(scratch_read(&s, "report.html"));
    scratch_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part),
        cmocka_unit_test(only_what_is_there),
        cmocka_unit_test(no_result_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
