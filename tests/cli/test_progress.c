/* test_progress.c: progress where stderr is no terminal: a line now and then, and one at the end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/cli/progress.h"

static char printed[2000];

/* Steps of one second, 25 visits, into `printed`. */
static void show_steps(bool quiet)
{
    FILE *file = tmpfile();
    const int kept = dup(STDERR_FILENO);
    as_progress_line line;
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    as_progress_begin(&line, quiet);
    for (size_t i = 0; i < 25; i++)
        as_progress_show(&line, i, 25, (double)i, i ? 3725.0 - (double)i : (double)NAN, "attention/naive");
    as_progress_show(&line, 25, 25, 25, 0, NULL);
    as_progress_end(&line);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(file);
    printed[fread(printed, 1, sizeof printed - 1, file)] = 0;
    fclose(file);
}

static void a_line_every_ten_seconds(void **unused)
{
    (void)unused;
    show_steps(false);
    assert_string_equal(printed, "attnscope: 0 of 25 visits in 0 s, now attention/naive\n"
                                 "attnscope: 10 of 25 visits in 10 s, 1 h 1 min left, now attention/naive\n"
                                 "attnscope: 20 of 25 visits in 20 s, 1 h 1 min left, now attention/naive\n"
                                 "attnscope: 25 of 25 visits in 25 s\n");
}

static void quiet_prints_nothing(void **unused)
{
    (void)unused;
    show_steps(true);
    assert_string_equal(printed, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_every_ten_seconds),
        cmocka_unit_test(quiet_prints_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
