/* test_stages.c: the roofs that a case is held against: by threads, element type, instruction set and size.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/analyse/stages.h"
#include "kernels/api/cpu.h"

static as_machine_facts make_machine(void)
{
    as_machine_facts m = {.cpus = 5, .read_gbs = {300, 100, 30, 12}, .cache_bytes = {1000, 10000, 100000}};
    for (int d = 0; d < AS_RATED_DTYPES; d++)
        for (int i = 0; i < AS_ISA_COUNT; i++)
            m.rate[d][i][AS_ONE_CPU] = m.rate[d][i][AS_ALL_CPUS] = NAN;
    m.rate[AS_F32][AS_AVX2][AS_ONE_CPU] = 80;
    m.rate[AS_F32][AS_AVX2][AS_ALL_CPUS] = 240;
    m.rate[AS_F32][AS_AVX512][AS_ONE_CPU] = 100;
    m.rate[AS_BF16][AS_AVX512][AS_ONE_CPU] = 70;
    m.rate[AS_BF16][AS_AMX][AS_ONE_CPU] = 900;
    return m;
}

static as_summary make_row(const char *isa, const char *dtype, uint64_t threads)
{
    as_summary row;
    as_record_clear(&as_summary_schema, &row);
    row.isa = isa;
    row.dtype = dtype;
    row.threads = threads;
    return row;
}

static void roofs(void **state)
{
    static const struct {
        const char *isa, *dtype;
        uint64_t threads;
        double roof, widest;
    } rows[] = {
        {"avx2", "f32", 1, 80, 100},   {"avx2", "f32", 3, 160, 160},    {"avx2", "f32", 5, 240, 240},
        {"avx2", "f32", 50, 240, 240}, {"avx512", "f32", 2, NAN, 120},  {"avx2", "f32", 0, NAN, NAN},
        {"avx2", "bf16", 1, 80, 900},  {"avx512", "bf16", 1, 100, 900}, /* widened where that is faster */
        {"amx", "bf16", 1, 900, 900},  {"amx", "f32", 1, NAN, 100},     {"none", "f32", 1, NAN, 100},
    };
    const as_machine_facts m = make_machine();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const as_summary row = make_row(rows[i].isa, rows[i].dtype, rows[i].threads);
        const double roof = as_roof_of(&m, 2, &row), widest = as_roof_widest(&m, 2, &row);
        if (!(roof == 2 * rows[i].roof || (isnan(roof) && isnan(rows[i].roof))) ||
            !(widest == 2 * rows[i].widest || (isnan(widest) && isnan(rows[i].widest))))
            fail_msg("row %zu: %g, %g", i, roof, widest);
    }
}

static void boost(void **state)
{
    (void)state;
    as_sample samples[3];
    as_findings f = {.machine = make_machine(), .samples = samples, .sample_count = 3};
    static const double indices[] = {95, NAN, 90};
    for (size_t i = 0; i < 3; i++) {
        as_record_clear(&as_sample_schema, &samples[i]);
        samples[i].speed_index = indices[i];
    }
    assert_true(as_roof_boost(&f) == 1); /* slower than when machine.json was written: roofs stay */
    samples[2].speed_index = 125;
    assert_true(as_roof_boost(&f) == 1.25); /* of 100, the widest isa's loop */
}

static void bandwidths(void **state)
{
    as_machine_facts m = make_machine();
    (void)state;
    assert_true(as_bandwidth_of(&m, 1000, false, 1) == 300);
    assert_true(as_bandwidth_of(&m, 1001, false, 1) == 100);
    assert_true(as_bandwidth_of(&m, 100000, false, 1) == 30);
    assert_true(as_bandwidth_of(&m, 100001, false, 1) == 12);
    assert_true(as_bandwidth_of(&m, 1000, true, 1) == 12);
    assert_true(isnan(as_bandwidth_of(&m, 1000, false, 2)));
    m.cache_bytes[2] = 0; /* nobody knows whether it fits */
    assert_true(isnan(as_bandwidth_of(&m, 100000, false, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roofs),
        cmocka_unit_test(boost),
        cmocka_unit_test(bandwidths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
