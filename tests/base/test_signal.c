/* test_signal.c: the first interrupt sets the flag, the second ends the program; a file that grows too large does not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/signal.h"

/* In a child: raises `first`, and `second` unless it is 0. Exits with the flag. */
static int status_after(int first, int second)
{
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0) {
        as_stop_flag *stop = as_signal_listen();
        if (*stop)
            _exit(7);
        raise(first);
        if (second)
            raise(second);
        _exit(*stop ? 1 : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void the_first_interrupt_sets_the_flag(void **unused)
{
    (void)unused;
    const int signals[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < 2; i++) {
        const int once = status_after(signals[i], 0), twice = status_after(signals[i], signals[i]);
        assert_true(WIFEXITED(once) && WEXITSTATUS(once) == 1);
        assert_true(WIFSIGNALED(twice) && WTERMSIG(twice) == signals[i]);
    }
    const int both = status_after(SIGINT, SIGTERM);
    assert_true(WIFEXITED(both) && WEXITSTATUS(both) == 1);
}

static void a_large_file_is_not_the_end(void **unused)
{
    (void)unused;
    const int status = status_after(SIGXFSZ, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_interrupt_sets_the_flag),
        cmocka_unit_test(a_large_file_is_not_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
