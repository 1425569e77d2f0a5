/* test_blas_core.c: what OpenBLAS is told to be, for CPUs that it knows and for one that it does not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/machine/blas_core.h"

static void the_librarys_choice_stays_where_it_uses_the_vectors(void **state)
{
    (void)state;
    assert_string_equal(as_blas_core_told(AS_AVX512, "Cooperlake"), "Cooperlake");
    assert_string_equal(as_blas_core_told(AS_AVX512, "SkylakeX"), "SkylakeX");
    assert_string_equal(as_blas_core_told(AS_AVX2, "Zen"), "Zen");
}

static void a_cpu_unknown_to_the_library_is_named(void **state)
{
    (void)state;
    const uint32_t avx2 = AS_ISA_BIT(AS_SCALAR) | AS_ISA_BIT(AS_AVX2),
                   all = avx2 | AS_ISA_BIT(AS_AVX512) | AS_ISA_BIT(AS_AMX);
    assert_string_equal(as_blas_core_best(all, "Prescott"), "SkylakeX");
    assert_string_equal(as_blas_core_best(avx2, "Prescott"), "Haswell");
    assert_string_equal(as_blas_core_best(AS_ISA_BIT(AS_SCALAR), "Prescott"), "Prescott");
    assert_string_equal(as_blas_core_best(AS_ISA_BIT(AS_NEON), "NEOVERSEN1"), "NEOVERSEN1");
}

static void a_lesser_case_gets_no_more_than_it_asks_for(void **state)
{
    (void)state;
    assert_string_equal(as_blas_core_told(AS_AVX2, "SkylakeX"), "Haswell");
    assert_string_equal(as_blas_core_told(AS_SCALAR, "Cooperlake"), "Prescott");
    assert_string_equal(as_blas_core_told(AS_AMX, "Cooperlake"), "Cooperlake"); /* has no row: the best below it */
    assert_null(as_blas_core_told(AS_NEON, "NEOVERSEN1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_librarys_choice_stays_where_it_uses_the_vectors),
        cmocka_unit_test(a_cpu_unknown_to_the_library_is_named),
        cmocka_unit_test(a_lesser_case_gets_no_more_than_it_asks_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
