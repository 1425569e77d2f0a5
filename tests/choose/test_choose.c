/* test_choose.c: a made-up folder whose best is known: choose must name it, and say why not the others. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "harness/analyse/analyse.h"
#include "harness/choose/choose.h"
#include "harness/theory/reach.h"
#include "kernels/pattern/pattern.h"
#include "tests/analyse/synthetic.h"

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

static const as_choice *first_single(const as_chosen *c)
{
    size_t i = 0;
    while (!strncmp(c->rows[i].pattern, "schedule(", 9))
        i++;
    return &c->rows[i];
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
    assert_int_equal(c.rows[0].basis, AS_MEASURED);
    assert_int_equal(c.tied, 1);
    assert_true(fabs(c.rows[0].ms / (6 * 120 * edges(64, 2048) / 1e6) - 1) < 0.02);
    for (size_t i = 0; i < c.ranked; i++)
        assert_true(c.rows[i].rank == i + 1 && c.rows[i].ms_low <= c.rows[i].ms && c.rows[i].ms <= c.rows[i].ms_high);
    /* between measured lengths and windows, and beyond them */
    assert_int_equal(choice(&c, "attention/flash", "window:w=256")->basis, AS_INTERPOLATED);
    assert_true(fabs(choice(&c, "attention/flash", "window:w=256")->ms / (6 * 120 * edges(256, 2048) / 1e6) - 1) <
                0.03);
    ask.length = 3000;
    c = choose(&f, &ask);
    assert_int_equal(choice(&c, "attention/flash", "causal")->basis, AS_INTERPOLATED);
    assert_true(fabs(choice(&c, "attention/flash", "causal")->ms / (6 * 80 * edges(3000, 3000) / 1e6) - 1) < 0.03);
    ask.length = 16384;
    c = choose(&f, &ask);
    assert_int_equal(choice(&c, "attention/flash", "causal")->basis, AS_EXTRAPOLATED);
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
    assert_string_equal(first_single(&c)->pattern, "window:w=384");
    assert_true(first_single(&c)->layers_to_cover <= 6 && c.rows[0].pareto == 1);
    assert_non_null(strstr(choice(&c, "attention/flash", "window:w=64")->note, "--reach"));
    assert_true(choice(&c, "attention/flash", "window:w=64")->rank == AS_NO_COUNT);
    assert_int_equal(choice(&c, "attention/flash", "causal")->pareto, 1);
    ask.full = false;
    ask.reach = 600;
    c = choose(&f, &ask);
    assert_string_equal(first_single(&c)->pattern, "window:w=128");
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
        folder_measure(&f, folder_case(&f, "attention/flash", "causal", T, 0), 100 * (double)T * (double)T, 0.1,
                       &random);
        folder_measure(&f, folder_case(&f, "attention/naive", "causal", T, 0), 101 * (double)T * (double)T, 0.1,
                       &random);
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

/* `ns` per edge and head of attention/tiles on `pattern`, at T = 512, 1024, 2048. */
static void measure_pattern(folder *f, const char *text, double ns)
{
    uint64_t random = 5;
    as_pattern_error at;
    as_pattern *p = as_pattern_parse(text, &at);
    for (uint64_t T = 512; T <= 2048; T *= 2) {
        as_case *c = folder_case(f, "attention/tiles", text, T, 0);
        c->edges = as_pattern_edges(p, 0, T, T);
        c->flops_useful = 4 * c->head_dim * c->edges * c->heads;
        folder_measure(f, c, 8 * ns * (double)c->edges, 0.002, &random);
    }
    as_pattern_free(p);
}

static double edges_of(const char *text, uint64_t T)
{
    as_pattern_error at;
    as_pattern *p = as_pattern_parse(text, &at);
    const double e = (double)as_pattern_edges(p, 0, T, T);
    as_pattern_free(p);
    return e;
}

/* A dilation costs more per edge the larger it is: r^0.2; a number whose effect keys per query do not tell. */
static void two_numbers_are_a_grid(void **state)
{
    (void)state;
    static const unsigned long rs[] = {2, 8, 32}, ks[] = {16, 32, 64};
    folder f = folder_new();
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            measure_pattern(&f, as_arena_printf(f.arena, "dilated:r=%lu,k=%lu", rs[i], ks[j]),
                            10 * pow((double)rs[i], 0.2));
    as_choose_ask ask = usual(2048, 1);
    as_chosen c = choose(&f, &ask);
    const as_choice *got = choice(&c, "attention/tiles", "dilated:r=16,k=48"); /* neither number was measured */
    assert_int_equal(got->basis, AS_INTERPOLATED);
    const double truth = 80 * pow(16, 0.2) * edges_of("dilated:r=16,k=48", 2048) / 1e6;
    assert_true(fabs(got->ms / truth - 1) < 0.1 && got->ms_low <= truth && truth <= got->ms_high);
    folder_remove(&f);
}

/* Numbers that grew together stay in proportion; seeds are no numbers, and nothing lies between two values. */
static void some_numbers_are_not_free(void **state)
{
    (void)state;
    folder f = folder_new();
    for (unsigned long w = 32; w <= 512; w *= 4)
        measure_pattern(&f, as_arena_printf(f.arena, "longnet:w=%lu/%lu,r=1/2", w, 2 * w), 10);
    for (unsigned long seed = 1; seed <= 5; seed += 2)
        measure_pattern(&f, as_arena_printf(f.arena, "random:r=64,seed=%lu", seed), 10);
    measure_pattern(&f, "sink:s=4+window:w=64", 10);
    measure_pattern(&f, "sink:s=16+window:w=256", 10);
    as_choose_ask ask = usual(2048, 1);
    as_chosen c = choose(&f, &ask);
    size_t random = 0, sink = 0;
    choice(&c, "attention/tiles", "longnet:w=64/128,r=1/2");
    for (size_t i = 0; i < c.count; i++) {
        unsigned long a, b;
        if (sscanf(c.rows[i].pattern, "longnet:w=%lu/%lu", &a, &b) == 2)
            assert_int_equal(b, 2 * a);
        random += !strncmp(c.rows[i].pattern, "random", 6);
        sink += !strncmp(c.rows[i].pattern, "sink", 4);
    }
    assert_int_equal(random, 3);
    assert_int_equal(sink, 2);
    folder_remove(&f);
}

/* Every stack: its time is the sum of its layers', its reach is that of the theory, and nothing as fast covers sooner.
 */
static void stacks_cover_for_less(void **state)
{
    (void)state;
    folder f = folder_new();
    for (unsigned long w = 16; w <= 1024; w *= 4)
        measure_pattern(&f, as_arena_printf(f.arena, "window:w=%lu", w), 10);
    for (unsigned long r = 2; r <= 128; r *= 4)
        for (unsigned long k = 16; k <= 64; k *= 2)
            measure_pattern(&f, as_arena_printf(f.arena, "dilated:r=%lu,k=%lu", r, k), 10);
    measure_pattern(&f, "causal", 10);
    as_choose_ask ask = usual(2048, 4);
    ask.full = true;
    as_chosen c = choose(&f, &ask);
    size_t stacks = 0;
    for (size_t i = 0; i < c.ranked; i++) {
        as_pattern_error at;
        if (strncmp(c.rows[i].pattern, "schedule(", 9) != 0)
            continue;
        as_layers *s = as_layers_parse(c.rows[i].pattern, &at);
        as_reach reach;
        double ms = 0;
        assert_non_null(s);
        for (size_t layer = 0; layer < 4; layer++)
            ms += choice(&c, "attention/tiles", as_pattern_text(as_layers_at(s, layer)))->ms / 4;
        assert_true(
            as_reach_find(&(as_reach_ask){.schedule = s, .length = 2048, .layers = 4, .heads = 8}, &reach, NULL));
        assert_true(fabs(c.rows[i].ms / ms - 1) < 1e-9 && c.rows[i].ms_low <= ms && ms <= c.rows[i].ms_high);
        assert_int_equal(reach.sees[3], 2048);
        assert_int_equal(reach.layers_to_cover, c.rows[i].layers_to_cover);
        assert_int_equal(c.rows[i].pareto, 1);
        as_reach_free(&reach);
        as_layers_free(s);
        stacks++;
    }
    assert_true(stacks > 0);
    /* a window and a dilation of as many taps: 2 sqrt(T) keys, where a window alone needs T / 4 */
    assert_true(c.rows[0].ms < 0.3 * first_single(&c)->ms);
    ask.layers = 1;
    c = choose(&f, &ask);
    for (size_t i = 0; i < c.count; i++)
        assert_true(strncmp(c.rows[i].pattern, "schedule(", 9) != 0);
    ask.layers = 4;
    ask.full = false;
    ask.reach = 1500;
    c = choose(&f, &ask);
    assert_true(!strncmp(c.rows[0].pattern, "schedule(", 9) && c.rows[0].reach >= 1500);
    folder_remove(&f);
}

static void errors_on_arrays_rule_out(void **state)
{
    (void)state;
    static const as_choose_error errors[] = {{"attention/flash", "window:w=64", 0.3},
                                             {"attention/flash", "window:w=512", 0.01}};
    folder f = folder_new();
    measure(&f, 0.005);
    as_choose_ask ask = usual(2048, 6);
    ask.error = 0.1;
    ask.errors = errors;
    ask.error_count = 2;
    as_chosen c = choose(&f, &ask);
    assert_string_equal(c.rows[0].pattern, "window:w=512");
    assert_null(choice(&c, "attention/flash", "causal")->note); /* dense is as far from dense as from its oracle */
    assert_non_null(strstr(choice(&c, "attention/naive", "window:w=64")->note, "--error: 0.3 was measured"));
    assert_non_null(strstr(choice(&c, "attention/flash", "window:w=128")->note, "none of --errors-from"));
    for (size_t i = 0; i < c.ranked; i++)
        assert_null(strstr(c.rows[i].pattern, "w=64"));
    folder_remove(&f);
}

static void patterns_can_be_named(void **state)
{
    (void)state;
    static const char *const named[] = {"dilated:k=100,r=1", "caus*",
                                        NULL}; /* another spelling of a window not measured */
    folder f = folder_new();
    measure(&f, 0.005);
    as_choose_ask ask = usual(2048, 1);
    ask.patterns = named;
    as_chosen c = choose(&f, &ask);
    assert_string_equal(c.rows[0].pattern, "window:w=100");
    assert_int_equal(c.rows[0].basis, AS_INTERPOLATED);
    for (size_t i = 0; i < c.count; i++)
        assert_true(!strcmp(c.rows[i].pattern, "window:w=100") || !strcmp(c.rows[i].pattern, "causal"));
    ask.patterns = (const char *const[]){"log*", NULL};
    as_err err = {0};
    assert_false(as_choose(&ask, f.arena, &c, &err));
    assert_non_null(strstr(err.text, "--pattern"));
    folder_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fastest_is_first),      cmocka_unit_test(constraints_rule_out),
        cmocka_unit_test(no_clear_winner),           cmocka_unit_test(two_numbers_are_a_grid),
        cmocka_unit_test(some_numbers_are_not_free), cmocka_unit_test(stacks_cover_for_less),
        cmocka_unit_test(errors_on_arrays_rule_out), cmocka_unit_test(patterns_can_be_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
