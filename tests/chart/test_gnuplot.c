/* test_gnuplot.c: pictures appear whole or not at all, and each way to fail is told in one line.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/chart/gnuplot.h"
#include "tests/chart/made_gnuplot.h"

static bool exists(const scratch *s, const char *name) { return access(scratch_path(s, name), F_OK) == 0; }

static void draws(void **state)
{
    (void)state;
    as_err err = {0};
    scratch s = made_gnuplot();
    scratch_write(&s, "a.gp", DRAWS_ALL);
    assert_true(as_gnuplot_draw(s.dir, "a", true, 20, &err));
    assert_true(exists(&s, "a.svg") && exists(&s, "a.png"));
    assert_false(exists(&s, ".unfinished-a.svg") || exists(&s, ".unfinished-a.png"));
    /* the picture of before would not be the one of these numbers */
    assert_true(as_gnuplot_draw(s.dir, "a", false, 20, &err));
    assert_true(exists(&s, "a.svg"));
    assert_false(exists(&s, "a.png"));
    made_gnuplot_remove(&s);
}

static void fails(void **state)
{
    static const struct {
        const char *script, *error;
        bool png;
        double seconds;
    } rows[] = {
        {"echo 'plot x'; echo '     ^'; echo '\"a.gp\" line 3: no luck'; exit 1\n",
         "gnuplot failed: \"a.gp\" line 3: no luck", true, 20},
        {"echo 'some other reason'; exit 1\n", "gnuplot failed: some other reason", true, 20},
        {"exit 1\n", "no reason given", true, 20},
        {"exec sleep 20\n", "took more than 0 s and was stopped", true, 0.2},
        {"true\n", "is its svg terminal installed?", true, 20},
        {": >.unfinished-$name.svg\n", "is its pngcairo terminal installed?", true, 20},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_err err = {0};
        scratch s = made_gnuplot();
        scratch_write(&s, "a.gp", rows[i].script);
        assert_false(as_gnuplot_draw(s.dir, "a", rows[i].png, rows[i].seconds, &err));
        assert_int_equal(err.code, AS_EXIT_ENVIRONMENT);
        if (!strstr(err.text, rows[i].error) || strchr(err.text, '\n'))
            fail_msg("row %zu: %s", i, err.text);
        assert_false(exists(&s, "a.png"));
        made_gnuplot_remove(&s);
    }
}

static void is_absent(void **state)
{
    (void)state;
    as_err err = {0};
    scratch s = scratch_make();
    const char *path = as_arena_intern(s.arena, getenv("PATH"));
    scratch_write(&s, "a.gp", DRAWS_ALL);
    setenv("PATH", s.dir, 1);
    assert_false(as_gnuplot_draw(s.dir, "a", true, 20, &err));
    setenv("PATH", path, 1);
    assert_int_equal(err.code, AS_EXIT_ENVIRONMENT);
    assert_non_null(strstr(err.text, "gnuplot not found"));
    scratch_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws),
        cmocka_unit_test(fails),
        cmocka_unit_test(is_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
