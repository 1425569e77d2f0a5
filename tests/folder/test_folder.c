/* test_folder.c: a result folder is readable at any moment: whole rows, no half file, no overwriting.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/file.h"
#include "harness/folder/writer.h"

static char *at(const char *dir, const char *name)
{
    static char path[2][600];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static as_sample sample(unsigned batch)
{
    as_sample s;
    as_record_clear(&as_sample_schema, &s);
    s.case_ = "=cmd|' /C calc'!A0";
    s.process = 0;
    s.batch = batch;
    s.calls = 3;
    s.wall_ns = 1e6;
    return s;
}

static size_t rows(const char *dir)
{
    as_arena *arena = as_arena_create();
    void *records;
    size_t count;
    as_err err = {0};
    if (!as_table_read(&as_sample_schema, dir, arena, &records, &count, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(((as_sample *)records)[i].batch, i);
    as_arena_free(arena);
    return count;
}

static char dir[300];

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/attnscope-folder-XXXXXX");
    return mkdtemp(dir) && chdir(dir) == 0 ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[400] = "";
    snprintf(command, sizeof command, "%s", dir);
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", command, (char *)NULL);
        _exit(1);
    }
    int status;
    return chdir("/") == 0 && waitpid(pid, &status, 0) == pid ? status : 1;
}

static void headers_come_first_and_rows_follow(void **state)
{
    (void)state;
    as_err err = {0};
    as_folder *f = as_folder_create(at(dir, "a/b/"), "x", "name: x\n", &err);
    assert_non_null(f);
    assert_int_equal(rows(as_folder_path(f)), 0);
    for (unsigned i = 0; i < 3; i++) {
        const as_sample s = sample(i);
        assert_true(as_folder_record(f, &as_sample_schema, &s, &err));
        assert_int_equal(rows(as_folder_path(f)), i + 1); /* at any moment */
    }
    as_text text = {0};
    assert_true(as_file_read(at(as_folder_path(f), "config.yaml"), 100, &text, &err));
    assert_string_equal(text.data, "name: x\n");
    as_text_free(&text);
    as_folder_free(f);
}

static void an_existing_folder_is_not_touched(void **state)
{
    (void)state;
    as_err err = {0};
    assert_int_equal(mkdir(at(dir, "empty"), 0777), 0);
    as_folder *f = as_folder_create(at(dir, "empty"), "x", "", &err);
    assert_non_null(f);
    as_folder_free(f);
    assert_null(as_folder_create(at(dir, "empty"), "x", "", &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_true(as_file_write(at(dir, "file"), "x", 1, &err));
    assert_null(as_folder_create(at(dir, "file"), "x", "", &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_null(as_folder_create("/proc/nowhere/out", "x", "", &err));
    assert_int_equal(err.code, AS_EXIT_ENVIRONMENT);
}

static void dated_folders_differ_within_a_second(void **state)
{
    (void)state;
    as_err err = {0};
    as_folder *f = as_folder_create(NULL, "x", "", &err), *g = as_folder_create(NULL, "x", "", &err);
    assert_true(f && g);
    assert_string_not_equal(as_folder_path(f), as_folder_path(g));
    assert_memory_equal(as_folder_path(f), "results/x-2", 11);
    as_folder_free(f);
    as_folder_free(g);
}

static void resume_mends_a_row_cut_short(void **state)
{
    (void)state;
    as_err err = {0};
    as_sample s = sample(0);
    as_folder *f = as_folder_create(at(dir, "cut"), "x", "", &err);
    assert_true(as_folder_record(f, &as_sample_schema, &s, &err));
    assert_null(as_folder_resume(as_folder_path(f), &err)); /* two writers */
    assert_non_null(strstr(err.text, "another attnscope"));
    as_folder_free(f);
    FILE *file = fopen(at(dir, "cut/samples.csv"), "a");
    fputs("a case,0,1,", file);
    fclose(file);
    f = as_folder_resume(at(dir, "cut"), &err);
    assert_non_null(f);
    s = sample(1);
    assert_true(as_folder_record(f, &as_sample_schema, &s, &err));
    assert_int_equal(rows(as_folder_path(f)), 2);
    as_folder_free(f);
    assert_null(as_folder_resume(at(dir, "nothing"), &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
}

/* A file size limit stands for a full disk: write(2) takes a part of the row, then none. */
static void a_full_disk_keeps_whole_rows(void **state)
{
    (void)state;
    as_err err = {0};
    as_folder *f = as_folder_create(at(dir, "full"), "x", "", &err);
    assert_non_null(f);
    const struct rlimit limit = {400, RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    unsigned kept = 0;
    for (as_sample s = sample(0); kept < 100 && as_folder_record(f, &as_sample_schema, &s, &err); s = sample(kept))
        kept++;
    setrlimit(RLIMIT_FSIZE, &none);
    assert_in_range(kept, 1, 99);
    assert_int_equal(err.code, AS_EXIT_ENVIRONMENT);
    assert_int_equal(rows(as_folder_path(f)), kept);
    as_sample s = sample(kept);
    assert_true(as_folder_record(f, &as_sample_schema, &s, &err)); /* room again */
    assert_int_equal(rows(as_folder_path(f)), kept + 1);
    as_folder_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_come_first_and_rows_follow),   cmocka_unit_test(an_existing_folder_is_not_touched),
        cmocka_unit_test(dated_folders_differ_within_a_second), cmocka_unit_test(resume_mends_a_row_cut_short),
        cmocka_unit_test(a_full_disk_keeps_whole_rows),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
