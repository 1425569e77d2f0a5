/* test_dtype.c: names and sizes of element types.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "kernels/api/dtype.h"

static void measured_types_are_read(void **state)
{
    (void)state;
    as_dtype type = AS_DTYPE_COUNT;
    for (int i = 0; as_dtype_words[i]; i++) {
        assert_true(as_dtype_parse(as_dtype_words[i], &type));
        assert_int_equal(type, i);
        assert_string_equal(as_dtype_name(type), as_dtype_words[i]);
    }
    assert_true(as_dtype_parse("bf16", &type) && type == AS_BF16);
    assert_false(as_dtype_parse("f64", &type) || as_dtype_parse("", &type));
    assert_false(as_dtype_parse("q8_0", &type)); /* of the contract, not of a case */
    assert_string_equal(as_dtype_name(AS_Q8_0), "q8_0");
    assert_string_equal(as_dtype_name(AS_INT32), "int32");
    assert_string_equal(as_dtype_name(AS_DTYPE_COUNT), "?");
}

static void sizes(void **state)
{
    (void)state;
    static const size_t bytes[AS_DTYPE_COUNT] = {
        [AS_F32] = 4, [AS_BF16] = 2, [AS_F16] = 2, [AS_INT8] = 1, [AS_F8] = 1, [AS_INT32] = 4};
    for (int i = 0; i < AS_DTYPE_COUNT; i++) {
        assert_int_equal(as_dtype_bytes((as_dtype)i), bytes[i]);
        assert_int_equal(as_dtype_size((as_dtype)i, 0), 0);
        assert_int_equal(as_dtype_size((as_dtype)i, 64), i == AS_Q8_0 ? 68 : 64 * bytes[i]);
    }
    assert_true(as_dtype_size(AS_F32, SIZE_MAX / 2) == SIZE_MAX);
    assert_true(as_dtype_size(AS_INT8, SIZE_MAX - 1) == SIZE_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(measured_types_are_read), cmocka_unit_test(sizes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
