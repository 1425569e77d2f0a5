/* test_choose.c: a made-up folder whose best is known: choose must name it, and say why not the others. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "harness/analyse/analyse.h"
#include "harness/choose/choose.h"
#include "tests/analyse/synthetic.h"

/* As if a pattern's last number were its reach per layer; causal reaches all. */
static as_choose_cover cover(void *state, const char *pattern)
{
    const as_choose_ask *ask = state;
    if (!strcmp(pattern, "causal"))
        return (as_choose_cover){1, ask->length};
    const uint64_t w = strtoull(strrchr(pattern, '=') + 1, NULL, 10), reach = ask->layers * (w - 1) + 1;
    return (as_choose_cover){(ask->length - 1 + w - 2) / (w - 1), reach < ask->length ? reach : ask->length};
}

/* T from 256 to 4096; dense 10 ns an edge and head, windows 15 ns; another kernel three times as slow. */
static void measure(folder *f, double noise)
{
    static const uint64_t windows[] = {0, 64, 128, 512};
    uint64_t random = 9;
    for (uint64_t T = 256; T <= 4096; T *= 2)
        for (size_t i = 0; i < 4; i++) {
            const uint64_t w = windows[i];
            const char *pattern = w ? as_arena_printf(f->arena, "window:w=%lu", (unsigned long)w) : "causal";
            as_case *c = folder_case(f, "attention/flash", pattern, T, w);
            folder_measure(f, c, 80 * (double)c->edges * (w ? 1.5 : 1), noise, &random);
            c = folder_case(f, "attention/naive", pattern, T, w);
            folder_measure(f, c, 240 * (double)c->edges * (w ? 1.5 : 1), noise, &random);
        }
}

static as_chosen choose(folder *f, as_choose_ask *ask)
{
    as_findings *got = as_arena_alloc(f->arena, sizeof *got);
    as_chosen out;
    as_err err = {0};
    folder_write(f);
    if (!as_analyse(f->dir, f->arena, got, &err))
        fail_msg("%s", err.text);
    ask->cases = got->cases;
    ask->rows = got->summary;
    ask->count = got->case_count;
    ask->fits = got->fits;
    ask->fit_count = got->fit_count;
    ask->cover = cover;
    ask->state = ask;
    if (!as_choose(ask, f->arena, &out, &err))
        fail_msg("%s", err.text);
    return out;
}

static const as_choice *choice(const as_chosen *c, const char *kernel, const char *pattern)
{
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->rows[i].kernel, kernel) && !strcmp(c->rows[i].pattern, pattern))
            return &c->rows[i];
    fail_msg("%s on %s is no candidate", kernel, pattern);
    return NULL;
}

static as_choose_ask usual(uint64_t T, uint64_t layers)
{
    return (as_choose_ask){.length = T, .width = 512, .heads = 8, .kv_heads = 8, .layers = layers, .error = NAN};
}

static double edges(double w, double T) { return w * T - w * (w - 1) / 2; }

static void the_fastest_is_first(void **state)
{
    (void)state;
    folder f = folder_new();
    measure(&f, 0.005);
    as_choose_ask ask = usual(2048, 6);
    as_chosen c = choose(&f, &ask);
    assert_string_equal(c.rows[0].kernel, "attention/flash");
    assert_string_equal(c.rows[0].pattern, "window:w=64");
    assert_string_equal(c.rows[0].basis, "measured");
    assert_int_equal(c.tied, 1);
    assert_true(fabs(c.rows[0].ms / (6 * 120 * edges(64, 2048) / 1e6) - 1) < 0.02);
    for (size_t i = 0; i < c.ranked; i++)
        assert_true(c.rows[i].rank == i + 1 && c.rows[i].ms_low <= c.rows[i].ms && c.rows[i].ms <= c.rows[i].ms_high);
    /* between measured lengths and windows, and beyond them */
    assert_string_equal(choice(&c, "attention/flash", "window:w=256")->basis, "interpolated");
    assert_true(fabs(choice(&c, "attention/flash", "window:w=256")->ms / (6 * 120 * edges(256, 2048) / 1e6) - 1) < 0.03);
    ask.length = 3000;
    c = choose(&f, &ask);
    assert_string_equal(choice(&c, "attention/flash", "causal")->basis, "interpolated");
    assert_true(fabs(choice(&c, "attention/flash", "causal")->ms / (6 * 80 * edges(3000, 3000) / 1e6) - 1) < 0.03);
    ask.length = 16384;
    c = choose(&f, &ask);
    assert_string_equal(choice(&c, "attention/flash", "causal")->basis, "extrapolated");
    assert_true(fabs(choice(&c, "attention/flash", "causal")->ms / (6 * 80 * edges(16384, 16384) / 1e6) - 1) < 0.1);
    folder_remove(&f);
}

static void constraints_rule_out(void **state)
{
    (void)state;
    folder f = folder_new();
    measure(&f, 0.005);
    as_choose_ask ask = usual(2048, 6);
    ask.full = true; /* w - 1 >= 2047 / 6 */
    as_chosen c = choose(&f, &ask);
    assert_string_equal(c.rows[0].pattern, "window:w=384");
    assert_true(c.rows[0].layers_to_cover <= 6 && c.rows[0].pareto == 1);
    assert_non_null(strstr(choice(&c, "attention/flash", "window:w=64")->note, "--reach"));
    assert_true(choice(&c, "attention/flash", "window:w=64")->rank == AS_NO_COUNT);
    assert_int_equal(choice(&c, "attention/flash", "causal")->pareto, 1);
    ask.full = false;
    ask.reach = 600;
    c = choose(&f, &ask);
    assert_string_equal(c.rows[0].pattern, "window:w=128");
    ask.reach = 0;
    ask.memory = 1000;
    c = choose(&f, &ask);
    assert_int_equal(c.ranked, 0);
    assert_non_null(strstr(c.rows[0].note, "--memory"));
    ask.memory = 0;
    ask.error = 1e-9;
    c = choose(&f, &ask);
    assert_non_null(strstr(c.rows[0].note, "--error"));
    folder_remove(&f);
}

static void no_clear_winner(void **state)
{
    (void)state;
    folder f = folder_new();
    uint64_t random = 4;
    for (uint64_t T = 256; T <= 4096; T *= 2) {
        folder_measure(&f, folder_case(&f, "attention/flash", "causal", T, 0), 100 * (double)T * (double)T, 0.1, &random);
        folder_measure(&f, folder_case(&f, "attention/naive", "causal", T, 0), 101 * (double)T * (double)T, 0.1, &random);
    }
    as_choose_ask ask = usual(1024, 1);
    as_chosen c = choose(&f, &ask);
    assert_int_equal(c.tied, 2);
    assert_non_null(strstr(c.rows[0].note, "no clear winner"));
    ask.decode = true;
    as_err err = {0};
    assert_false(as_choose(&ask, f.arena, &c, &err));
    assert_non_null(strstr(err.text, "decoding"));
    folder_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fastest_is_first),
        cmocka_unit_test(constraints_rule_out),
        cmocka_unit_test(no_clear_winner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
