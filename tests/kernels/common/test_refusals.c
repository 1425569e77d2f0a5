/* test_refusals.c: what kernels/common/ offers to descriptors: refusals with their reasons, sizes that cannot wrap,
 * work from an operand table. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/common/refuse.h"
#include "kernels/common/sequence.h"

static as_problem problem(const char *pattern)
{
    as_problem p = {.batch = 2,
                    .heads = 2,
                    .kv_heads = 1,
                    .length = 6,
                    .context = 6,
                    .head_dim = 4,
                    .threads = 1,
                    .pattern = as_pattern_parse(pattern, NULL)};
    assert_non_null(p.pattern);
    p.edges = as_pattern_edges_all(p.pattern, p.heads, p.length, p.context);
    return p;
}

static void close_problem(as_problem *p) { as_pattern_free((as_pattern *)p->pattern); }

static void patterns(void **state)
{
    (void)state;
    char why[200];
    static const struct {
        const char *pattern;
        bool refused_by_past, refused_by_whole, refused_by_content;
    } rows[] = {{"causal", false, true, false}, {"full", true, false, true}, {"window:w=2", true, true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_problem p = problem(rows[i].pattern);
        assert_int_equal(as_sequence_refuse_pattern(&p, false, why, sizeof why), rows[i].refused_by_past);
        assert_int_equal(as_sequence_refuse_pattern(&p, true, why, sizeof why), rows[i].refused_by_whole);
        assert_int_equal(as_refuse_but_causal(&p, why, sizeof why), rows[i].refused_by_content);
        close_problem(&p);
    }
}

static void types_contexts_and_limits(void **state)
{
    (void)state;
    char why[200] = "";
    as_problem p = problem("causal");
    assert_false(as_sequence_refuse_dtype(&p, why, sizeof why) || as_refuse_but_f32(&p, why, sizeof why) ||
                 as_sequence_refuse_context(&p, why, sizeof why));
    p.dtype = AS_BF16;
    p.context = 7;
    assert_true(as_sequence_refuse_dtype(&p, why, sizeof why) && as_refuse_but_f32(&p, why, sizeof why));
    assert_string_equal(why, "takes f32 only");
    assert_true(as_sequence_refuse_context(&p, why, sizeof why));
    assert_false(as_refuse_more_than(3, "k", 3, "the context", why, sizeof why));
    assert_true(as_refuse_more_than(0, "k", 3, "the context", why, sizeof why));
    assert_true(as_refuse_more_than(4, "k", 3, "the context", why, sizeof why));
    assert_non_null(strstr(why, "k is 4"));
    close_problem(&p);
}

static void sizes_do_not_wrap(void **state)
{
    (void)state;
    assert_int_equal(as_product(2, 3, 5, 7), 210);
    assert_true(as_product(SIZE_MAX / 2, 3, 1, 1) == SIZE_MAX);
    assert_true(as_product(2, 2, SIZE_MAX / 3, 1) == SIZE_MAX && as_product(1, 1, SIZE_MAX / 3, 4) == SIZE_MAX);
    assert_int_equal(as_sum(4, 5), 9);
    assert_true(as_sum(SIZE_MAX, 1) == SIZE_MAX);
}

static size_t operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    out[0] = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, AS_F32, p->batch, p->length, 8);
    out[1] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, AS_BF16, p->batch, p->length, 8);
    out[2] = AS_OPERAND("packed", AS_KEPT, AS_FILL_ZERO, AS_F32, 1000);
    return 3;
}

/* Every operand once but what is kept between calls; dense attention from the shape. */
static void work_from_the_operand_table(void **state)
{
    (void)state;
    const as_kernel kernel = {.operands = operands};
    as_problem p = problem("causal");
    const as_work work = as_sequence_work(&p, &kernel, 11, 13, 17);
    assert_true(work.flops_useful == 11 && work.flops_executed == 13 && work.exps == 17);
    assert_int_equal(work.bytes_min, 2 * 6 * 8 * (4 + 2));
    assert_int_equal(work.flops_dense, 4 * 4 * 21 * 2 * 2);
    assert_true(as_sequence_tolerance(4) > as_sequence_tolerance(1) && as_sequence_tolerance(1) < 1e-5);
    close_problem(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns),
        cmocka_unit_test(types_contexts_and_limits),
        cmocka_unit_test(sizes_do_not_wrap),
        cmocka_unit_test(work_from_the_operand_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
