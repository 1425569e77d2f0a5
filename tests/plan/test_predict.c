/* test_predict.c: more work, fewer threads and more batches take longer.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/plan/predict.h"

static void calls(void **state)
{
    const as_kernel blas = {.name = "attention/blas"}, other = {.name = "attention/other"};
    const as_entry b = {.kernel = &blas, .isa = AS_SCALAR}, scalar = {.kernel = &other, .isa = AS_SCALAR},
                   vector = {.kernel = &other, .isa = AS_AVX2};
    const as_work work = {.flops_executed = 1000000000, .bytes_min = 8}, bytes = {.bytes_min = 8000000000};
    (void)state;
    const double once = as_predict_call(&vector, 1, &work, 100);
    assert_true(once > 0.01 && once < 0.1);
    assert_true(fabs(as_predict_call(&vector, 2, &work, 100) - once / 2) < 1e-12);
    assert_true(fabs(as_predict_call(&vector, 1, &work, 50) - once * 2) < 1e-12);
    assert_true(as_predict_call(&scalar, 1, &work, 100) > 5 * once);
    assert_true(fabs(as_predict_call(&b, 1, &work, 100) - once) < 1e-12);
    assert_true(as_predict_call(&vector, 1, &work, 0) > once); /* unknown: a modest machine */
    assert_true(fabs(as_predict_call(&vector, 1, &bytes, 100) - 1) < 1e-9);
}

static void run_nothing(const as_call *call) { (void)call; }

static void visits(void **state)
{
    static const as_phase one[] = {{.name = "all", .run = run_nothing}, {.name = NULL}},
                          two[] = {
                              {.name = "a", .run = run_nothing}, {.name = "b", .run = run_nothing}, {.name = NULL}};
    const as_kernel whole = {.name = "k", .phases = one}, parts = {.name = "k", .phases = two};
    const as_measure m = {.batches = 7}, more = {.batches = 14};
    (void)state;
    assert_true(as_predict_visit(&more, 0.01, &whole) > as_predict_visit(&m, 0.01, &whole));
    assert_true(as_predict_visit(&m, 0.01, &parts) > as_predict_visit(&m, 0.01, &whole)); /* phases are timed apart */
    assert_true(as_predict_visit(&m, 2, &whole) > 9 * 2);
    assert_true(as_predict_visit(&m, 0, &whole) > 7 * 0.005);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls),
        cmocka_unit_test(visits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
