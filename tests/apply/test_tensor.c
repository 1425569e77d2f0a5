/* test_tensor.c: the user's arrays become what kernels take: float16 and bfloat16 exactly, C and Fortran order alike,
 * and what is not finite is named.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/apply/internal.h"

static char path[] = "/tmp/attnscope-tensor-XXXXXX";
static char last_warning[600];

static void warn(const char *text) { snprintf(last_warning, sizeof last_warning, "%s", text); }

static int setup(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 || close(fd) != 0;
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

static void open_array(as_tensor *t, as_npy_type type, const size_t *shape, int rank, const void *data)
{
    char why[300];
    as_err err = {0};
    assert_true(as_npy_write(path, type, shape, rank, data, why, sizeof why));
    assert_true(as_tensor_open(t, "q", path, &err));
}

/* What IEEE 754 says that a binary16 pattern stands for, by arithmetic instead of bits. */
static double half_value(unsigned bits)
{
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double size = exponent == 31 ? (fraction ? NAN : INFINITY)
                        : exponent     ? ldexp(1024 + fraction, exponent - 25)
                                       : ldexp(fraction, -24);
    return bits & 0x8000 ? -size : size;
}

static void every_half_is_exact(void **state)
{
    (void)state;
    static uint16_t bits[65536];
    static float out[65536];
    for (unsigned i = 0; i < 65536; i++)
        bits[i] = (uint16_t)i;
    as_tensor t;
    open_array(&t, AS_NPY_F16, (size_t[]){4, 64, 256}, 3, bits);
    as_tensor_copy(&t, AS_F32, out, warn);
    for (unsigned i = 0; i < 65536; i++) {
        const double wanted = half_value(i);
        assert_true(isnan(wanted) ? isnan(out[i]) : out[i] == wanted && !signbit(out[i]) == !signbit(wanted));
    }
    assert_true(t.largest == 65504);
    as_tensor_close(&t);
}

static void bfloat16_is_the_upper_half_of_a_float(void **state)
{
    (void)state;
    static uint16_t bits[65536], again[65536];
    static float out[65536];
    for (unsigned i = 0; i < 65536; i++)
        bits[i] = (uint16_t)i;
    as_tensor t;
    open_array(&t, AS_NPY_U16, (size_t[]){1, 1, 1024, 64}, 4, bits);
    as_tensor_copy(&t, AS_F32, out, warn);
    as_tensor_copy(&t, AS_BF16, again, warn);
    for (unsigned i = 0; i < 65536; i++) {
        uint32_t wide;
        memcpy(&wide, &out[i], sizeof wide);
        if (isnan(out[i])) {
            assert_true((again[i] & 0x7f80) == 0x7f80 && (again[i] & 0x7f));
        } else {
            assert_int_equal(wide, (uint32_t)i << 16);
            assert_int_equal(again[i], i);
        }
    }
    as_tensor_close(&t);
}

static void rounding_to_bfloat16_is_to_nearest_even(void **state)
{
    (void)state;
    const float in[] = {1, 1.00390625f, 1.0039064f, 1.01171875f, -1.00390625f, 3.4028235e38f};
    const uint16_t wanted[] = {0x3f80, 0x3f80, 0x3f81, 0x3f82, 0xbf80, 0x7f80};
    uint16_t out[6];
    as_tensor t;
    open_array(&t, AS_NPY_F32, (size_t[]){1, 1, 6}, 3, in);
    as_tensor_copy(&t, AS_BF16, out, warn);
    assert_memory_equal(out, wanted, sizeof wanted);
    as_tensor_close(&t);
}

/* (2,3,4,5) with value 1000b + 100h + 10t + c, written by hand in Fortran order. */
static void fortran_order_is_turned(void **state)
{
    (void)state;
    const char header[] = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 4, 5), }                      \n";
    float out[120];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite("\x93NUMPY\x01\x00", 1, 8, file);
    fputc((int)strlen(header), file);
    fputc(0, file);
    fputs(header, file);
    for (int c = 0; c < 5; c++)
        for (int t = 0; t < 4; t++)
            for (int h = 0; h < 3; h++)
                for (int b = 0; b < 2; b++)
                    fwrite(&(float){(float)(1000 * b + 100 * h + 10 * t + c)}, sizeof(float), 1, file);
    fclose(file);
    as_tensor tensor;
    as_err err = {0};
    assert_true(as_tensor_open(&tensor, "q", path, &err));
    as_tensor_copy(&tensor, AS_F32, out, warn);
    for (int i = 0; i < 120; i++)
        assert_true(out[i] == (float)(1000 * (i / 60) + 100 * (i / 20 % 3) + 10 * (i / 5 % 4) + i % 5));
    as_tensor_close(&tensor);
}

static void what_is_not_finite_is_named_by_its_first_place(void **state)
{
    (void)state;
    float in[2 * 3 * 4] = {0}, out[2 * 3 * 4];
    as_tensor t;
    in[1 * 12 + 2 * 4 + 3] = NAN;
    in[1 * 12 + 2 * 4 + 2] = -INFINITY;
    open_array(&t, AS_NPY_F32, (size_t[]){2, 3, 4}, 3, in);
    last_warning[0] = 0;
    as_tensor_copy(&t, AS_F32, out, warn);
    assert_non_null(strstr(last_warning, "-infinity at [1,2,2], 2 such values"));
    assert_true(t.largest == 0 && t.norm_largest == 0);
    as_tensor_close(&t);
}

static void wrong_types_and_ranks_are_refused(void **state)
{
    (void)state;
    static const uint64_t zeros[64];
    const struct {
        as_npy_type type;
        int rank;
        size_t shape[5];
        const char *says;
    } rows[] = {
        {AS_NPY_F64, 3, {1, 2, 3}, "<f8"},
        {AS_NPY_BOOL, 3, {1, 2, 3}, "|b1"},
        {AS_NPY_F32, 2, {2, 3}, "2 dimensions"},
        {AS_NPY_F32, 0, {0}, "0 dimensions"},
        {AS_NPY_F32, 5, {1, 1, 1, 2, 3}, "5 dimensions"},
        {AS_NPY_F32, 3, {2, 0, 3}, "tokens dimension (index 1) is 0"},
        {AS_NPY_F16, 4, {0, 1, 1, 1}, "batch dimension (index 0) is 0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char why[300];
        as_tensor t;
        as_err err = {0};
        assert_true(as_npy_write(path, rows[i].type, rows[i].shape, rows[i].rank, zeros, why, sizeof why));
        assert_false(as_tensor_open(&t, "k", path, &err));
        assert_int_equal(err.code, AS_EXIT_USAGE);
        assert_non_null(strstr(err.text, rows[i].says));
        as_tensor_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_half_is_exact),
        cmocka_unit_test(bfloat16_is_the_upper_half_of_a_float),
        cmocka_unit_test(rounding_to_bfloat16_is_to_nearest_even),
        cmocka_unit_test(fortran_order_is_turned),
        cmocka_unit_test(what_is_not_finite_is_named_by_its_first_place),
        cmocka_unit_test(wrong_types_and_ranks_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
