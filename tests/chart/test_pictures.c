/* test_pictures.c: which pictures are drawn where there are too many, which of them as PNG, and what a failure leaves.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/chart/pictures.h"
#include "tests/chart/made_gnuplot.h"

enum { MOST = 64 };

/* kinds[i] pages of kind i, named K-P; with their scripts. Returns how many. */
static size_t make_scripts(const scratch *s, const size_t *kinds, size_t count, as_picture *out)
{
    size_t n = 0;
    for (size_t k = 0; k < count; k++)
        for (size_t p = 0; p < kinds[k]; p++) {
            out[n] = (as_picture){as_arena_printf(s->arena, "%zu-%zu", k, p), p};
            scratch_write(s, as_arena_printf(s->arena, "%s.gp", out[n++].name), DRAWS_ALL);
        }
    return n;
}

/* Every picture is there when its page is below `drawn`, and as PNG when it is below `png`. */
static void check_pages(const scratch *s, const as_picture *pictures, size_t count, size_t drawn, size_t png)
{
    for (size_t i = 0; i < count; i++) {
        const as_picture *p = &pictures[i];
        const bool svg_there = scratch_read(s, as_arena_printf(s->arena, "%s.svg", p->name)) != NULL,
                   png_there = scratch_read(s, as_arena_printf(s->arena, "%s.png", p->name)) != NULL;
        if (svg_there != (p->page < drawn) || png_there != (p->page < png))
            fail_msg("%s: SVG %d, PNG %d", p->name, svg_there, png_there);
    }
}

static void how_many(void **state)
{
    static const struct {
        size_t kinds[12];
        unsigned drawn, left;
        size_t pages, png; /* of each kind, at most */
    } rows[] = {
        {{0}, 0, 0, 1, 1},
        {{2, 2, 1}, 5, 0, 24, 24},                            /* all, each as both */
        {{40, 3}, 27, 16, 24, 1},                             /* AS_PICTURES_MAX of a kind */
        {{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3}, 24, 12, 2, 1}, /* a third of each would be more than AS_PICTURES_ALL */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_picture pictures[MOST];
        as_charts charts = {99, 99};
        as_err err = {0};
        scratch s = made_gnuplot();
        const size_t count = make_scripts(&s, rows[i].kinds, sizeof rows[i].kinds / sizeof *rows[i].kinds, pictures);
        if (!as_pictures_draw(s.dir, pictures, count, s.arena, &charts, &err))
            fail_msg("row %zu: %s", i, err.text);
        assert_int_equal(charts.drawn, rows[i].drawn);
        assert_int_equal(charts.left, rows[i].left);
        check_pages(&s, pictures, count, rows[i].pages, rows[i].png);
        made_gnuplot_remove(&s);
    }
}

static void first_failure_ends_it(void **state)
{
    (void)state;
    as_picture pictures[MOST];
    as_charts charts = {99, 99};
    as_err err = {0};
    scratch s = made_gnuplot();
    const size_t kinds[] = {24}, count = make_scripts(&s, kinds, 1, pictures);
    scratch_write(&s, "0-0.gp", "echo 'line 1: no luck'; exit 1\n");
    assert_false(as_pictures_draw(s.dir, pictures, count, s.arena, &charts, &err));
    assert_non_null(strstr(err.text, "0-0.gp: gnuplot failed: line 1: no luck"));
    assert_true(charts.drawn < count - 1); /* those under way end, no other begins */
    made_gnuplot_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_many),
        cmocka_unit_test(first_failure_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
