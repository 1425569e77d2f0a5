/* test_all.c: which kernels `verify` takes up, and what it says of --only that means nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/verify/all.h"
#include "kernels/api/cpu.h"

static void one_kernel_is_checked_on_many_shapes(void **unused)
{
    (void)unused;
    as_err err = {0};
    as_verify_tally t = {.only = "attention/naive",
                         .seed = 1,
                         .isas = AS_ISA_BIT(AS_SCALAR),
                         .keep_all = true,
                         .arena = as_arena_create()};
    assert_true(as_verify_all(&t, &err));
    assert_true(t.checked > 10 && t.failed == 0);
    assert_int_equal(t.count, t.checked);
    for (size_t i = 0; i < t.count; i++) {
        assert_string_equal(t.cases[i].kernel, "attention/naive");
        assert_int_equal(t.cases[i].status, AS_STATUS_OK);
        assert_true(t.cases[i].error_max <= t.cases[i].error_allowed);
    }
    as_arena_free(t.arena);
}

static void only_must_mean_something(void **unused)
{
    (void)unused;
    as_err err = {0};
    as_verify_tally t = {.only = "nowhere/*", .isas = AS_ISA_BIT(AS_SCALAR), .arena = as_arena_create()};
    assert_false(as_verify_all(&t, &err));
    assert_string_equal(err.text, "--only 'nowhere/*' matches no kernel and no pattern: see attnscope list");
    t.only = "kernelised/performer:n=7";
    assert_false(as_verify_all(&t, &err));
    assert_non_null(strstr(err.text, "--only 'kernelised/performer:n=7': "));
    as_arena_free(t.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_kernel_is_checked_on_many_shapes),
        cmocka_unit_test(only_must_mean_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
