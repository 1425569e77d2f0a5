/* test_activation.c: the errors of sigmoid, tanh, SiLU and GELU are what kernels/vec/activation.h promises, and that of
 * elu + 1. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "isa_activation.h"

enum { N = 400003 };

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double silu(double x) { return x * sigmoid(x); }
static double gelu(double x)
{
    return 0.5 * x * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
}

static double elu1(double x) { return x > 0 ? x + 1 : exp(x); }

/* Points dense around 0, over -20..20, and out to the ends of float32. */
static float point(size_t i)
{
    static const float ends[] = {0, -0.0f, 1e-30f, -1e-30f, 88, -88, 87.5f, -87.5f, 104, -104, 1e10f, -1e10f};
    if (i < sizeof ends / sizeof *ends)
        return ends[i];
    const float part = (float)i / N * 2 - 1;
    return i % 3 == 0 ? 20 * part : i % 3 == 1 ? part * part * part : 120 * part;
}

static void sweep(void (*map)(float *x, size_t n), double (*truth)(double x), double bound, bool grows)
{
    float *x = malloc(N * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < N; i++)
        x[i] = point(i);
    map(x, N);
    for (size_t i = 0; i < N; i++) {
        const double at = (double)point(i), error = fabs((double)x[i] - truth(at));
        if (!(error <= bound * (grows ? fabs(at) + 1 : 1)))
            fail_msg("off by %.3g at %.9g", error, at);
    }
    free(x);
}

static void each(void (*check)(const test_activation *a))
{
    for (size_t i = 0; i < TEST_ACTIVATIONS; i++)
        if (as_cpu_isas() & AS_ISA_BIT(test_activations[i]->isa))
            check(test_activations[i]);
}

static void errors(const test_activation *a)
{
    sweep(a->sigmoid, sigmoid, 1.5e-7, false);
    sweep(a->tanh, tanh, 3e-7, false);
    sweep(a->silu, silu, 1.5e-7, true);
    sweep(a->gelu, gelu, 1.5e-7, true);
    sweep(a->elu1, elu1, 1.5e-7, true);
}

/* What stays exact: the middle, the ends, and that no NaN is lost, whichever lane it is in. */
static void values(const test_activation *a)
{
    void (*const maps[])(float *, size_t) = {a->sigmoid, a->tanh, a->silu, a->gelu, a->elu1};
    const float at_zero[] = {0.5f, 0, 0, 0, 1}, above[] = {1, 1, 50, 50, 51}, below[] = {0, -1, 0, 0, 0};
    for (size_t i = 0; i < 5; i++)
        for (size_t n = 1; n <= 33; n += 4) {
            float x[33], high[33], low[33];
            for (size_t j = 0; j < n; j++) {
                x[j] = j == n / 2 ? NAN : 0;
                high[j] = 50;
                low[j] = -120;
            }
            maps[i](x, n);
            maps[i](high, n);
            maps[i](low, n);
            for (size_t j = 0; j < n; j++) {
                assert_true(j == n / 2 ? isnan(x[j]) : x[j] == at_zero[i]);
                assert_true(high[j] == above[i]);
                assert_true(fabsf(low[j] - below[i]) < 1e-30f);
            }
        }
}

static void test_errors(void **state) { (void)state, each(errors); }
static void test_values(void **state) { (void)state, each(values); }

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_errors), cmocka_unit_test(test_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
