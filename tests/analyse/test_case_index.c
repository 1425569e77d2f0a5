/* test_case_index.c: a key is found by its text, once.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/analyse/case_index.h"

static void finds(void **state)
{
    as_arena *arena = as_arena_create();
    as_case cases[3] = {{.case_ = as_arena_intern(arena, "a")},
                        {.case_ = as_arena_intern(arena, "b")},
                        {.case_ = as_arena_intern(arena, "c")}};
    as_findings f = {.cases = cases, .case_count = 3};
    as_err err = {0};
    (void)state;
    as_known *known = as_known_create("dir", &f, arena, &err);
    assert_non_null(known);
    assert_int_equal(as_known_find(known, as_arena_intern(arena, "b")), 1);
    assert_int_equal(as_known_find(known, as_arena_intern(arena, "b")), 1);
    assert_int_equal(as_known_find(known, as_arena_intern(arena, "c")), 2);
    assert_true(as_known_find(known, as_arena_intern(arena, "d")) == AS_UNKNOWN);
    as_known_free(known);
    as_known_free(NULL);
    cases[2].case_ = cases[0].case_;
    assert_null(as_known_create("dir", &f, arena, &err));
    assert_non_null(strstr(err.text, "dir/cases.csv:4: case 'a' stands in line 2 already"));
    cases[1].case_ = NULL;
    assert_null(as_known_create("dir", &f, arena, &err));
    assert_non_null(strstr(err.text, "dir/cases.csv:3: the column case is empty"));
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
