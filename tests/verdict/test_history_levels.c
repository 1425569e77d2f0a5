/* test_history_levels.c: folders of duels in a row: ordered by date, their levels and the one change found, and folders
 * that do not belong together refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/verdict/history.h"
#include "tests/scratch.h"

enum { RESULTS = 16, CHANGED = 8 };

static const char *make_duel(const scratch *s, const char *name, const char *base, const char *verdicts)
{
    const char *dir = scratch_folder(s, name);
    scratch_write(
        s, as_arena_printf(s->arena, "%s/duel.json", name),
        as_arena_printf(s->arena, "{\"base\": {\"commit\": \"%s\"}, \"new\": {\"commit\": \"of-%s\"}}", base, name));
    scratch_write(s, as_arena_printf(s->arena, "%s/verdicts.csv", name),
                  as_arena_printf(s->arena, "case,verdict,ratio,ratio_low,ratio_high,reason\n%s", verdicts));
    scratch_write(s, as_arena_printf(s->arena, "%s/machine.json", name), "{\"fingerprint\": \"m\", \"cpu\": \"made\"}");
    return dir;
}

/* Case a takes 10 % longer from result CHANGED on; case b never changes, and was not measured in result 3. */
static void one_change(void **state)
{
    (void)state;
    scratch s = scratch_make();
    as_err err = {0};
    as_history_found found;
    const char *dirs[RESULTS];
    for (size_t i = 0; i < RESULTS; i++) {
        const double wobble = 1 + 0.001 * (double)(i * 7 % 5), a = wobble * (i < CHANGED ? 1 : 1.1);
        const char *b = i == 3 ? "b,failed,,,,crashed\n" : as_arena_printf(s.arena, "b,same,%.9g,0.9,1.2,\n", wobble);
        /* the names say the day; the folders are given in another order */
        dirs[(i * 5) % RESULTS] = make_duel(&s, as_arena_printf(s.arena, "d-202601%02zuT120000Z", i + 1), "f00",
                                            as_arena_printf(s.arena, "a,same,%.9g,0.9,1.2,\n%s", a, b));
    }
    const as_history_input in = {.dirs = dirs, .count = RESULTS, .rules = {.alpha = 0.05}};
    if (!as_history_make(&in, s.arena, &found, &err))
        fail_msg("%s", err.text);
    assert_true(found.cases == 2 && found.results == RESULTS && found.count == 2 * RESULTS && found.changes == 1);
    assert_string_equal(found.pinned, "f00");
    assert_string_equal(found.machine, "made");
    for (size_t i = 0; i < RESULTS; i++) {
        const as_history *a = &found.rows[i], *b = &found.rows[RESULTS + i];
        assert_string_equal(a->case_, "a");
        assert_string_equal(a->date, as_arena_printf(s.arena, "2026-01-%02zuT12:00:00Z", i + 1));
        assert_string_equal(a->commit, as_arena_printf(s.arena, "of-d-202601%02zuT120000Z", i + 1));
        assert_true(fabs(a->level / (i < CHANGED ? 1.002 : 1.1 * 1.002) - 1) < 1e-3);
        assert_true(isnan(a->change) == (i != CHANGED));
        assert_true(isnan(b->change) && isnan(b->ratio) == (i == 3));
    }
    const as_history *changed = &found.rows[CHANGED];
    assert_true(fabs(changed->change / 1.1 - 1) < 2e-3 && changed->change_low < 1.1 && changed->change_high > 1.09);
    assert_string_equal(found.rows[RESULTS + 3].reason, "crashed");
    scratch_remove(&s);
}

static void a_case_that_came_later(void **state)
{
    (void)state;
    scratch s = scratch_make();
    as_err err = {0};
    as_history_found found;
    const char *dirs[] = {make_duel(&s, "x-20260101T000000Z", "f00", "a,same,1,0.9,1.1,\n"),
                          make_duel(&s, "y-20260102T000000Z", "f00", "a,same,1,0.9,1.1,\nb,same,2,1.9,2.1,\n")};
    const as_history_input in = {.dirs = dirs, .count = 2, .rules = {.alpha = 0.05}};
    assert_true(as_history_make(&in, s.arena, &found, &err));
    assert_true(found.cases == 2 && found.count == 4 && found.changes == 0);
    assert_string_equal(found.rows[2].reason, "not in this result");
    assert_true(isnan(found.rows[2].ratio) && found.rows[3].ratio == 2);
    scratch_remove(&s);
}

static void folders_that_do_not_belong_together(void **state)
{
    (void)state;
    scratch s = scratch_make();
    const char *one = make_duel(&s, "one-20260101T000000Z", "f00", "a,same,1,0.9,1.1,\n"),
               *undated = make_duel(&s, "undated", "f00", ""),
               *other_base = make_duel(&s, "b-20260102T000000Z", "ba5e", ""),
               *elsewhere = make_duel(&s, "c-20260102T000000Z", "f00", ""),
               *run = scratch_folder(&s, "run-20260103T000000Z"), *nothing = scratch_folder(&s, "n-20260103T000000Z");
    scratch_write(&s, "c-20260102T000000Z/machine.json", "{\"fingerprint\": \"n\"}");
    scratch_write(&s, "run-20260103T000000Z/samples.csv", "case,process,batch,calls,wall_ns\n");
    const struct {
        const char *other, *pin, *error;
    } rows[] = {{undated, NULL, "end its name in -YYYYMMDDTHHMMSSZ"},
                {other_base, NULL, "a history needs one pinned base"},
                {elsewhere, NULL, "add --across"},
                {run, NULL, "give folders of one kind"},
                {nothing, NULL, "neither a folder of run nor of duel"},
                {one, one, "--pin is for folders of run"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *dirs[] = {one, rows[i].other};
        const as_history_input in = {.dirs = dirs, .count = 2, .pin = rows[i].pin, .rules = {.alpha = 0.05}};
        as_history_found found;
        as_err err = {0};
        assert_false(as_history_make(&in, s.arena, &found, &err));
        assert_int_equal(err.code, AS_EXIT_USAGE);
        if (!strstr(err.text, rows[i].error))
            fail_msg("row %zu: %s", i, err.text);
    }
    scratch_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_change),
        cmocka_unit_test(a_case_that_came_later),
        cmocka_unit_test(folders_that_do_not_belong_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
