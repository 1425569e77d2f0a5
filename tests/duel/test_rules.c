/* test_rules.c: looks, confirmation and control of a duel, on scripted and simulated pairs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/duel/power.h"
#include "harness/duel/rules.h"

static void test_rules_on_simulated_turns(void **state)
{
    (void)state;
    const as_duel_rules rules = as_duel_rules_usual();
    const as_noise noise = as_noise_assumed();
    const as_tally none = as_power_simulate(&rules, noise, 0, 300, 1);
    assert_true(none.regressed + none.improved <= 1);
    assert_true(none.same >= 270);
    assert_true(as_power_simulate(&rules, noise, 0.02, 100, 2).regressed >= 90);
    assert_true(as_power_simulate(&rules, noise, 0.02, 100, 3).same <= 1);
    assert_true(as_power_simulate(&rules, noise, 0.05, 100, 4).regressed >= 97);
    assert_true(as_power_simulate(&rules, noise, -0.05, 100, 5).improved >= 97);
    /* A layout that costs or gains 2 % in each pair of processes is no change of the program. */
    as_noise layout = noise;
    layout.layout = 0.02;
    const as_tally unlucky = as_power_simulate(&rules, layout, 0, 1000, 6);
    assert_true(unlucky.regressed + unlucky.improved <= 15);
    /* A machine ten times as loud gives no verdict rather than a wrong one. */
    as_noise loud = noise;
    loud.turn *= 10;
    const as_tally deaf = as_power_simulate(&rules, loud, 0.02, 100, 7);
    assert_true(deaf.same <= 1 && deaf.improved == 0);
    const as_tally quiet = as_power_simulate(&rules, loud, 0, 300, 8);
    assert_true(quiet.regressed + quiet.improved <= 1);
}

typedef struct {
    double first, again, copy; /* shift in each phase, and of the copy */
    unsigned odd;              /* so many of the first confirming pairs disagree */
    bool calms;                /* the copy differs in the first phase only */
    as_pair_status status;
    unsigned at; /* the pair of processes that has the status */
    unsigned asked[2];
} script;

static as_pair_status scripted_pair(void *state, const as_pairing *at, as_pair_points *out)
{
    script *s = (script *)state + at->index;
    out->reason = NULL;
    s->asked[at->round]++;
    if (s->status != AS_PAIR_OK && at->process == s->at) {
        out->reason = "as scripted";
        return s->status;
    }
    for (int i = 0; i < 12; i++) {
        const double noise = 1e-3 * (i % 2 ? i + 1 : -i - 1.5);
        const double again = at->process < s->odd ? -0.01 : s->again;
        as_points_add(out->news, (at->round == AS_PHASE_FIRST ? s->first : again) + noise, at->process);
        as_points_add(out->copies, (at->round == AS_PHASE_CONFIRM && s->calms ? 0 : s->copy) + noise, at->process);
    }
    return AS_PAIR_OK;
}

static const char *verdicts(script *scripts, size_t count, size_t which)
{
    static const char *const names[] = {"a", "b", "c"};
    as_verdict rows[3];
    as_arena *arena = as_arena_create();
    const as_duel duel = {
        .cases = names, .count = count, .rules = as_duel_rules_usual(), .pair = scripted_pair, .pair_state = scripts};
    as_duel_run(&duel, arena, rows);
    as_arena_free(arena);
    return as_verdict_kind_text(rows[which].verdict);
}

static void test_engine(void **state)
{
    (void)state;
    script s = {0};
    assert_string_equal(verdicts(&s, 1, 0), "same");
    assert_int_equal(s.asked[1], 0);
    s = (script){.first = 0.05, .again = 0.05};
    assert_string_equal(verdicts(&s, 1, 0), "regressed");
    assert_int_equal(s.asked[0], 4); /* decided at the first look */
    assert_int_equal(s.asked[1], 4);
    s = (script){.first = -0.05, .again = -0.05};
    assert_string_equal(verdicts(&s, 1, 0), "improved");
    s = (script){.first = 0.05, .again = 0};
    assert_string_equal(verdicts(&s, 1, 0), "inconclusive");
    assert_int_equal(s.asked[1], 8);
    /* One pair that disagrees leaves it open at the first look at the fresh ones, not at the second; three do. */
    s = (script){.first = 0.05, .again = 0.05, .odd = 1};
    assert_string_equal(verdicts(&s, 1, 0), "regressed");
    assert_int_equal(s.asked[1], 8);
    s = (script){.first = 0.05, .again = 0.05, .odd = 3};
    assert_string_equal(verdicts(&s, 1, 0), "inconclusive");
    s = (script){.first = 0.05, .again = -0.05};
    assert_string_equal(verdicts(&s, 1, 0), "inconclusive");
    s = (script){.status = AS_PAIR_FAILED, .at = 2};
    assert_string_equal(verdicts(&s, 1, 0), "failed");
    s = (script){.status = AS_PAIR_ENDED, .at = 3}; /* alike so far, and never `same` */
    assert_string_equal(verdicts(&s, 1, 0), "inconclusive");
    s = (script){.first = 0.05, .again = 0.05, .status = AS_PAIR_INTERRUPTED, .at = 1};
    assert_string_equal(verdicts(&s, 1, 0), "inconclusive");
    /* A copy that differs from its base silences every case. */
    s = (script){.first = 0.05, .again = 0.05, .copy = 0.05};
    assert_string_equal(verdicts(&s, 1, 0), "inconclusive");
    s = (script){.first = 0.05, .again = 0.05, .copy = 0.05, .calms = true};
    assert_string_equal(verdicts(&s, 1, 0), "regressed");
    script two[2] = {{.first = 0.05, .again = 0.05}, {.copy = 0.05}};
    assert_string_equal(verdicts(two, 2, 0), "inconclusive");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_on_simulated_turns),
        cmocka_unit_test(test_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
