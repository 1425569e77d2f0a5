/* test_program.c: how a program ends is told apart, and what it says is heard.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/program.h"

static as_program_end ends(const char *script, double seconds, as_text *said, int *code)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    const as_program program = {.argv = argv, .seconds = seconds};
    return as_program_run(&program, said, code);
}

static void exit_codes_and_signals(void **state)
{
    as_text said = {0};
    int code = -1;
    (void)state;
    assert_int_equal(ends("echo one; echo two >&2; exit 7", 0, &said, &code), AS_PROGRAM_ENDED);
    assert_int_equal(code, 7);
    assert_non_null(strstr(said.data, "one"));
    assert_string_equal(as_program_last_line(&said), "two");
    assert_int_equal(ends("kill -9 $$", 0, &said, &code), AS_PROGRAM_ENDED);
    assert_int_equal(code, 128 + 9);
    as_text_free(&said);
}

static void late_and_absent(void **state)
{
    static const char *const nowhere[] = {"/nonexistent/program", NULL};
    const as_program absent = {.argv = nowhere};
    as_text said = {0};
    int code = 0;
    (void)state;
    assert_int_equal(ends("sleep 60", 0.1, &said, &code), AS_PROGRAM_LATE);
    assert_int_equal(as_program_run(&absent, &said, &code), AS_PROGRAM_ABSENT);
    assert_int_equal(code, ENOENT);
    as_text_free(&said);
}

static void last_lines(void **state)
{
    static const char *const rows[][2] = {{"a\nb\n\n", "b"}, {"a", "a"}, {"\n\n", ""}, {"", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_text said = {0};
        as_text_add(&said, "%s", rows[i][0]);
        assert_string_equal(as_program_last_line(&said), rows[i][1]);
        as_text_free(&said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_codes_and_signals),
        cmocka_unit_test(late_and_absent),
        cmocka_unit_test(last_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
