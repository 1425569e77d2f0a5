/* test_cpu.c: names of instruction sets, and which are at most another.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "kernels/api/cpu.h"

static void names_are_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < AS_ISA_COUNT; i++) {
        as_isa isa = AS_ISA_COUNT;
        assert_true(as_isa_parse(as_isa_name((as_isa)i), &isa));
        assert_int_equal(isa, i);
    }
    as_isa isa;
    assert_false(as_isa_parse("avx", &isa) || as_isa_parse("", &isa) || as_isa_parse("?", &isa));
    assert_string_equal(as_isa_name(AS_ISA_COUNT), "?");
}

static void up_to_stays_within_an_architecture(void **state)
{
    (void)state;
    const uint32_t scalar = AS_ISA_BIT(AS_SCALAR), avx2 = scalar | AS_ISA_BIT(AS_AVX2),
                   avx512 = avx2 | AS_ISA_BIT(AS_AVX512);
    assert_int_equal(as_isa_up_to(AS_SCALAR), scalar);
    assert_int_equal(as_isa_up_to(AS_AVX2), avx2);
    assert_int_equal(as_isa_up_to(AS_AVX512), avx512);
    assert_int_equal(as_isa_up_to(AS_AMX), avx512 | AS_ISA_BIT(AS_AMX));
    assert_int_equal(as_isa_up_to(AS_NEON), scalar | AS_ISA_BIT(AS_NEON));
}

/* Whatever runs, the plainer ones of its architecture run too. */
static void a_cpu_runs_the_plainer_ones(void **state)
{
    (void)state;
    const uint32_t isas = as_cpu_isas();
    assert_true(isas & AS_ISA_BIT(AS_SCALAR));
    for (int i = 0; i < AS_ISA_COUNT; i++)
        if (isas & AS_ISA_BIT(i))
            assert_int_equal(as_isa_up_to((as_isa)i) & ~isas, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_back),
        cmocka_unit_test(up_to_stays_within_an_architecture),
        cmocka_unit_test(a_cpu_runs_the_plainer_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
