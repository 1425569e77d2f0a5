/* test_evidence.c: a folder whose files contradict each other is refused; a baseline is found again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/file.h"
#include "harness/verdict/baseline.h"
#include "harness/verdict/evidence.h"

static char dir[] = "/tmp/attnscope-evidence-XXXXXX";

#define SUMMARY "case,median_ns,n,processes,status\na,100,4,2,ok\nb,,0,,skipped\n"
#define SAMPLES "case,process,batch,calls,wall_ns\na,1,0,10,1200\na,0,1,10,800\na,0,0,10,800\na,1,1,10,1200\n"

static void put_file(const char *name, const char *text)
{
    char path[200];
    as_err err = {0};
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_true(as_file_write(path, text, strlen(text), &err));
}

static void agreement(void **state)
{
    static const struct {
        const char *summary, *samples, *error;
    } rows[] = {
        {SUMMARY, SAMPLES, NULL},
        {SUMMARY, "case,process,batch,calls,wall_ns\na,0,0,10,800\na,0,1,10,800\n", "summary.csv says 4"},
        {SUMMARY, "case,process,batch,calls,wall_ns\na,0,0,10,800\na,1,0,10,1200\n",
         "2 samples with a median of 100 ns"},
        {SUMMARY, SAMPLES "a,1,1,10,1200\n", "twice"},
        {SUMMARY, SAMPLES "c,1,1,10,1200\n", "samples.csv:6: a case that summary.csv does not hold"},
        {SUMMARY, SAMPLES "a,2,0,0,1200\n", "no calls"},
        {SUMMARY "a,100,4,2,ok\n", SAMPLES, "summary.csv:4: the case 'a' stands there twice"},
    };
    (void)state;
    assert_non_null(mkdtemp(dir));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_arena *arena = as_arena_create();
        as_folder_contents f;
        as_err err = {0};
        put_file("summary.csv", rows[i].summary);
        put_file("samples.csv", rows[i].samples);
        const bool ok = as_evidence_read(dir, arena, &f, &err);
        if (ok != !rows[i].error || (!ok && !strstr(err.text, rows[i].error)))
            fail_msg("row %zu: %s", i, err.text);
        if (ok) {
            size_t from, to = as_evidence_samples(&f, f.summary[0].case_, &from);
            assert_int_equal(to - from, 4);
            assert_true(f.samples[from].process == 0 && f.samples[from].batch == 0 && f.samples[from + 3].process == 1);
            assert_ptr_equal(as_evidence_find(&f, f.summary[1].case_), &f.summary[1]);
            assert_null(as_evidence_find(&f, as_arena_intern(arena, "x")));
        }
        as_arena_free(arena);
    }
}

static void baselines(void **state)
{
    as_arena *arena = as_arena_create();
    as_err err = {0};
    as_folder_contents f;
    const char *root = as_arena_printf(arena, "%s/kept", dir);
    (void)state;
    put_file("summary.csv", SUMMARY);
    put_file("samples.csv", SAMPLES);
    put_file("config.yaml", "name: sweep\nshapes: {length: 8}\nkernels: [attention/naive]\n");
    put_file("machine.json", "{\"fingerprint\": \"../m\"}");
    assert_null(as_baseline_keep(root, dir, arena, &err)); /* no name may lead out of the root */
    put_file("machine.json", "{\"fingerprint\": \"m1\"}");
    assert_null(as_baseline_find(root, dir, arena, &err));
    assert_non_null(strstr(err.text, "no baseline"));
    const char *kept = as_baseline_keep(root, dir, arena, &err);
    assert_non_null(kept);
    assert_string_equal(kept, as_arena_printf(arena, "%s/m1/sweep", root));
    assert_string_equal(as_baseline_find(root, dir, arena, &err), kept);
    assert_true(as_evidence_read(kept, arena, &f, &err));
    assert_int_equal(f.sample_count, 4);
    assert_int_equal(f.summary[1].status, AS_STATUS_SKIPPED);
    as_arena_free(arena);
    char command[300];
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agreement),
        cmocka_unit_test(baselines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
