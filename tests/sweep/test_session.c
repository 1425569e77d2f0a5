/* test_session.c: requests for a run, folders that are resumed, and folders that are merged and analysed; nothing is
 * measured. SPDX-License-Identifier: Apache-2.0 */
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
#include "harness/sweep/conclude.h"
#include "harness/sweep/merge.h"
#include "harness/sweep/session.h"

static const char config[] =
    "name: tiny\nshapes: {length: [64, 128], width: 64, heads: 1}\nkernels: [attention/naive]\n"
    "patterns: [causal]\nmeasure: {processes: 1, batches: 2}\n";
static char dir[] = "/tmp/attnscope-session-XXXXXX";
static volatile sig_atomic_t stop;

static void write_text(const char *path, const char *text)
{
    as_err err = {0};
    assert_true(as_file_write(path, text, strlen(text), &err));
}

/* A folder of the config with the planned cases, and `processes` processes of the first one. */
static void write_folder(const char *path, const char *fingerprint, size_t processes)
{
    char name[100], machine[200];
    as_err err = {0};
    as_sample samples[8];
    as_case rows[2];
    as_run_session s = {.ask = {.config_path = "config.yaml"}, .stop = &stop, .err = &err};
    assert_true(as_run_prepare(&s));
    assert_int_equal(s.count, 2);
    for (size_t i = 0; i < 2; i++)
        rows[i] = *s.rows[i];
    rows[0].status = processes ? AS_STATUS_OK : AS_STATUS_PLANNED;
    rows[0].error_max = 1e-7;
    for (size_t i = 0; i < 2 * processes; i++) {
        as_record_clear(&as_sample_schema, &samples[i]);
        samples[i].case_ = rows[0].case_;
        samples[i].process = i / 2;
        samples[i].batch = i % 2;
        samples[i].calls = 10;
        samples[i].wall_ns = 1e6 + (double)i;
    }
    assert_true(as_dir_create(path, &err));
    assert_true(as_table_write(&as_case_schema, rows, 2, path, &err) &&
                as_table_write(&as_sample_schema, samples, 2 * processes, path, &err));
    snprintf(name, sizeof name, "%s/config.yaml", path);
    write_text(name, config);
    snprintf(name, sizeof name, "%s/machine.json", path);
    snprintf(machine, sizeof machine,
             "{\"cpu\": \"CPU %s\", \"fingerprint\": \"%s\", \"fma_gflops\": {\"scalar\": 1.5}}", fingerprint,
             fingerprint);
    write_text(name, machine);
    as_run_close(&s);
}

static void assert_refused(as_run_request ask, const char *error)
{
    as_err err = {0};
    as_run_session s = {.ask = ask, .stop = &stop, .err = &err};
    assert_false(as_run_prepare(&s) && as_run_open(&s));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_non_null(strstr(err.text, error));
    as_run_close(&s);
}

static void requests_that_contradict_themselves(void **unused)
{
    (void)unused;
    assert_refused((as_run_request){0}, "give a CONFIG to measure, or --resume DIR");
    assert_refused((as_run_request){.config_path = "config.yaml", .resume = "a"}, "and not both");
    assert_refused((as_run_request){.resume = "a", .out = "b"}, "--out and --resume");
    assert_refused((as_run_request){.resume = "a", .roofs = "b"}, "--roofs and --resume");
    assert_refused((as_run_request){.resume = "nowhere"}, "nowhere: not a result folder");
    assert_refused((as_run_request){.config_path = "config.yaml", .budget = "0s"}, "--budget: '0s' is not a time");
    assert_refused((as_run_request){.config_path = "config.yaml", .counters = "nothing"}, "nothing");
}

static void a_folder_of_this_machine_is_resumed(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    as_machine here;
    as_err err = {0};
    as_machine_describe(&here, arena);
    write_folder("resumed", here.fingerprint, 1);
    as_run_session s = {.ask = {.resume = "resumed"}, .stop = &stop, .err = &err};
    assert_true(as_run_prepare(&s) && as_run_open(&s));
    assert_true(s.has_roofs);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.earlier_count, 2);
    assert_true(s.rows[0]->error_max == 1e-7);
    stop = 1; /* before the first visit */
    assert_true(as_run_measure(&s));
    stop = 0;
    assert_true(s.result.interrupted && s.result.visits == 0);
    assert_int_equal(s.rows[0]->status, AS_STATUS_OK);
    assert_string_equal(s.rows[1]->reason, "not measured: interrupted before its first process");
    as_run_close(&s);
    write_folder("elsewhere", "another machine", 1);
    assert_refused((as_run_request){.resume = "elsewhere"}, "was measured on another machine");
    write_text("resumed/cases.csv", "case,status\nno such case,planned\n");
    assert_refused((as_run_request){.resume = "resumed"}, "its case 'no such case' is not planned now");
    as_arena_free(arena);
}

/* The processes of both folders; the second's are numbered on. */
static void merged_folders_keep_all_processes(void **unused)
{
    (void)unused;
    static const char *const same[] = {"one", "two"}, *const kinds[] = {"one", "three"};
    as_arena *arena = as_arena_create();
    as_err err = {0};
    void *records;
    size_t count;
    as_text table = {0};
    write_folder("one", "m", 2);
    write_folder("two", "m", 1);
    write_folder("three", "n", 1);
    assert_true(as_merge(same, 2, "both", &err));
    assert_true(as_table_read(&as_case_schema, "both", arena, &records, &count, &err));
    assert_int_equal(count, 2);
    assert_null(((as_case *)records)[0].machine);
    assert_true(as_table_read(&as_sample_schema, "both", arena, &records, &count, &err));
    assert_int_equal(count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(((as_sample *)records)[i].process, i / 2);
    assert_true(as_merge(kinds, 2, "kinds", &err));
    assert_true(as_table_read(&as_case_schema, "kinds", arena, &records, &count, &err));
    assert_int_equal(count, 4);
    assert_string_equal(((as_case *)records)[0].machine, "CPU m");
    assert_string_equal(((as_case *)records)[1].machine, "CPU n");
    assert_non_null(strstr(((as_case *)records)[1].case_, "|CPU n"));
    assert_true(as_conclude_table("both", &table, &err));
    assert_non_null(strstr(table.data, "attention/naive"));
    assert_true(as_dir_has("both", "summary.csv") && as_dir_has("both", "benchmark.json"));
    as_conclude_pages("both", &err); /* gnuplot may be missing */
    assert_true(as_dir_has("both", "report.html"));
    as_text_free(&table);
    as_arena_free(arena);
}

static void folders_that_do_not_belong_together(void **unused)
{
    (void)unused;
    static const char *const twice[] = {"one", "one"}, *const none[] = {"one", "nowhere"},
                             *const other[] = {"one", "two"};
    as_err err = {0};
    assert_false(as_merge(twice, 2, "x", &err));
    assert_string_equal(err.text, "one: is given twice");
    assert_false(as_merge(none, 2, "x", &err));
    assert_string_equal(err.text, "nowhere: not a result folder (no config.yaml in it): leave it away");
    write_text("two/config.yaml", "name: other\n");
    assert_false(as_merge(other, 2, "x", &err));
    assert_non_null(strstr(err.text, "two: its config.yaml is not that of one"));
    write_text("two/config.yaml", config);
    write_text("two/samples.csv", "case,process,batch\nno such case,0,0\n");
    assert_false(as_merge(other, 2, "x", &err));
    assert_non_null(strstr(err.text, "two/samples.csv: case 'no such case' is not in its cases.csv"));
}

static int make_dir(void **unused)
{
    (void)unused;
    setenv("ATTNSCOPE_HOME", TEST_SOURCE, 1);
    if (!mkdtemp(dir) || chdir(dir) != 0)
        return -1;
    write_text("config.yaml", config);
    return 0;
}

static int remove_dir(void **unused)
{
    char command[100];
    (void)unused;
    snprintf(command, sizeof command, "rm -rf -- %s", dir);
    return chdir("/") == 0 ? system(command) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_that_contradict_themselves),
        cmocka_unit_test(a_folder_of_this_machine_is_resumed),
        cmocka_unit_test(merged_folders_keep_all_processes),
        cmocka_unit_test(folders_that_do_not_belong_together),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
