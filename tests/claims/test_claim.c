/* test_claim.c: what claims compute from patterns, what a folder says of them, and a verdict that is not on record.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/claims/claim_measured.h"
#include "harness/claims/judged.h"

static void patterns_give_their_numbers(void **unused)
{
    (void)unused;
    uint64_t n = 0;
    as_edges edges;
    as_err err = {0};
    assert_true(as_claim_sees("window:w=4", 64, 3, &n, &err));
    assert_int_equal(n, 10); /* 1 + 3 (w - 1) */
    assert_true(as_claim_cover("window:w=4", 64, &n, &err));
    assert_int_equal(n, 21); /* 63 steps back, 3 a layer */
    assert_true(as_claim_cover("window:w=1", 64, &n, &err));
    assert_true(n == UINT64_MAX);
    assert_true(as_claim_edges("causal", 64, &edges, &err));
    assert_false(as_claim_sees("windw:w=4", 64, 3, &n, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_int_equal(as_claim_judge(true, false), AS_HOLDS);
    assert_int_equal(as_claim_judge(false, true), AS_HOLDS_CONDITIONS);
    assert_int_equal(as_claim_judge(false, false), AS_IS_FALSE);
    assert_string_equal(as_claim_verdict_text(AS_HOLDS_CONDITIONS), "holds with conditions");
}

static as_summary point_of(uint64_t length, double speedup)
{
    as_summary s;
    as_record_clear(&as_summary_schema, &s);
    s.kernel = "attention/gather";
    s.pattern = "window:w=256";
    s.isa = s.dtype = s.cache = "x";
    s.length = s.context = length;
    s.width = 512;
    s.heads = 8;
    s.speedup = speedup;
    return s;
}

static void a_folder_is_quoted(void **unused)
{
    (void)unused;
    as_summary cases[] = {point_of(256, 0.5), point_of(512, 0.9), point_of(1024, 1.5), point_of(2048, 3)};
    as_fit fit;
    as_record_clear(&as_fit_schema, &fit);
    fit.kernel = "attention/gather";
    fit.pattern = "window:w=256";
    fit.axis = AS_AXIS_LENGTH;
    fit.quantity = "time";
    fit.tail_slope = 1.01;
    fit.tail_low = 0.99;
    fit.tail_high = 1.03;
    fit.to = 2048;
    fit.growth = "T";
    const as_folder_contents m = {.fits = &fit, .fit_count = 1, .summary = cases, .summary_count = 4};
    as_text quote = {0};
    as_measured_quote(&m, &(as_measurable){"attention/*", "window:*", false}, &quote);
    assert_string_equal(quote.data, "attention/gather on window:w=256: T^1.01 (0.99..1.03) to T = 2048, class T");
    quote.length = 0;
    as_measured_quote(&m, &(as_measurable){"attention/*", "window:*", true}, &quote);
    assert_string_equal(quote.data,
                        "attention/gather on window:w=256 (D = 512, H = 8): faster than dense from T = 1024 on "
                        "(256..2048 measured)");
    quote.length = 0;
    as_measured_quote(&m, &(as_measurable){"kernelised/*", "*", true}, &quote);
    assert_int_equal(quote.length, 0);
    as_text_free(&quote);
}

static void a_folder_without_results_is_an_error(void **unused)
{
    (void)unused;
    char dir[] = "/tmp/attnscope-claims-XXXXXX", path[100];
    as_folder_contents m;
    as_err err = {0};
    as_arena *arena = as_arena_create();
    assert_non_null(mkdtemp(dir));
    assert_false(as_measured_read(dir, arena, &m, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    as_summary s = point_of(256, 2);
    assert_true(as_table_write(&as_summary_schema, &s, 1, dir, &err));
    assert_true(as_measured_read(dir, arena, &m, &err));
    assert_true(m.summary_count == 1 && m.fit_count == 0);
    snprintf(path, sizeof path, "%s/summary.csv", dir);
    remove(path);
    remove(dir);
    as_arena_free(arena);
}

static void another_verdict_than_on_record_is_bad(void **unused)
{
    (void)unused;
    as_judged_claim rows[2] = {{.name = "one", .verdict = "holds", .expected = "holds"},
                               {.name = "two", .verdict = "false", .expected = "false"}};
    as_err err = {0};
    assert_int_equal(as_claims_check(rows, 2, &err), AS_EXIT_OK);
    rows[1].verdict = "holds";
    assert_int_equal(as_claims_check(rows, 2, &err), AS_EXIT_BAD);
    assert_string_equal(err.text, "claim two: computed 'holds', on record is 'false': one of the two is wrong");
    as_judged_claim *all;
    size_t count;
    as_arena *arena = as_arena_create();
    assert_false(as_claims_judge("/nowhere", arena, &all, &count, &err));
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_give_their_numbers),
        cmocka_unit_test(a_folder_is_quoted),
        cmocka_unit_test(a_folder_without_results_is_an_error),
        cmocka_unit_test(another_verdict_than_on_record_is_bad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
