/* test_turns_file.c: stored turns by case, process and round; a row that no duel writes is refused with its place.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/duel/turns.h"
#include "tests/scratch.h"

#define HEAD "case,phase,process,turn,other,led,calls,base_ns,other_ns,status,reason\n"

static void pairs(void **state)
{
    static const struct {
        as_pairing at;
        as_pair_status status;
        size_t news, copies;
        double first; /* of news: other over base */
        const char *reason;
    } rows[] = {
        {{0, AS_PHASE_FIRST, 0}, AS_PAIR_OK, 2, 1, 1.25, NULL},
        {{0, AS_PHASE_FIRST, 1}, AS_PAIR_FAILED, 0, 0, 0, "crashed"},
        {{0, AS_PHASE_FIRST, 2}, AS_PAIR_ENDED, 0, 0, 0, "its turns are not stored"},
        {{0, AS_PHASE_CONFIRM, 0}, AS_PAIR_OK, 1, 0, 0.5, NULL},
        {{1, AS_PHASE_FIRST, 0}, AS_PAIR_OK, 1, 0, 2, NULL},
        {{2, AS_PHASE_FIRST, 0}, AS_PAIR_ENDED, 0, 0, 0, "its turns are not stored"},
    };
    static const char *const cases[] = {"a", "b", "absent"};
    scratch s = scratch_make();
    as_stored stored;
    as_err err = {0};
    (void)state;
    scratch_write(&s, "turns.csv",
                  HEAD "a,first,0,0,new,base,8,1000,1250,ok,\nb,first,0,0,new,base,8,1000,2000,ok,\n"
                       "a,first,0,1,copy,base,8,1000,1000,ok,\na,first,0,2,new,other,8,1000,1000,ok,\n"
                       "other,first,0,0,new,base,8,1000,9000,ok,\na,first,1,0,new,base,,,,failed,crashed\n"
                       "a,confirm,0,0,new,base,8,1000,500,ok,\n");
    if (!as_stored_read(s.dir, s.arena, &stored, &err))
        fail_msg("%s", err.text);
    as_stored_match(&stored, cases, 3);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_points news = {.arena = s.arena}, copies = {.arena = s.arena};
        as_pair_points out = {&news, &copies, NULL};
        assert_int_equal(as_stored_pair(&stored, &rows[i].at, &out), rows[i].status);
        assert_int_equal(news.count, rows[i].news);
        assert_int_equal(copies.count, rows[i].copies);
        if (rows[i].news)
            assert_true(fabs(news.points[0].r - log(rows[i].first)) < 1e-12 &&
                        news.points[0].process == rows[i].at.process);
        if (rows[i].reason)
            assert_string_equal(out.reason, rows[i].reason);
        else
            assert_null(out.reason);
    }
    scratch_remove(&s);
}

static void rows_that_no_duel_writes(void **state)
{
    static const struct {
        const char *row, *error;
    } rows[] = {
        {",first,0,0,new,base,8,1000,1250,ok,", "no case"},
        {"a,third,0,0,new,base,8,1000,1250,ok,", "phase is first or confirm"},
        {"a,first,0,0,new,base,8,1000,1250,fine,", "an unknown status"},
        {"a,first,0,0,base,base,8,1000,1250,ok,", "other is new or copy"},
        {"a,first,,0,new,base,8,1000,1250,ok,", "no number of a process"},
        {"a,first,0,0,new,base,0,1000,1250,ok,", "without calls or without a time"},
        {"a,first,0,0,new,base,8,1000,0,ok,", "without calls or without a time"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        scratch s = scratch_make();
        as_stored stored;
        as_err err = {0};
        scratch_write(&s, "turns.csv",
                      as_arena_printf(s.arena, HEAD "a,first,0,0,new,base,8,1000,1250,ok,\n%s\n", rows[i].row));
        assert_false(as_stored_read(s.dir, s.arena, &stored, &err));
        assert_int_equal(err.code, AS_EXIT_USAGE);
        if (!strstr(err.text, "turns.csv:3: ") || !strstr(err.text, rows[i].error))
            fail_msg("row %zu: %s", i, err.text);
        scratch_remove(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs),
        cmocka_unit_test(rows_that_no_duel_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
