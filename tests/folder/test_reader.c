/* test_reader.c: what is asked for is read, and what is missing is told apart.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
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
#include "harness/folder/reader.h"

static char dir[] = "/tmp/attnscope-reader-XXXXXX";

static void put_file(const char *name, const char *text)
{
    char path[100];
    as_err err = {0};
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_true(as_file_write(path, text, strlen(text), &err));
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    static const char *const names[] = {"summary.csv", "cases.csv", "machine.json", "config.yaml"};
    char path[100];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    return rmdir(dir);
}

static void needed_and_optional(void **state)
{
    as_arena *arena = as_arena_create();
    as_err err = {0};
    char other[100];
    (void)state;
    snprintf(other, sizeof other, "%s/.", dir);
    as_folder_contents f = as_folder_open(other, arena);
    assert_string_equal(f.name, strrchr(dir, '/') + 1);
    assert_true(as_folder_read(&f, 0, AS_FOLDER_SUMMARY | AS_FOLDER_MACHINE | AS_FOLDER_CONFIG, &err));
    assert_int_equal(f.parts, 0);
    assert_null(f.config);
    assert_null(f.machine.name);
    assert_false(as_folder_read(&f, AS_FOLDER_SUMMARY, 0, &err));
    assert_non_null(strstr(err.text, "summary.csv"));
    put_file("config.yaml", "name: x\n");
    put_file("machine.json", "{\"cpu\": \"C\"}");
    put_file("cases.csv", "case,status\na,ok\nb,skipped\n");
    assert_true(as_folder_read(&f, AS_FOLDER_CASES, AS_FOLDER_MACHINE | AS_FOLDER_CONFIG, &err));
    assert_int_equal(f.parts, AS_FOLDER_CASES | AS_FOLDER_MACHINE | AS_FOLDER_CONFIG);
    assert_int_equal(f.case_count, 2);
    assert_int_equal(f.cases[1].status, AS_STATUS_SKIPPED);
    assert_string_equal(f.machine.name, "C");
    assert_string_equal(f.config, "name: x\n");
    as_arena_free(arena);
}

/* Folders of before the columns have roofs from their shares; the columns go before. */
static void roofs_of_older_folders(void **state)
{
    as_arena *arena = as_arena_create();
    as_err err = {0};
    (void)state;
    put_file("summary.csv", "case,gflops_useful,percent_of_roof,gbs_min,percent_of_bandwidth\n"
                            "a,30,25,6,50\nb,30,,6,\n");
    as_folder_contents f = as_folder_open(dir, arena);
    assert_true(as_folder_read(&f, AS_FOLDER_SUMMARY, 0, &err));
    assert_true(f.summary[0].roof_gflops == 120 && f.summary[0].roof_gbs == 12);
    assert_true(isnan(f.summary[1].roof_gflops) && isnan(f.summary[1].roof_gbs));
    put_file("summary.csv", "case,gflops_useful,percent_of_roof,roof_gflops\na,30,25,121\n");
    f = as_folder_open(dir, arena);
    assert_true(as_folder_read(&f, AS_FOLDER_SUMMARY, 0, &err));
    assert_true(f.summary[0].roof_gflops == 121);
    as_arena_free(arena);
}

static void words_have_a_place(void **state)
{
    as_arena *arena = as_arena_create();
    as_err err = {0};
    (void)state;
    put_file("summary.csv", "case,status\na,ok\nb,fine\n");
    as_folder_contents f = as_folder_open(dir, arena);
    assert_false(as_folder_read(&f, AS_FOLDER_SUMMARY, 0, &err));
    assert_non_null(strstr(err.text, "summary.csv:3: 'fine' is not planned, ok, skipped, failed or suspect in column "
                                     "status"));
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needed_and_optional),
        cmocka_unit_test(roofs_of_older_folders),
        cmocka_unit_test(words_have_a_place),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
