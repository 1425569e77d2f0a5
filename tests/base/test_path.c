/* test_path.c: paths are joined, and one that is too long opens nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/path.h"

static void names_are_formatted(void **state)
{
    (void)state;
    assert_string_equal(as_path_join("results/a", "machine.json").text, "results/a/machine.json");
    assert_string_equal(as_path_join("", "%s-%d.csv", "time", 2).text, "/time-2.csv");
}

static void too_long_a_path_opens_nothing(void **state)
{
    (void)state;
    static char dir[2 * PATH_MAX];
    for (size_t i = 0; i + 2 < sizeof dir; i += 2)
        memcpy(dir + i, "./", 2);
    for (size_t length = PATH_MAX - 10; length <= sizeof dir - 2; length += PATH_MAX - 2) {
        dir[length] = 0;
        const as_path path = as_path_join(dir, "and-this-name-does-not-fit");
        errno = 0;
        assert_int_equal(open(path.text, O_RDONLY), -1);
        assert_int_equal(errno, ENAMETOOLONG);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_formatted),
        cmocka_unit_test(too_long_a_path_opens_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
