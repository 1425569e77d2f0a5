/* test_kernel_name.c: parameters behind a kernel's name: read, written in one way, refused with a reason, multiplied.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels_of_test.h"

#include "kernels/api/kernel_name.h"

static const as_kernel_param params[] = {{"m", 1, 1 << 20, 64, "features"}, {"seed", 0, 9, 3, "which"}, {0}};

static as_kernel with_params(void)
{
    as_kernel k = small_kernel();
    k.params = params;
    return k;
}

static void reads_and_writes_canonically(void **state)
{
    (void)state;
    const as_kernel k = with_params();
    uint64_t param[AS_KERNEL_PARAMS_MAX] = {0};
    char why[200], text[AS_KERNEL_TEXT_MAX];
    assert_int_equal(as_kernel_param_count(&k), 2);
    assert_int_equal(as_kernel_base("a/b:m=1"), 3);
    assert_int_equal(as_kernel_base("a/b"), 3);
    assert_true(as_kernel_params_read(&k, "attention/small:seed=5,m=8k", param, why, sizeof why));
    assert_true(param[0] == 8192 && param[1] == 5);
    assert_string_equal(as_kernel_text(&k, param, text), "attention/small:m=8192,seed=5");
    as_kernel_params_usual(&k, param);
    assert_true(param[0] == 64 && param[1] == 3);
    assert_string_equal(as_kernel_text(&k, param, text), "attention/small");
    assert_string_equal(as_kernel_params_text(&k, param, text), "m=64,seed=3");
    assert_true(as_kernel_params_read(&k, "attention/small:seed=4", param, why, sizeof why));
    assert_string_equal(as_kernel_text(&k, param, text), "attention/small:seed=4");
}

static void refuses_with_the_parameter(void **state)
{
    (void)state;
    const as_kernel k = with_params();
    static const char *const bad[][2] = {{"attention/small:seed=10", "seed"}, {"attention/small:m=0", "m"},
                                         {"attention/small:m=1,m=2", "m"},    {"attention/small:x=1", "x"},
                                         {"attention/small:m=", "m"},         {"attention/small:m=1.5", "m"},
                                         {"attention/small:m=-1", "m"},       {"attention/small:m", "m"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t param[AS_KERNEL_PARAMS_MAX];
        char why[200] = "";
        if (as_kernel_params_read(&k, bad[i][0], param, why, sizeof why) || !strstr(why, bad[i][1]))
            fail_msg("%s: '%s'", bad[i][0], why);
    }
}

static void alternatives_are_multiplied(void **state)
{
    (void)state;
    static const char *const want[] = {"k/x:m=1,seed=2", "k/x:m=1,seed=3", "k/x:m=4,seed=2", "k/x:m=4,seed=3"};
    as_kernel_choice choice;
    char why[200], text[AS_KERNEL_TEXT_MAX];
    assert_true(as_kernel_choice_begin(&choice, "k/*:m=1/4,seed=2/3", 4, why, sizeof why));
    assert_int_equal(choice.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(as_kernel_choice_next(&choice, "k/x", text, sizeof text));
        assert_string_equal(text, want[i]);
    }
    assert_false(as_kernel_choice_next(&choice, "k/x", text, sizeof text));
    assert_false(as_kernel_choice_begin(&choice, "k/*:m=1/4,seed=2/3", 3, why, sizeof why));
    assert_false(as_kernel_choice_begin(&choice, "k/*:m=1//4", 9, why, sizeof why));
}

static void missing_parameters_are_named(void **state)
{
    (void)state;
    const as_kernel k = with_params();
    char missing[40] = "";
    assert_true(as_kernel_has_params(&k, "attention/small:m=1", missing));
    assert_false(as_kernel_has_params(&k, "attention/small:m=1,depth=2", missing));
    assert_string_equal(missing, "depth");
    assert_false(as_kernel_has_params(&k, "attention/small:depth=2", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_canonically),
        cmocka_unit_test(refuses_with_the_parameter),
        cmocka_unit_test(alternatives_are_multiplied),
        cmocka_unit_test(missing_parameters_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
