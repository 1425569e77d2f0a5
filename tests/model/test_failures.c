/* test_failures.c: failed cases are grouped by their reason without its numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/model/failures.h"

static void reasons_that_differ_in_numbers_are_one(void **state)
{
    (void)state;
    static const struct {
        const char *status, *reason;
    } cases[] = {{"ok", ""},
                 {"failed", "no memory for 12 bytes"},
                 {"failed", "killed by SIGSEGV"},
                 {"failed", "no memory for 3.5 bytes"},
                 {"skipped", "no memory for 12 bytes"},
                 {NULL, NULL}};
    enum { N = sizeof cases / sizeof *cases };
    as_summary rows[N];
    as_arena *arena = as_arena_create();
    size_t found;
    for (size_t i = 0; i < N; i++) {
        as_record_clear(&as_summary_schema, &rows[i]);
        rows[i].status = cases[i].status, rows[i].reason = cases[i].reason;
    }
    const as_trouble *t = as_troubles_find(rows, N, arena, &found);
    assert_int_equal(found, 4);
    assert_true(t[0].first == &rows[1] && t[0].count == 2);
    assert_true(t[1].first == &rows[2] && t[1].count == 1);
    assert_true(t[2].first == &rows[4] && t[2].count == 1); /* another status */
    assert_true(t[3].first == &rows[5] && t[3].count == 1);
    as_troubles_find(rows, 1, arena, &found);
    assert_int_equal(found, 0);
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reasons_that_differ_in_numbers_are_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
