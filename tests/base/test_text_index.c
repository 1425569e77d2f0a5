/* test_text_index.c: numbers of texts, many of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/text_index.h"

static void texts_are_found_by_their_characters(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    as_text_index *index = as_text_index_create(arena);
    char copy[] = "a";
    assert_int_equal(as_text_index_find(index, "a"), AS_TEXT_ABSENT);
    assert_true(as_text_index_add(index, "a", 3));
    assert_true(as_text_index_add(index, "", 0));
    assert_false(as_text_index_add(index, copy, 4));
    assert_false(as_text_index_add(index, NULL, 5));
    assert_int_equal(as_text_index_find(index, copy), 3);
    assert_int_equal(as_text_index_find(index, ""), 0);
    assert_int_equal(as_text_index_find(index, "ab"), AS_TEXT_ABSENT);
    assert_int_equal(as_text_index_find(index, NULL), AS_TEXT_ABSENT);
    as_text_index_free(index);
    as_arena_free(arena);
}

static void many_texts_with_one_beginning(void **unused)
{
    (void)unused;
    enum { MANY = 200000 };
    as_arena *arena = as_arena_create();
    as_text_index *index = as_text_index_create(arena);
    for (size_t i = 0; i < MANY; i++)
        assert_true(as_text_index_add(index, as_arena_printf(arena, "attention/flash|causal|T=1024|%zu", i), i));
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(as_text_index_find(index, as_arena_printf(arena, "attention/flash|causal|T=1024|%zu", i)), i);
    as_text_index_free(index);
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_found_by_their_characters),
        cmocka_unit_test(many_texts_with_one_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
