/* test_special.c: NaN, infinities and denormals in q, k and v: every kernel and isa of this machine; see special.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernels/api/cpu.h"
#include "special.h"

static void test_special(void **state)
{
    size_t seen = 0, bad = 0;
    (void)state;
    for (size_t i = 0; i < as_registry_count(); i++) {
        const as_entry *e = as_registry_at(i);
        char why[300] = "";
        size_t taken = 0;
        if (!(as_cpu_isas() & AS_ISA_BIT(e->isa)) || strncmp(e->kernel->name, "attention/", 10))
            continue;
        if (!special_check(e, &taken, why, sizeof why)) {
            printf("%s %s: %s\n", e->kernel->name, as_isa_name(e->isa), why);
            bad++;
        }
        seen += taken > 0;
    }
    assert_int_equal(bad, 0);
    assert_true(seen > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_special)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
