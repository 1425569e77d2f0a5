/* test_exp.c: the error of vf_exp2, and what it gives at -infinity, NaN and where results become denormal.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   test_exp          every 257th float32 and the edges, within the bound
 *   test_exp --all    every float32 (about a minute for each instruction set), and prints the largest error */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "exp_error.h"

static bool within(const test_vec *v, exp_error e)
{
    exp_error_print(v, &e);
    return exp_error_within(v, &e);
}

static bool runs(const test_vec *v) { return as_cpu_isas() & AS_ISA_BIT(v->isa); }

static void test_sweep(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEST_VECS; i++)
        if (runs(test_vecs[i]))
            assert_true(within(test_vecs[i], exp_error_sweep(test_vecs[i], 257)));
}

static void test_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEST_VECS; i++)
        if (runs(test_vecs[i]))
            assert_true(within(test_vecs[i], exp_error_edges(test_vecs[i])));
}

/* Whole powers are exact, a denormal x is as good as 0, and -infinity is 0: a hidden key weighs nothing. */
static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEST_VECS; i++) {
        const test_vec *v = test_vecs[i];
        if (!runs(v))
            continue;
        for (int n = -126; n <= 127; n++)
            assert_true(exp_error_at(v, (float)n) == ldexpf(1, n));
        assert_true(exp_error_at(v, 0.0f) == 1 && exp_error_at(v, -0.0f) == 1);
        assert_true(exp_error_at(v, 0x1p-149f) == 1 && exp_error_at(v, -0x1p-130f) == 1);
        assert_true(exp_error_at(v, -INFINITY) == 0 && exp_error_at(v, -3e38f) == 0 && exp_error_at(v, -127) == 0);
        assert_true(isnan(exp_error_at(v, NAN)) && isnan(exp_error_at(v, -NAN)));
    }
}

/* The short one: within 1.02e-4 of itself, whole powers exact, 0 at -infinity and no normal number below 2^-126, NaN at
 * NaN. */
static void test_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEST_VECS; i++) {
        test_vec v = *test_vecs[i];
        if (!runs(&v))
            continue;
        v.exp2 = v.exp2_short;
        double worst = 0;
        for (float x = -126; x <= 8; x += 1.0f / 1024)
            worst = fmax(worst, fabs((double)exp_error_at(&v, x) / exp2((double)x) - 1));
        assert_true(worst > 1e-5 && worst < 1.02e-4);
        for (int n = -126; n <= 127; n++)
            assert_true(exp_error_at(&v, (float)n) == ldexpf(1, n));
        assert_true(exp_error_at(&v, -INFINITY) == 0 && exp_error_at(&v, -127) < 0x1p-126f &&
                    isnan(exp_error_at(&v, NAN)));
    }
}

static int sweep_all(void)
{
    int bad = 0;
    for (size_t i = 0; i < TEST_VECS; i++)
        if (runs(test_vecs[i]))
            bad += !within(test_vecs[i], exp_error_sweep(test_vecs[i], 1));
    return bad;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_sweep),
    };
    if (argc > 1 && !strcmp(argv[1], "--all"))
        return sweep_all();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
