/* test_base_file.c: files are written whole and read within a limit.
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

static char dir[] = "/tmp/attnscope-file-XXXXXX";

static void there_and_back(void **state)
{
    char path[100], deep[100];
    as_text text = {0};
    as_err err = {0};
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(deep, sizeof deep, "%s/a/b", dir);
    snprintf(path, sizeof path, "%s/a/b/c", dir);
    assert_false(as_file_write(path, "x", 1, &err)); /* no such folder */
    assert_true(as_dir_create(deep, &err));
    assert_true(as_dir_create(deep, &err));
    assert_false(as_dir_has(deep, "c"));
    assert_true(as_file_write(path, "before", 6, &err));
    assert_true(as_file_write(path, "12\000345", 6, &err));
    assert_true(as_dir_has(deep, "c") && as_file_exists(path));
    assert_true(as_file_read(path, 6, &text, &err));
    assert_int_equal(text.length, 6);
    assert_memory_equal(text.data, "12\000345", 6);
    as_text_free(&text);
    assert_false(as_file_read(path, 5, &text, &err)); /* beyond the limit */
    assert_non_null(strstr(err.text, path));
    as_text_free(&text);
    unlink(path);
    assert_false(as_file_exists(path));
    assert_false(as_file_read(path, 5, &text, &err));
    as_text_free(&text);
    rmdir(deep);
    snprintf(deep, sizeof deep, "%s/a", dir);
    assert_int_equal(rmdir(deep), 0); /* nothing temporary is left */
    rmdir(dir);
}

static void where_we_are(void **state)
{
    char self[1000], home[1000];
    (void)state;
    assert_true(as_self_path(self, sizeof self));
    assert_non_null(strstr(self, "test_base_file"));
    assert_false(as_self_path(self, 3));
    assert_true(as_home_path(home, sizeof home, "plots"));
    assert_true(as_dir_has(home, "style.gp"));
    assert_false(as_home_path(home, sizeof home, "no such folder"));
    assert_false(as_home_path(home, 3, "plots"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(where_we_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
