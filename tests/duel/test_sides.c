/* test_sides.c: which two builds may be held against each other, and the copy of the one that is base.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/duel/sides.h"

static void assert_refused(as_duel_request ask, const char *error)
{
    as_err err = {0};
    as_duel_session s = {.ask = ask, .arena = as_arena_create()};
    assert_false(as_duel_find_sides(&s, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_non_null(strstr(err.text, error));
    as_arena_free(s.arena);
}

static void two_different_files_are_needed(void **unused)
{
    (void)unused;
    assert_refused((as_duel_request){0}, "give two programs, --from-git REV, or --plugin-base");
    assert_refused((as_duel_request){.plugin = {"/bin/sh", NULL}}, "give both --plugin-base and --plugin-new");
    assert_refused((as_duel_request){.program = {"/nowhere", "/bin/sh"}}, "/nowhere: not a program that can be run");
    assert_refused((as_duel_request){.program = {"/bin/sh", "/bin/../bin/sh"}}, "are the same file");
    assert_refused((as_duel_request){.plugin = {"/nowhere.so", "/bin/sh"}}, "/nowhere.so: cannot be read");
    as_err err = {0};
    as_duel_session s = {.ask = {.program = {"/bin/sh", "/bin/cat"}}, .arena = as_arena_create()};
    assert_true(as_duel_find_sides(&s, &err));
    as_arena_free(s.arena);
}

static void the_copy_is_the_same_program_in_another_file(void **unused)
{
    (void)unused;
    char dir[] = "/tmp/attnscope-sides-XXXXXX";
    struct stat st;
    as_err err = {0};
    assert_non_null(mkdtemp(dir));
    as_duel_session s = {.arena = as_arena_create(), .dir = dir};
    s.live.sides[AS_SIDE_BASE].program = "/bin/cat";
    assert_true(as_duel_copy_base(&s, &err));
    const char *copy = s.live.sides[AS_SIDE_COPY].program;
    assert_int_equal(s.copy_count, 1);
    assert_string_equal(copy, s.copies[0]);
    assert_memory_equal(copy, dir, strlen(dir));
    assert_true(access(copy, X_OK) == 0);
    stat("/bin/cat", &st);
    const off_t size = st.st_size;
    stat(copy, &st);
    assert_int_equal(st.st_size, size);
    unlink(copy);
    s.live.sides[AS_SIDE_BASE].program = TEST_SOURCE "/attnscope"; /* a script may look for its neighbours */
    assert_true(as_duel_copy_base(&s, &err));
    assert_string_equal(s.live.sides[AS_SIDE_COPY].program, TEST_SOURCE "/attnscope");
    assert_int_equal(s.copy_count, 1);
    assert_int_equal(rmdir(dir), 0); /* nothing was written for it */
    as_arena_free(s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_different_files_are_needed),
        cmocka_unit_test(the_copy_is_the_same_program_in_another_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
