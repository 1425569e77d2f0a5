/* test_vec.c: the words of kernels/vec mean the same on every instruction set of this machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "isa_vec.h"

static void test_laws(void **state)
{
    size_t seen = 0;
    (void)state;
    for (size_t i = 0; i < TEST_VECS; i++) {
        char why[300] = "";
        if (!(as_cpu_isas() & AS_ISA_BIT(test_vecs[i]->isa)))
            continue;
        for (uint64_t seed = 1; seed <= 5; seed++)
            if (!test_vecs[i]->laws(seed, why, sizeof why))
                fail_msg("%s: %s", as_isa_name(test_vecs[i]->isa), why);
        seen++;
    }
    assert_true(seen > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_laws)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
