/* test_base_build.c: builds of a revision, in a tiny repository whose launcher is three lines of shell.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/file.h"
#include "harness/duel/base_build.h"

static char dir[] = "/tmp/attnscope-base-XXXXXX";
static volatile sig_atomic_t stop;
static as_arena *arena;

/* Three revisions: `good`, whose program prints its name; `broken`, whose compiler complains; `old`, without launcher.
 */
static const char setting_up[] =
    "export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 && mkdir repo && cd repo && git init -q . && "
    "git config user.name t && git config user.email t@example.org && echo x > file && git add . && git commit -qm old "
    "&& "
    "git tag old && "
    "printf '#!/bin/sh\\necho built >> ../../../built\\nmkdir -p \"$ATTNSCOPE_BUILD\"\\n"
    "printf \"#!/bin/sh\\\\necho good\\\\n\" > \"$ATTNSCOPE_BUILD/attnscope\"\\nchmod +x "
    "\"$ATTNSCOPE_BUILD/attnscope\"\\n' "
    "> attnscope && chmod +x attnscope && git add . && git commit -qm good && git tag good && "
    "printf '#!/bin/sh\\necho hello\\necho \"x.c:3: error: no such thing\"\\nexit 2\\n' > attnscope && "
    "git commit -qam broken && git tag broken";

static int make_repository(void **unused)
{
    (void)unused;
    arena = as_arena_create();
    unsetenv("ATTNSCOPE_CMAKE_ARGS");
    return mkdtemp(dir) && chdir(dir) == 0 && system(setting_up) == 0 && chdir("repo") == 0 ? 0 : -1;
}

static int remove_repository(void **unused)
{
    (void)unused;
    const char *command = as_arena_printf(arena, "rm -rf -- %s", dir);
    const int code = chdir("/") == 0 ? system(command) : -1;
    as_arena_free(arena);
    return code;
}

static const char *program_of(const char *revision, as_err *err)
{
    const as_from_git f = {.revision = revision, .cache = "../cache", .stop = &stop, .quiet = true};
    *err = (as_err){0};
    return as_from_git_program(&f, arena, err);
}

static size_t times_built(void)
{
    as_text text = {0};
    as_err err = {0};
    const size_t count = as_file_read("../cache/built", 1000, &text, &err) ? text.length / strlen("built\n") : 0;
    as_text_free(&text);
    return count;
}

static void a_revision_is_built_once_and_kept(void **unused)
{
    (void)unused;
    as_err err;
    const char *program = program_of("good", &err);
    assert_string_equal(err.text, "");
    assert_non_null(program);
    assert_true(*program == '/' && access(program, X_OK) == 0);
    assert_int_equal(times_built(), 1);
    const char *again = program_of("good^{commit}", &err);
    assert_string_equal(again, program);
    assert_int_equal(times_built(), 1);
    setenv("ATTNSCOPE_CMAKE_ARGS", "-DX=1", 1); /* other flags make another program */
    const char *other = program_of("good", &err);
    assert_non_null(other);
    assert_string_not_equal(other, program);
    assert_int_equal(times_built(), 2);
    unsetenv("ATTNSCOPE_CMAKE_ARGS");
    assert_false(as_file_exists(
        as_arena_printf(arena, "%.*s.building", (int)(strlen(program) - strlen("/attnscope")), program)));
    assert_int_equal(system("test $(git worktree list | wc -l) = 1"), 0);
}

static void failures_are_explained_and_leave_nothing(void **unused)
{
    (void)unused;
    as_err err;
    assert_null(program_of("broken", &err));
    assert_int_equal(err.code, AS_EXIT_ENVIRONMENT);
    assert_non_null(strstr(err.text, "broken cannot be built: x.c:3: error: no such thing (exit code 2; "));
    assert_int_equal(system("test $(git worktree list | wc -l) = 1"), 0);
    assert_null(program_of("old", &err));
    assert_non_null(strstr(err.text, "has no launcher"));
    assert_null(program_of("nowhere", &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_non_null(strstr(err.text, "has no revision 'nowhere'"));
    assert_null(program_of("--help", &err));
    assert_non_null(strstr(err.text, "has no revision '--help'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_revision_is_built_once_and_kept),
        cmocka_unit_test(failures_are_explained_and_leave_nothing),
    };
    return cmocka_run_group_tests(tests, make_repository, remove_repository);
}
