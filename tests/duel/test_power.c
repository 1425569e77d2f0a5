/* test_power.c: trials counted into rows, what is asked of a row, and the session over simulated turns.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/duel/count_instructions.h"
#include "harness/duel/power_load.h"
#include "harness/duel/power_session.h"
#include "harness/verdict/words.h"
#include "tests/duel/made_exact.h"

static as_trial trial_of(const char *injected, double share, const char *verdict, double ratio)
{
    as_trial t;
    as_record_clear(&as_trial_schema, &t);
    t.injected = injected;
    t.share = share;
    t.load = "none";
    t.verdict = (as_verdict_kind)as_word_find(&as_verdict_kind_words, verdict, strlen(verdict));
    t.ratio = ratio;
    t.seconds = 2;
    return t;
}

static as_power row_of(const char *injected, double share)
{
    as_power row;
    as_record_clear(&as_power_schema, &row);
    row.injected = injected;
    row.share = share;
    row.load = "none";
    return row;
}

static void trials_are_counted_by_row(void **unused)
{
    (void)unused;
    const as_trial trials[] = {
        trial_of("arithmetic", 0.05, "regressed", 1.05), trial_of("arithmetic", 0.05, "improved", 0.95),
        trial_of("arithmetic", 0.05, "same", 1.01),      trial_of("arithmetic", 0.05, "inconclusive", 1.02),
        trial_of("arithmetic", 0.05, "failed", NAN),     trial_of("arithmetic", 0.02, "regressed", 1.02),
        trial_of("memory", 0.05, "regressed", 1.05),
    };
    as_power row = row_of("arithmetic", 0.05);
    as_power_count(trials, sizeof trials / sizeof *trials, &row);
    assert_int_equal(row.duels, 5);
    assert_true(row.flagged == 1 && row.opposite == 1 && row.passed == 1 && row.inconclusive == 1 && row.failed == 1);
    assert_float_equal(row.ratio, 1.015, 1e-12);
    assert_true(row.seconds == 2 && row.seconds_max == 2);
    as_power none = row_of("none", 0);
    as_power_count(trials, sizeof trials / sizeof *trials, &none);
    assert_int_equal(none.duels, 0);
    assert_true(isnan(none.ratio));
}

static void a_row_keeps_what_is_asked_or_says_what_not(void **unused)
{
    (void)unused;
    char why[200];
    as_power row = row_of("arithmetic", 0.05);
    row.duels = 10;
    row.flagged = 10;
    row.opposite = row.passed = row.inconclusive = row.failed = 0;
    row.seconds = 3;
    assert_true(as_power_keeps(&row, why));
    row.flagged = 8;
    assert_false(as_power_keeps(&row, why));
    assert_string_equal(why, "9 flagged at least");
    row.flagged = 10;
    row.opposite = 1;
    assert_false(as_power_keeps(&row, why));
    row.opposite = 0;
    row.seconds = 6.5;
    assert_false(as_power_keeps(&row, why));
    assert_string_equal(why, "6 s a case at most");
    as_text page = {0};
    as_power_page(&row, 1, "a machine", "a build", &page);
    assert_non_null(strstr(page.data, "Measured on a machine, build a build."));
    assert_non_null(strstr(page.data, "| arithmetic | +5 % | none | 10 | 10 |"));
    as_text_free(&page);
}

static void a_simulated_session_passes(void **unused)
{
    (void)unused;
    static const char *const only[] = {"none", "arithmetic+5%", NULL};
    volatile sig_atomic_t stop = 0;
    as_err err = {0};
    as_power_session s = {
        .gates = AS_GATE_BIT(AS_GATE_TIME), .only = only, .trials = 20, .simulate = true, .stop = &stop};
    assert_true(as_power_run(&s, &err));
    assert_int_equal(s.count, 2);
    assert_true(s.rows[0].flagged == 0 && s.rows[1].flagged == 20);
    assert_string_equal(s.rows[1].load, "simulated");
    assert_int_equal(as_power_check(&s, &err), AS_EXIT_OK);
    s.rows[1].flagged = 3;
    assert_int_equal(as_power_check(&s, &err), AS_EXIT_BAD);
    assert_non_null(strstr(err.text, "of 20 duels 3 were flagged"));
    as_power_close(&s);
}

static void an_unknown_row_is_an_error(void **unused)
{
    (void)unused;
    static const char *const bad[][2] = {{"arithmetic+3%", NULL}, {"instructions", NULL}};
    volatile sig_atomic_t stop = 0;
    for (size_t i = 0; i < 2; i++) {
        as_err err = {0};
        as_power_session s = {.gates = AS_GATE_BIT(AS_GATE_TIME), .only = bad[i], .simulate = true, .stop = &stop};
        assert_false(as_power_run(&s, &err));
        assert_int_equal(err.code, AS_EXIT_USAGE);
        as_power_close(&s);
    }
}

static void trials_are_kept_in_their_folder(void **unused)
{
    (void)unused;
    char dir[] = "/tmp/attnscope-power-XXXXXX", command[100];
    static const as_injection injection = {"arithmetic", AS_INJECT_ARITHMETIC, 0.05};
    as_err err = {0};
    assert_non_null(mkdtemp(dir));
    as_trials t = {.arena = as_arena_create()};
    assert_true(as_trials_open(&t, dir, &err));
    assert_false(as_trials_have(&t, &injection, "none", 0));
    as_trials_close(&t);
    as_trial kept = trial_of("arithmetic", 0.05, "regressed", 1.05);
    kept.trial = 0;
    kept.case_ = "a";
    assert_true(as_table_write(&as_trial_schema, &kept, 1, dir, &err));
    assert_true(as_trials_open(&t, dir, &err));
    assert_true(as_trials_have(&t, &injection, "none", 0));
    assert_false(as_trials_have(&t, &injection, "none", 1));
    assert_false(as_trials_have(&t, &injection, "bursts", 0));
    assert_non_null(as_trials_machine(&t));
    as_trials_close(&t);
    kept.seconds = 0;
    assert_true(as_table_write(&as_trial_schema, &kept, 1, dir, &err));
    assert_false(as_trials_open(&t, dir, &err));
    assert_non_null(strstr(err.text, "trials.csv:2: not a trial: was it edited?"));
    as_trials_close(&t);
    as_arena_free(t.arena);
    snprintf(command, sizeof command, "rm -rf -- %s", dir);
    assert_int_equal(system(command), 0);
}

static void a_load_needs_its_cpu(void **unused)
{
    (void)unused;
    pid_t pid = 0;
    as_err err = {0};
    assert_false(as_load_begin(1023, &pid, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_int_equal(pid, 0);
    as_load_end(pid);
}

/* Neither case reaches a worker. */
static void what_cannot_be_counted_says_why(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    as_case row = made_case("a", 64);
    as_exact out = made_exact("a", "base");
    const as_counting c = {.row = &row, .arena = arena};
    row.threads = 2;
    as_count_instructions(&c, &out);
    assert_true(out.instructions == AS_NO_COUNT);
    assert_string_equal(out.uncounted, "threads wait for each other, so only cases of one are counted");
    row.threads = 1;
    row.isa = "avx512";
    row.kernel = "attention/nowhere";
    as_count_instructions(&c, &out);
    assert_non_null(strstr(out.uncounted, "valgrind does not run avx512"));
    as_arena_free(arena);
    char *path = strdup(getenv("PATH"));
    as_err err = {0};
    setenv("PATH", "/nowhere", 1);
    assert_false(as_counts_valgrind(&err));
    assert_int_equal(err.code, AS_EXIT_ENVIRONMENT);
    setenv("PATH", path, 1);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trials_are_counted_by_row),       cmocka_unit_test(a_row_keeps_what_is_asked_or_says_what_not),
        cmocka_unit_test(a_simulated_session_passes),      cmocka_unit_test(an_unknown_row_is_an_error),
        cmocka_unit_test(trials_are_kept_in_their_folder), cmocka_unit_test(a_load_needs_its_cpu),
        cmocka_unit_test(what_cannot_be_counted_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
