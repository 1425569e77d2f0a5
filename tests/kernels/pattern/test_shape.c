/* test_shape.c: what the digits of a pattern's text are, by its grammar.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/pattern/pattern.h"
#include "kernels/pattern/shape.h"

static void test_shapes(void **state)
{
    static const struct {
        const char *text, *shape;
        size_t count;
        as_pattern_number numbers[4];
    } rows[] = {
        {"causal", "causal", 0, {{0}}},
        {"window:w=64", "window:w=*", 1, {{9, 2, 64, AS_NUMBER_WHOLE}}},
        {"sink:s=4+window:w=256,sides=both",
         "sink:s=*+window:w=*,sides=both",
         2,
         {{7, 1, 4, AS_NUMBER_WHOLE}, {18, 3, 256, AS_NUMBER_WHOLE}}},
        {"longnet:w=16/32,r=1/2",
         "longnet:w=*/*,r=*/*",
         4,
         {{10, 2, 16, AS_NUMBER_WHOLE},
          {13, 2, 32, AS_NUMBER_WHOLE},
          {18, 1, 1, AS_NUMBER_WHOLE},
          {20, 1, 2, AS_NUMBER_WHOLE}}},
        {"block:b=16,density=0.25,seed=3",
         "block:b=*,density=*.*,seed=*",
         3,
         {{8, 2, 16, AS_NUMBER_WHOLE}, {19, 4, 0.25, AS_NUMBER_REAL}, {29, 1, 3, AS_NUMBER_SEED}}},
        {"block:b=16,density=1e-05,seed=3",
         "block:b=*,density=*.*,seed=*",
         3,
         {{8, 2, 16, AS_NUMBER_WHOLE}, {19, 5, 1e-05, AS_NUMBER_REAL}, {30, 1, 3, AS_NUMBER_SEED}}},
        {"file:m2/a10.npy", "file:m*/a*.npy", 2, {{6, 1, 2, AS_NUMBER_NAME}, {9, 2, 10, AS_NUMBER_NAME}}},
        {"of_another_build:q=7,x=0.5",
         "of_another_build:q=*,x=*.*",
         2,
         {{19, 1, 7, AS_NUMBER_WHOLE}, {23, 3, 0.5, AS_NUMBER_REAL}}},
        {"", "", 0, {{0}}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char shape[100];
        as_pattern_number got[4];
        assert_int_equal(as_pattern_shape(rows[i].text, shape, sizeof shape, got, 4), rows[i].count);
        assert_string_equal(shape, rows[i].shape);
        for (size_t n = 0; n < rows[i].count; n++) {
            assert_int_equal(got[n].at, rows[i].numbers[n].at);
            assert_int_equal(got[n].length, rows[i].numbers[n].length);
            assert_true(got[n].value == rows[i].numbers[n].value);
            assert_int_equal(got[n].kind, rows[i].numbers[n].kind);
        }
    }
}

/* Numbers and shape together are the text again, for every term of the language. */
static void test_terms(void **state)
{
    const char *name, *example, *help;
    size_t seen = 0;
    (void)state;
    for (size_t t = 0; as_pattern_term(t, &name, &example, &help); t++) {
        as_pattern_error error;
        as_pattern *p = as_pattern_parse(example, &error);
        const char *text = p ? as_pattern_text(p) : example; /* the example of file: names no file here */
        char shape[AS_PATTERN_SHAPE_MAX], again[AS_PATTERN_SHAPE_MAX] = "";
        as_pattern_number numbers[32];
        const size_t count = as_pattern_shape(text, shape, sizeof shape, numbers, 32);
        const char *rest = shape;
        for (size_t n = 0; n < count; n++) {
            const char *star = strchr(rest, '*');
            assert_non_null(star);
            strncat(again, rest, (size_t)(star - rest));
            strncat(again, text + numbers[n].at, numbers[n].length);
            rest = star + (numbers[n].kind == AS_NUMBER_REAL ? 3 : 1);
        }
        strcat(again, rest);
        assert_string_equal(again, text);
        assert_null(strpbrk(shape, "0123456789"));
        seen += count;
        as_pattern_free(p);
    }
    assert_true(seen > 10);
}

static void test_room(void **state)
{
    char shape[8];
    as_pattern_number one[1];
    (void)state;
    assert_int_equal(as_pattern_shape("sink:s=4+window:w=8", shape, sizeof shape, one, 1), 2);
    assert_string_equal(shape, "sink:s=");
    assert_true(one->value == 4);
    assert_int_equal(as_pattern_shape("sink:s=4+window:w=8", NULL, 0, NULL, 0), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_terms),
        cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
