/* test_export_formats.c: the formats of other tools, and none that is not known.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/analyse/export.h"

static void formats(void **state)
{
    static const struct {
        const char *format, *has;
    } rows[] = {{"gab", "\"unit\": \"ns/call\""}, {"bencher", "\"latency\""}, {"benchstat", " ns/op"}};
    as_arena *arena = as_arena_create();
    as_case c[2];
    as_summary s[2];
    as_replicate times[] = {{.wall_ns = 1000, .calls = 10}, {.wall_ns = 1100, .calls = 10}};
    as_replicates replicates[2] = {{times, 2}, {times, 2}};
    as_findings f = {.cases = c, .case_count = 2, .summary = s, .replicates = replicates};
    as_err err = {0};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        as_record_clear(&as_case_schema, &c[i]);
        as_record_clear(&as_summary_schema, &s[i]);
        c[i].case_ = s[i].case_ = i ? "suspect case" : "measured";
        s[i].kernel = c[i].kernel = "attention/naive";
        s[i].pattern = c[i].pattern = "causal";
        s[i].status = i ? AS_STATUS_SUSPECT : AS_STATUS_OK;
        s[i].median_ns = 1050;
        s[i].median_low_ns = 1000;
        s[i].median_high_ns = 1100;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_text out = {0};
        assert_true(as_export(rows[i].format, &f, &out, &err));
        if (!strstr(out.data, rows[i].has) || strstr(out.data, "suspect case"))
            fail_msg("%s: %s", rows[i].format, out.data);
        as_text_free(&out);
    }
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
