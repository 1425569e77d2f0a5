/* test_base_words.c: a word is found by its whole text and nothing else.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/words.h"

#define SIDE_WORDS(W) W(SIDE_LEFT, "left") W(SIDE_RIGHT, "right") W(SIDE_NO, "not left")
AS_WORDS(side, SIDE_WORDS);
AS_WORDS_LIST(side, SIDE_WORDS);

static void texts_and_values(void **state)
{
    (void)state;
    assert_int_equal(SIDE_LEFT, 1);
    assert_int_equal(side_words.count, 3);
    assert_string_equal(side_text(SIDE_LEFT), "left");
    assert_string_equal(side_text(SIDE_NO), "not left");
    assert_string_equal(side_text(AS_NO_WORD), "");
    assert_string_equal(side_text((side)4), "");
    assert_string_equal(as_word_text(&side_words, -1), "");
}

static void whole_words_alone(void **state)
{
    (void)state;
    assert_int_equal(as_word_find(&side_words, "right", 5), SIDE_RIGHT);
    assert_int_equal(as_word_find(&side_words, "right,left", 5), SIDE_RIGHT);
    assert_int_equal(as_word_find(&side_words, "not left", 8), SIDE_NO);
    assert_int_equal(as_word_find(&side_words, "righ", 4), AS_NO_WORD);
    assert_int_equal(as_word_find(&side_words, "rights", 6), AS_NO_WORD);
    assert_int_equal(as_word_find(&side_words, "Left", 4), AS_NO_WORD);
    assert_int_equal(as_word_find(&side_words, "", 0), AS_NO_WORD);
}

static void all_of_them(void **state)
{
    as_text out = {0};
    (void)state;
    as_words_add(&side_words, &out);
    assert_string_equal(out.data, "left, right or not left");
    as_text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_and_values),
        cmocka_unit_test(whole_words_alone),
        cmocka_unit_test(all_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
