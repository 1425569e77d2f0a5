/* executed.h: a kernel's file, compiled once more with every call of the register block counted, against what it says
 * that it executes; the block itself comes from counted.cmake. A test defines KERNEL_FILE and KERNEL_SYMBOL before, and
 * calls executed_check. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define AS_ISA_NAME counted
#include "kernels/tile/gemm.h"
#include "kernels/tile/pack.h"
#include "kernels/tile/wide.h"

static uint64_t executed;
static inline uint64_t executed_note(int rows, int nv, size_t n)
{
    return 2 * (uint64_t)rows * (uint64_t)nv * VF_N * n;
}
#undef tile_multiply
#undef tile_multiply_rows
#undef wide_multiply
#undef wide_multiply_rows
#define tile_multiply(rows, nv, n, ...)                                                                                \
    (executed += executed_note((int)(rows), (int)(nv), (n)), tile_multiply_counted((rows), (nv), (n), __VA_ARGS__))
#define tile_multiply_rows(rows, nv, n, ...)                                                                           \
    (executed += executed_note((int)(rows), (int)(nv), (n)), tile_multiply_rows_counted((rows), (nv), (n), __VA_ARGS__))
#define wide_multiply(rows, nv, n, ...)                                                                                \
    (executed += executed_note((int)(rows), (int)(nv), (n)), wide_multiply_counted((rows), (nv), (n), __VA_ARGS__))
#define wide_add(rows, nv, n, ...)                                                                                     \
    (executed += executed_note((int)(rows), (int)(nv), (n)), wide_add(rows, nv, n, __VA_ARGS__))
#define wide_multiply_rows(rows, nv, n, ...)                                                                           \
    (executed += executed_note((int)(rows), (int)(nv), (n)), wide_multiply_rows_counted((rows), (nv), (n), __VA_ARGS__))
#ifdef KERNEL_SHARED /* what it calls and what calls the register block too */
#include KERNEL_SHARED
#endif
#include KERNEL_FILE

#include "harness/bench/bench.h"
#include "harness/model/problem.h"

/* `rest`: FLOPs that the kernel does elsewhere. The pattern is causal where p has none, and freed. */
static inline void executed_check(as_problem p, uint64_t rest)
{
    as_bench b;
    p.pattern = p.pattern ? p.pattern : as_pattern_parse("causal", NULL);
    assert_non_null(p.pattern);
    p = as_problem_complete(p, p.pattern, NULL);
    as_bench_describe(&b, &KERNEL_SYMBOL, &p);
    assert_true(as_bench_allocate(&b, 0, NULL));
    as_bench_fill(&b, 0);
    executed = 0;
    as_bench_run_all(&b);
    assert_true(executed > 0);
    assert_int_equal(executed + rest, KERNEL_SYMBOL.work(&p).flops_executed);
    as_bench_close(&b);
    as_pattern_free((as_pattern *)p.pattern);
}

#define EXECUTED_MAIN(test)                                                                                            \
    int main(void)                                                                                                     \
    {                                                                                                                  \
        const struct CMUnitTest tests[] = {cmocka_unit_test(test)};                                                    \
        return cmocka_run_group_tests(tests, NULL, NULL);                                                              \
    }
