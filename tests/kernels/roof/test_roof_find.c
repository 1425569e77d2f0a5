/* test_roof_find.c: every loop of every instruction set of this CPU does the work that it says it does.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/api/cpu.h"
#include "kernels/roof/roof.h"

enum { FLOATS = 1 << 14 };

static void found_by_isa(void **state)
{
    (void)state;
    assert_non_null(as_roof_find(AS_SCALAR));
    assert_non_null(as_roof_find(AS_SCALAR)->fma);
    assert_null(as_roof_find(AS_ISA_COUNT));
    for (int isa = 0; isa < AS_ISA_COUNT; isa++)
        if (as_roof_find((as_isa)isa))
            assert_int_equal(as_roof_find((as_isa)isa)->isa, isa);
}

static void each_loop(void **state)
{
    (void)state;
    float *data = aligned_alloc(64, FLOATS * sizeof *data);
    assert_non_null(data);
    for (size_t i = 0; i < FLOATS; i++)
        data[i] = 1;
    for (int isa = 0; isa < AS_ISA_COUNT; isa++) {
        const as_roof *r = as_roof_find((as_isa)isa);
        if (!r || !(as_cpu_isas() & AS_ISA_BIT(isa)))
            continue;
        for (size_t k = 0; k < 2; k++) {
            float sink = 0;
            if (!r->read[k])
                continue;
            assert_int_equal(r->read[k](data, FLOATS * sizeof *data, &sink), FLOATS * sizeof *data);
            assert_true(sink == FLOATS); /* all were read, each once */
        }
        const as_roof_flops loops[] = {r->fma, r->bf16 && r->bf16_runs() ? r->bf16 : NULL};
        for (size_t k = 0; k < 2; k++) {
            float sink = 0;
            if (!loops[k])
                continue;
            const uint64_t once = loops[k](1, &sink);
            assert_true(once > 0 && isfinite(sink));
            assert_int_equal(loops[k](1000, &sink), 1000 * once);
            assert_true(isfinite(sink));
        }
    }
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_isa),
        cmocka_unit_test(each_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
