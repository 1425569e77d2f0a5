/* test_environment.c: which variables a worker starts with, and which of ours it does not inherit.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/worker/environment.h"

/* The value; NULL: not there. It is there once at most. */
static const char *value_of(char *const *variables, const char *name)
{
    const char *found = NULL;
    for (; *variables; variables++)
        if (!strncmp(*variables, name, strlen(name)) && (*variables)[strlen(name)] == '=') {
            assert_null(found);
            found = *variables + strlen(name) + 1;
        }
    return found;
}

static void what_is_set_and_what_is_inherited(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    const as_case row = {.kernel = "attention/flash", .isa = "avx2", .threads = 3};
    setenv("OMP_NUM_THREADS", "99", 1);
    setenv("OPENBLAS_CORETYPE", "Prescott", 1);
    setenv("BENCHMARK_FILTER", "x", 1);
    setenv("OMP_PROC_BIND", "true", 1);
    setenv("MINE", "kept", 1);
    char **v = as_worker_environment(&row, 7, 0, arena);
    assert_string_equal(value_of(v, "OMP_NUM_THREADS"), "3");
    assert_string_equal(value_of(v, "OPENBLAS_NUM_THREADS"), "3");
    assert_string_equal(value_of(v, "OMP_PROC_BIND"), "false");
    assert_string_equal(value_of(v, "OMP_DYNAMIC"), "false");
    assert_null(value_of(v, "OPENBLAS_CORETYPE"));
    assert_null(value_of(v, "BENCHMARK_FILTER"));
    assert_string_equal(value_of(v, "MINE"), "kept");
    v = as_worker_environment(NULL, 7, 0, arena);
    assert_string_equal(value_of(v, "OMP_NUM_THREADS"), "1");
    as_arena_free(arena);
}

static void blas_is_told_its_core(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    const as_case row = {.kernel = "attention/blas:n=1", .isa = "scalar", .threads = 1};
    assert_string_equal(value_of(as_worker_environment(&row, 7, 0, arena), "OPENBLAS_CORETYPE"), "Prescott");
    as_arena_free(arena);
}

/* Its length moves the stack: the same for one seed and process, and another for most others. */
static void the_pad_varies(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    size_t different = 0, first = 0;
    for (unsigned process = 0; process < 20; process++) {
        const char *pad = value_of(as_worker_environment(NULL, 7, process, arena), "ATTNSCOPE_PAD");
        assert_string_equal(pad, value_of(as_worker_environment(NULL, 7, process, arena), "ATTNSCOPE_PAD"));
        assert_true(strlen(pad) < 4096 + 1);
        first = process ? first : strlen(pad);
        different += strlen(pad) != first;
    }
    assert_true(different > 15);
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_set_and_what_is_inherited),
                                       cmocka_unit_test(blas_is_told_its_core), cmocka_unit_test(the_pad_varies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
