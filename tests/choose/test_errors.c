/* test_errors.c: errors that apply printed, as CSV and as JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/file.h"
#include "harness/choose/errors.h"

static bool reads(const char *text, as_choose_ask *ask, as_arena *arena, as_err *err)
{
    char path[] = "/tmp/attnscope-errors-XXXXXX";
    const char *const paths[] = {as_arena_intern(arena, (close(mkstemp(path)), path)), NULL};
    assert_true(as_file_write(path, text, strlen(text), err));
    *ask = (as_choose_ask){0};
    *err = (as_err){0};
    const bool ok = as_choose_errors_read(paths, arena, ask, err);
    unlink(path);
    return ok;
}

static void both_forms(void **state)
{
    as_arena *arena = as_arena_create();
    as_choose_ask ask;
    as_err err;
    (void)state;
    assert_true(reads("{\"kernel\": \"K\", \"pattern\": \"causal\", \"dense_error_max\": 0.5}", &ask, arena, &err));
    assert_int_equal(ask.error_count, 1);
    assert_string_equal(ask.errors[0].kernel, "K");
    assert_true(ask.errors[0].error == 0.5);
    assert_true(reads("kernel,pattern,dense_error_max,new\nK,causal,0,1\nL,full,0.25,2\n", &ask, arena, &err));
    assert_int_equal(ask.error_count, 2);
    assert_string_equal(ask.errors[1].pattern, "full");
    assert_true(ask.errors[1].error == 0.25);
    as_arena_free(arena);
}

static void refused(void **state)
{
    static const char *const texts[] = {"{\"kernel\": \"K\"}", "kernel,pattern,dense_error_max\n",
                                        "kernel,pattern\nK,causal\n",
                                        "kernel,pattern,dense_error_max\nK,causal,much\n"};
    as_arena *arena = as_arena_create();
    as_choose_ask ask;
    as_err err;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_false(reads(texts[i], &ask, arena, &err));
        assert_int_equal(err.code, AS_EXIT_USAGE);
    }
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
