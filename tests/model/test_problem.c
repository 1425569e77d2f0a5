/* test_problem.c: what follows from a problem's sizes, and what a case's row stands for; a row with anything wrong in
 * it is refused in words. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/model/problem.h"
#include "kernels/api/cpu.h"

static as_case good_row(void)
{
    as_case row;
    as_record_clear(&as_case_schema, &row);
    row.kernel = "attention/gather";
    row.isa = "scalar";
    row.dtype = "f32";
    row.pattern = "window:w=2";
    row.batch = 2, row.heads = 4, row.kv_heads = 2;
    row.length = 3, row.context = 5, row.head_dim = 16;
    row.threads = 1;
    return row;
}

static void sizes_are_completed(void **state)
{
    (void)state;
    const size_t caches[3] = {1, 2, 3};
    as_problem sizes = {.batch = 2, .heads = 3, .kv_heads = 1, .length = 4, .context = 4, .head_dim = 25, .threads = 7};
    as_pattern *causal = as_pattern_parse("causal", NULL);
    sizes.param[1] = 9;
    const as_problem p = as_problem_complete(sizes, causal, caches);
    assert_true(p.scale == 0.2f);
    assert_int_equal(p.edges, 3 * 10);
    assert_ptr_equal(p.pattern, causal);
    assert_int_equal(p.cache_bytes[2], 3);
    assert_true(p.batch == 2 && p.threads == 7 && p.param[1] == 9);
    const as_problem bare = as_problem_complete(p, NULL, NULL);
    assert_true(!bare.pattern && !bare.edges && bare.cache_bytes[2] == 3);
    as_pattern_free(causal);
}

static void a_row_becomes_a_problem(void **state)
{
    (void)state;
    as_resolved it;
    as_err err = {0};
    as_case row = good_row();
    assert_true(as_resolve(&row, &it, &err));
    const as_problem *p = &it.problem;
    assert_string_equal(it.kernel->name, "attention/gather");
    assert_string_equal(as_pattern_text(p->pattern), "window:w=2");
    assert_true(p->batch == 2 && p->heads == 4 && p->kv_heads == 2 && p->length == 3 && p->context == 5);
    assert_true(p->dtype == AS_F32 && p->head_dim == 16 && p->threads == 1 && p->scale == 0.25f);
    assert_int_equal(p->edges, 4 * 3 * 2);
    as_resolved_free(&it);
    row.kernel = "kernelised/performer:m=8,seed=7", row.pattern = "causal", row.length = 5;
    assert_true(as_resolve(&row, &it, &err));
    assert_int_equal(it.problem.param[0], 8);
    assert_int_equal(it.problem.param[1], 7);
    as_resolved_free(&it);
}

static void refuse(const as_case *row, const char *with)
{
    as_resolved it;
    as_err err = {0};
    assert_false(as_resolve(row, &it, &err));
    as_resolved_free(&it);
    if (!strstr(err.text, with))
        fail_msg("'%s' lacks '%s'", err.text, with);
}

static void nothing_in_a_row_is_trusted(void **state)
{
    (void)state;
    char why[300];
    as_case row;
    as_record_clear(&as_case_schema, &row);
    refuse(&row, "batch is not between");
    row = good_row(), row.length = 0;
    refuse(&row, "length is not between");
    row = good_row(), row.heads = AS_NO_COUNT;
    refuse(&row, "heads is not between");
    row = good_row(), row.threads = 5000;
    refuse(&row, "kv_heads must divide");
    row = good_row(), row.kv_heads = 3;
    refuse(&row, "kv_heads must divide");
    row = good_row(), row.length = 6;
    refuse(&row, "length cannot exceed");
    row = good_row(), row.length = row.context = (uint64_t)1 << 30, row.batch = 1 << 20;
    refuse(&row, "more work than can be counted");
    row = good_row(), row.length = row.context = (uint64_t)1 << 26, row.batch = 4;
    refuse(&row, "more work than can be counted");
    row = good_row(), row.dtype = "f16";
    refuse(&row, "dtype");
    row = good_row(), row.dtype = NULL;
    refuse(&row, "dtype");
    row = good_row(), row.pattern = NULL;
    refuse(&row, "pattern");
    row = good_row(), row.pattern = "windw:w=3";
    refuse(&row, "windw");
    row = good_row(), row.isa = "mmx";
    refuse(&row, "mmx");
    row = good_row(), row.kernel = "attention/none";
    refuse(&row, "no kernel 'attention/none'");
    row = good_row(), row.kernel = NULL;
    refuse(&row, "isa");
    row = good_row(), row.kernel = "kernelised/performer:m=0";
    refuse(&row, "m of kernelised/performer is a whole number");
    row = good_row(), row.kernel = "attention/naive"; /* takes causal and full */
    refuse(&row, "the kernel refuses: ");
    assert_true(as_registry_load(TEST_PLUGINS "/plugin_plan.so", why, sizeof why));
    row = good_row(), row.kernel = "plan/fine";
    refuse(&row, "has no oracle");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_completed),
        cmocka_unit_test(a_row_becomes_a_problem),
        cmocka_unit_test(nothing_in_a_row_is_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
