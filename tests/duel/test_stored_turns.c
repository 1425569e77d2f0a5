/* test_stored_turns.c: the whole engine of a duel over a folder of made-up turns.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ftw.h>
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
#include "harness/duel/judge.h"
#include "harness/duel/session.h"
#include "harness/verdict/words.h"
#include "tests/duel/made_exact.h"

enum { CASES = 2, PROCESSES = 13, TURNS = 40 };
static const char *const names[CASES] = {"a", "b"};
static char dir[] = "/tmp/attnscope-stored-XXXXXX";

static void write_text(const char *name, const char *text)
{
    char path[200];
    as_err err = {0};
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_true(as_file_write(path, text, strlen(text), &err));
}

/* Turns in which new takes exp(shift) times as long as base in case b; a copy of base, and case a, do not differ. */
static void write_turns(double shift)
{
    static as_turn turns[2 * CASES * PROCESSES * TURNS * 2];
    static const char *const phases[] = {"first", "confirm"};
    size_t n = 0;
    as_err err = {0};
    for (size_t phase = 0; phase < 2; phase++)
        for (size_t c = 0; c < CASES; c++)
            for (size_t p = 0; p < (phase ? 8 : PROCESSES); p++)
                for (size_t i = 0; i < 2 * TURNS; i++) {
                    const double noise = 2e-3 * (i % 4 < 2 ? 1 + 0.01 * (double)i : -1.3 - 0.01 * (double)i);
                    as_turn *t = &turns[n++];
                    as_record_clear(&as_turn_schema, t);
                    t->case_ = names[c];
                    t->phase = phases[phase];
                    t->process = p;
                    t->turn = i;
                    t->other = i % 2 ? "copy" : "new";
                    t->led = "base";
                    t->calls = 1;
                    t->base_ns = 1000000;
                    t->other_ns = (uint64_t)(1e6 * exp(noise + (c == 1 && i % 2 == 0 ? shift : 0)));
                    t->status = "ok";
                }
    assert_true(as_table_write(&as_turn_schema, turns, n, dir, &err));
}

static void write_folder(void)
{
    const as_case cases[CASES] = {made_case("a", 64), made_case("b", 64)};
    const as_exact exact[] = {made_exact("a", "base"), made_exact("a", "new"), made_exact("b", "base"),
                              made_exact("b", "new")};
    as_err err = {0};
    assert_true(as_table_write(&as_case_schema, cases, CASES, dir, &err) &&
                as_table_write(&as_exact_schema, exact, 4, dir, &err));
    write_text("duel.json",
               "{\"schema\": 3, \"gates\": [\"time\", \"accuracy\"], \"alpha\": 0.05, \"floor\": 0.01, \"margin\": "
               "0.015, \"looks\": [4, 6, 9, 13], \"confirm\": [4, 8], \"base\": {}, \"new\": {}, \"cases\": [\"a\", "
               "\"b\"]}");
}

/* Judges the folder and writes what was found as its verdicts.csv. */
static void judge_first(as_verdict *out, size_t count)
{
    as_err err = {0};
    as_duel_session s = {.ask = {.again = dir}};
    write_text("verdicts.csv", "case,verdict\n");
    assert_false(as_duel_repeat(&s, &err)); /* not what is stored */
    assert_non_null(strstr(err.text, "are not those of the 0 in verdicts.csv"));
    assert_int_equal(s.verdict_count, count);
    memcpy(out, s.verdicts, count * sizeof *out);
    err = (as_err){0};
    assert_true(as_table_write(&as_verdict_schema, s.verdicts, s.verdict_count, dir, &err));
    as_duel_close(&s);
}

static void stored_turns_give_their_verdicts_again(void **unused)
{
    (void)unused;
    as_verdict found[4];
    as_err err = {0};
    write_folder();
    write_turns(0.05);
    judge_first(found, 4); /* time and accuracy of each */
    as_duel_session s = {.ask = {.again = dir}};
    assert_true(as_duel_repeat(&s, &err));
    assert_false(s.interrupted);
    assert_string_equal(s.verdicts[0].case_, "a");
    assert_int_equal(s.verdicts[0].gate, AS_GATE_TIME);
    assert_int_equal(s.verdicts[0].verdict, AS_SAME);
    assert_int_equal(s.verdicts[1].gate, AS_GATE_ACCURACY);
    assert_int_equal(s.verdicts[2].verdict, AS_REGRESSED);
    assert_float_equal(s.verdicts[2].ratio, exp(0.05), 0.01);
    assert_int_equal(as_verdict_exit(s.verdicts, s.verdict_count, false), AS_EXIT_BAD);
    as_duel_close(&s);
    write_turns(-0.05); /* the turns are edited, the verdicts not */
    s = (as_duel_session){.ask = {.again = dir}};
    assert_false(as_duel_repeat(&s, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_int_equal(s.verdicts[2].verdict, AS_IMPROVED);
    as_duel_close(&s);
}

static void missing_turns_are_no_verdict(void **unused)
{
    (void)unused;
    as_verdict found[4];
    write_folder();
    write_text("turns.csv", "case,phase,process,turn,other,led,calls,base_ns,other_ns,status,reason\n"
                            "a,first,0,0,new,,,,,failed,base: killed by SIGSEGV\n");
    judge_first(found, 4);
    assert_int_equal(found[0].verdict, AS_FAILED);
    assert_int_equal(found[2].verdict, AS_INCONCLUSIVE);
}

static void assert_unreadable(const char *file, const char *text, const char *error)
{
    as_err err = {0};
    as_duel_session s = {.ask = {.again = dir}};
    write_folder();
    write_turns(0);
    write_text(file, text);
    assert_false(as_duel_repeat(&s, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_non_null(strstr(err.text, error));
    as_duel_close(&s);
}

static void what_no_duel_wrote_is_refused(void **unused)
{
    (void)unused;
    assert_unreadable("duel.json", "{", "duel.json:1:1");
    assert_unreadable("duel.json", "{\"schema\": 2}", "not the rules of a duel of this version");
    assert_unreadable("exact.csv", "case,side,status\nc,new,ok\n", "exact.csv:2: a case that duel.json does not name");
    assert_unreadable("exact.csv", "case,side,status\na,old,ok\n", "exact.csv:2: side is base or new");
    assert_unreadable("exact.csv", "case,side,status\na,new,good\n", "exact.csv:2: an unknown status");
    assert_unreadable("turns.csv", "case,phase,process,other,status\na,second,0,new,ok\n",
                      "turns.csv:2: phase is first or confirm");
    assert_unreadable("turns.csv", "case,phase,process,other,status\na,first,0,base,ok\n",
                      "turns.csv:2: other is new or copy");
    assert_unreadable("turns.csv", "case,phase,process,other,status\na,first,0,new,ok\n",
                      "turns.csv:2: a turn without calls or without a time");
}

/* Turns that agree are not enough where the pairs of processes do not. */
static void every_pair_of_processes_must_agree(void **unused)
{
    (void)unused;
    static as_point points[400];
    const as_bounds bounds = {.floor = 0.01, .margin = 0.015};
    for (size_t i = 0; i < 400; i++)
        points[i] = (as_point){0.05 + 1e-4 * (double)(i % 7), (unsigned)(i / 100)};
    assert_int_equal(as_judge(points, 400, 0.05, bounds).kind, AS_REGRESSED);
    assert_int_equal(as_judge(points, 400, 0.05, bounds).processes, 4);
    assert_int_equal(as_judge(points, 100, 0.05, bounds).kind, AS_INCONCLUSIVE); /* one pair shares one layout */
    for (size_t i = 300; i < 400; i++)
        points[i].r = -0.01;
    const as_judgement mixed = as_judge(points, 400, 0.05, bounds);
    assert_int_equal(mixed.kind, AS_INCONCLUSIVE);
    assert_true(mixed.low <= -0.01 && mixed.high >= 0.05);
    assert_true(isnan(as_judge(points, 0, 0.05, bounds).estimate));
}

static int make_dir(void **unused)
{
    (void)unused;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_file(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static int remove_dir(void **unused)
{
    (void)unused;
    return nftw(dir, remove_file, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_turns_give_their_verdicts_again),
        cmocka_unit_test(missing_turns_are_no_verdict),
        cmocka_unit_test(what_no_duel_wrote_is_refused),
        cmocka_unit_test(every_pair_of_processes_must_agree),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
