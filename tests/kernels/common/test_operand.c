/* test_operand.c: operands are filled with the same numbers on every machine, by every build and in any order.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/api/cpu.h"
#include "kernels/common/bf16.h"
#include "kernels/common/random.h"
#include "kernels/common/operand.h"

enum { N = 1003 };

extern const as_filler *const as_builtin_fillers[];

static as_operand array(as_fill fill, as_dtype dtype, size_t n) { return AS_OPERAND("x", AS_IN, fill, dtype, n); }

/* Numbers that files of results rest on. */
static void golden_numbers(void **state)
{
    (void)state;
    static const float normal[] = {0x1.5ad332p+0f,   -0x1.ccba72p-5f, 0x1.ef387ep-1f,
                                   -0x1.6844ccp-12f, -0x1.92bb38p-1f, 0x1.ee428ap-1f};
    static const float uniform[] = {0x1.716984p-1f, 0x1.3f456p-3f, 0x1.bfac8ap-1f,
                                    0x1.ea7452p-1f, 0x1.b4c1dp-4f, 0x1.ad49d8p-1f};
    static const uint16_t rounded[] = {0x3f39, 0x3e20, 0x3f60, 0x3f75, 0x3dda, 0x3f57};
    float x[6];
    uint16_t y[6];
    as_operand operand = array(AS_FILL_NORMAL, AS_F32, 6);
    as_operand_fill(&operand, 7, x);
    assert_memory_equal(x, normal, sizeof x);
    operand.fill = AS_FILL_UNIFORM;
    as_operand_fill(&operand, 7, x);
    assert_memory_equal(x, uniform, sizeof x);
    operand.dtype = AS_BF16;
    as_operand_fill(&operand, 7, y);
    assert_memory_equal(y, rounded, sizeof y);
    operand.fill = AS_FILL_ZERO;
    as_operand_fill(&operand, 7, y);
    assert_true(!y[0] && !y[5]);
}

/* Any cut of the array, from its end to its start. */
static void parts_equal_the_whole(void **state)
{
    (void)state;
    static const as_fill fills[] = {AS_FILL_NORMAL, AS_FILL_UNIFORM, AS_FILL_ZERO};
    for (int dtype = AS_F32; dtype <= AS_BF16; dtype++)
        for (size_t f = 0; f < sizeof fills / sizeof *fills; f++) {
            const as_operand operand = array(fills[f], (as_dtype)dtype, N);
            const size_t size = as_operand_bytes(&operand) / N;
            char whole[4 * N], parts[4 * N];
            as_operand_fill(&operand, 3, whole);
            as_operand_poison(&operand, parts);
            for (size_t end = N, n = 1; end > 0; end -= n) {
                n = n * 3 < end ? n * 3 : end;
                as_operand_fill_part(&operand, 3, end - n, n, parts + (end - n) * size);
            }
            assert_memory_equal(whole, parts, N * size);
        }
}

/* Every build that this machine runs makes the same bits. */
static void builds_agree(void **state)
{
    (void)state;
    size_t builds = 0;
    for (const as_filler *const *f = as_builtin_fillers; *f; f++) {
        if (!(as_cpu_isas() & AS_ISA_BIT((*f)->isa)))
            continue;
        builds++;
        for (int dtype = AS_F32; dtype <= AS_BF16; dtype++)
            for (int fill = AS_FILL_NORMAL; fill <= AS_FILL_UNIFORM; fill++) {
                const as_fill_job job = {(as_fill)fill, (as_dtype)dtype, as_random_first(11), 5, N, 0.3f};
                char want[4 * N] = {0}, got[4 * N] = {0};
                as_builtin_fillers[0]->fill(&job, want);
                (*f)->fill(&job, got);
                assert_memory_equal(want, got, sizeof want);
            }
    }
    assert_true(builds > 0);
}

static void moments(void **state)
{
    (void)state;
    enum { MANY = 1 << 16 };
    static float x[MANY];
    double sum = 0, squares = 0;
    const as_operand operand = array(AS_FILL_NORMAL, AS_F32, MANY);
    as_operand_fill(&operand, 1, x);
    for (size_t i = 0; i < MANY; i++) {
        sum += x[i];
        squares += (double)x[i] * x[i];
        assert_true(fabsf(x[i]) < 3.5f);
    }
    assert_true(fabs(sum / MANY) < 0.02 && fabs(squares / MANY - 1) < 0.02);
}

/* Sums over the inputs of a weight are about as large as the inputs. */
static void weights_are_scaled_by_their_inputs(void **state)
{
    (void)state;
    float plain[64], scaled[64];
    const as_operand normal = array(AS_FILL_NORMAL, AS_F32, 64);
    const as_operand columns = AS_OPERAND("w", AS_IN, AS_FILL_WEIGHT, AS_F32, 2, 8, 4),
                     rows = AS_OPERAND("w", AS_IN, AS_FILL_WEIGHT_ROWS, AS_F32, 4, 16);
    as_operand_fill(&normal, 2, plain);
    as_operand_fill(&columns, 2, scaled);
    for (size_t i = 0; i < 64; i++)
        assert_true(scaled[i] == plain[i] * 0.25f);
    as_operand_fill(&rows, 2, scaled);
    for (size_t i = 0; i < 64; i++)
        assert_true(scaled[i] == plain[i] * 0.25f);
}

static void bytes_and_poison(void **state)
{
    (void)state;
    float x[12];
    as_operand operand = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, AS_F32, 3, 4);
    assert_int_equal(as_operand_bytes(&operand), 48);
    as_operand_poison(&operand, x);
    for (size_t i = 0; i < 12; i++)
        assert_true(isnan(x[i]));
    operand.dtype = AS_BF16;
    assert_int_equal(as_operand_bytes(&operand), 24);
    assert_true(isnan(as_bf16_float(0xffff)));
    operand.shape[0] = SIZE_MAX / 2;
    assert_true(as_operand_bytes(&operand) == SIZE_MAX);
    operand.shape[1] = 1;
    operand.dtype = AS_F32;
    assert_true(as_operand_bytes(&operand) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_numbers),
        cmocka_unit_test(parts_equal_the_whole),
        cmocka_unit_test(builds_agree),
        cmocka_unit_test(moments),
        cmocka_unit_test(weights_are_scaled_by_their_inputs),
        cmocka_unit_test(bytes_and_poison),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
