/* test_growth.c: curves of known order with noise and a step at a cache size: the class is right or `ambiguous`,
 * intervals hold the truth, crossings lie where they were put. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "harness/analyse/analyse.h"
#include "harness/narrate/findings_print.h"
#include "harness/analyse/crossing.h"
#include "harness/analyse/growth.h"
#include "harness/analyse/slope.h"
#include "harness/stats/order.h"
#include "synthetic.h"

enum { TRIALS = 100, PROCESSES = 5 };

static double t1(double x) { return x; }
static double c_t1(double x) { return x + 2000; }
static double tlogt(double x) { return x * log2(x); }
static double c_tlogt(double x) { return x * log2(x) + 20000; }
static double t1_5(double x) { return x * sqrt(x); }
static double t2(double x) { return x * x; }
static double c_t2(double x) { return x * x + 4e6; }
static double t1_t2(double x) { return x * x + 3000 * x; }

static const struct {
    const char *name;
    double (*at)(double x);
} laws[] = {{"T", t1},       {"1 + T", c_t1}, {"T log T", tlogt}, {"1 + T log T", c_tlogt},
            {"T^1.5", t1_5}, {"T^2", t2},     {"1 + T^2", c_t2},  {"T + T^2", t1_t2}};
enum { LAWS = sizeof laws / sizeof *laws };

/* 5 processes at each of `count` x from 64 on, each off by up to 5 %; beyond `step_after` points all are `step` longer.
 */
static as_growth trial(double (*law)(double), size_t count, double octaves, size_t step_after, double step,
                       uint64_t *random)
{
    as_slope_point points[16];
    as_growth_point medians[16];
    double times[16][PROCESSES];
    for (size_t i = 0; i < count; i++) {
        const double x = 64 * exp2(octaves * (double)i / (double)(count - 1));
        for (size_t p = 0; p < PROCESSES; p++)
            times[i][p] = law(x) * (i >= step_after ? step : 1) * folder_noise(random, 0.05);
        as_stats_sort(times[i], PROCESSES);
        points[i] = (as_slope_point){x, times[i], PROCESSES};
        medians[i] = (as_growth_point){x, 1, times[i][PROCESSES / 2]};
    }
    const as_slope slope = as_slope_fit(points, count, *random);
    return as_growth_fit(medians, count, slope.low, slope.high);
}

static void classes_right_or_ambiguous(void **state)
{
    (void)state;
    as_arena *arena = as_arena_create();
    static const double steps[] = {1, 1.2, 1.5, 2};
    uint64_t random = 11;
    for (size_t law = 0; law < LAWS; law++)
        for (size_t s = 0; s < 4; s++)
            for (size_t count = 7; count <= 13; count += 6) {
                unsigned right = 0, wrong = 0;
                for (unsigned i = 0; i < TRIALS; i++) {
                    const size_t at = 2 + (size_t)(random >> 33) % (count - 4);
                    const as_growth g = trial(laws[law].at, count, 6, at, steps[s], &random);
                    const bool same = g.law && !strcmp(as_growth_name(g.law, "T", arena), laws[law].name);
                    right += g.claimed && same;
                    wrong += g.claimed && !same;
                }
                if (wrong)
                    print_message("%s, step %g, %zu points: %u right, %u wrong\n", laws[law].name, steps[s], count,
                                  right, wrong);
                assert_true(wrong <= 1); /* a claim, and a wrong one */
                if (s == 0 && !strstr(laws[law].name, "1 +"))
                    assert_true(right >= 95); /* it is no answer to call everything ambiguous */
            }
    as_arena_free(arena);
}

static void exact_laws(void **state)
{
    (void)state;
    as_arena *arena = as_arena_create();
    for (size_t law = 0; law < LAWS; law++) {
        as_growth_point p[9];
        for (size_t i = 0; i < 9; i++)
            p[i] = (as_growth_point){ldexp(64, (int)i), 1, 2.5 * laws[law].at(ldexp(64, (int)i))};
        const as_growth g = as_growth_fit(p, 9, NAN, NAN);
        assert_true(g.claimed && isnan(g.step_x) && g.residual < 1e-3);
        /* of 1 + T log T and 1 + T^2 the constant is less than a tenth at T = 16384, though most of it at T = 64 */
        const char *name = laws[law].at == c_tlogt ? "T log T" : laws[law].at == c_t2 ? "T^2" : laws[law].name;
        double a, b;
        as_growth_coefficients(&g, &a, &b);
        assert_string_equal(as_growth_name(g.law, "T", arena), name);
        for (size_t i = 0; i < 9; i++)
            assert_true(fabs(as_growth_at(&g, p[i].x, 1) / p[i].y - 1) < 1e-6);
        assert_true(fabs((b > 0 ? b : a) / 2.5 - 1) < 1e-6);
    }
    /* no class: other powers, though sums and steps come near them; and too few points or octaves claim nothing */
    as_growth_point odd[13];
    static const double powers[] = {1.25, 1.75, 3};
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < 13; i++)
            odd[i] = (as_growth_point){ldexp(64, (int)i), 1, pow(ldexp(64, (int)i), powers[k])};
        const as_growth g = as_growth_fit(odd, 13, powers[k] - 0.01, powers[k] + 0.01);
        assert_true(!g.claimed && fabs(g.power - powers[k]) < 1e-6);
    }
    for (size_t i = 0; i < 13; i++)
        odd[i].y = odd[i].x;
    assert_false(as_growth_fit(odd, 5, NAN, NAN).claimed);
    as_arena_free(arena);
}

static void surfaces(void **state)
{
    (void)state;
    as_arena *arena = as_arena_create();
    as_growth_point p[16];
    uint64_t random = 3;
    size_t n = 0;
    for (double T = 128; T <= 1024; T *= 2)
        for (double D = 64; D <= 512; D *= 2)
            p[n++] = (as_growth_point){T, D, (3 * T * D * D + 5 * T * T * D) * folder_noise(&random, 0.02)};
    const as_growth g = as_growth_fit_surface(p, n);
    assert_true(g.claimed);
    assert_string_equal(as_growth_name(g.law, "T", arena), "T D^2 + T^2 D");
    assert_true(fabs(g.a / 3 - 1) < 0.05 && fabs(g.b / 5 - 1) < 0.05);
    as_arena_free(arena);
}

/* Columns of fits.csv and rows of crossovers.csv, of a folder in which b = 1000 T passes a = T^2 at T = 1000. */
static void folder_of_two(folder *f, double noise, uint64_t *random, as_findings *got)
{
    as_err err = {0};
    *f = folder_new();
    for (int i = 0; i < 9; i++) {
        const uint64_t T = 64u << i;
        folder_measure(f, folder_case(f, "attention/flash", "causal", T, 0), 1e3 * (double)T * (double)T, noise,
                       random);
        folder_measure(f, folder_case(f, "attention/flash", "window:w=64", T, 64), 1e6 * (double)T, noise, random);
        folder_measure(f, folder_case(f, "attention/naive", "window:w=64", T, 64), 1e8 * (double)T, noise, random);
    }
    folder_write(f);
    if (!as_analyse(f->dir, f->arena, got, &err))
        fail_msg("%s", err.text);
}

static const as_crossover *pair(const as_findings *f, const char *a, const char *kernel_b, const char *pattern_b)
{
    for (size_t i = 0; i < f->crossover_count; i++)
        if (!strcmp(f->crossovers[i].kernel_a, a) && !strcmp(f->crossovers[i].kernel_b, kernel_b) &&
            !strcmp(f->crossovers[i].pattern_b, pattern_b) && !strcmp(as_axis_text(f->crossovers[i].axis), "length"))
            return &f->crossovers[i];
    fail_msg("no pair %s, %s on %s", a, kernel_b, pattern_b);
    return NULL;
}

static void exact_crossing(void **state)
{
    (void)state;
    folder f;
    as_findings got;
    uint64_t random = 1;
    as_err err = {0};
    as_text out = {0};
    folder_of_two(&f, 0, &random, &got);
    const as_crossover *c = pair(&got, "dense", "attention/flash", "window:w=64");
    assert_int_equal(c->verdict, AS_CROSSOVER_CROSSES);
    assert_int_equal(c->beyond, AS_CURVE_B);
    assert_true(fabs(c->at - 1000) < 1e-6 && fabs(c->at_low - 1000) < 1e-6 && fabs(c->at_high - 1000) < 1e-6);
    assert_int_equal(c->points, 9);
    assert_true(fabs(c->ratio_to - 16.384) < 1e-6 && c->from == 64 && c->to == 16384);
    assert_int_equal(pair(&got, "dense", "attention/naive", "window:w=64")->verdict, AS_CROSSOVER_NONE);
    assert_int_equal(pair(&got, "attention/flash", "attention/naive", "window:w=64")->verdict, AS_CROSSOVER_NONE);
    assert_int_equal(got.crossover_count, 2 + 3);
    const as_fit *fit = &got.fits[0];
    assert_string_equal(fit->growth, "T^2");
    assert_string_equal(fit->quantity, "time");
    assert_true(fabs(fit->growth_a - 1e3) < 1e-3 && isnan(fit->growth_b) && !fit->candidates);
    assert_string_equal(fit->local_slopes, "2.00 2.00 2.00 2.00 2.00 2.00 2.00 2.00");
    assert_true(fit->l2_at > 64 && fit->l2_at < fit->l3_at && fit->l3_at < 16384);
    assert_true(got.fit_rows > got.fit_count);
    as_findings_print(&got, &out);
    assert_non_null(strstr(out.data, "faster from T = 1000 [1000, 1000] on"));
    as_text_free(&out);
    assert_true(as_findings_write(&got, f.dir, &err));
    folder_remove(&f);
}

static void crossing_intervals_hold_the_truth(void **state)
{
    (void)state;
    unsigned held = 0;
    uint64_t random = 5;
    for (unsigned i = 0; i < TRIALS; i++) {
        folder f;
        as_findings got;
        folder_of_two(&f, 0.05, &random, &got);
        const as_crossover *c = pair(&got, "dense", "attention/flash", "window:w=64");
        assert_int_equal(c->verdict, AS_CROSSOVER_CROSSES);
        assert_true(c->at_low < c->at && c->at < c->at_high && c->at_high / c->at_low < 1.25);
        held += c->at_low <= 1000 && 1000 <= c->at_high;
        folder_remove(&f);
    }
    print_message("the 95 %% interval of the crossing held the truth in %u of %u trials\n", held, TRIALS);
    assert_in_range(held, 90, 99);
}

static void tail_intervals_hold_the_truth(void **state)
{
    (void)state;
    unsigned held = 0;
    uint64_t random = 21;
    for (unsigned i = 0; i < TRIALS; i++) {
        as_slope_point points[9];
        double times[9][PROCESSES];
        for (size_t k = 0; k < 9; k++) {
            const double x = ldexp(64, (int)k);
            for (size_t p = 0; p < PROCESSES; p++)
                times[k][p] = x * folder_noise(&random, 0.05);
            points[k] = (as_slope_point){x, times[k], PROCESSES};
        }
        const as_slope s = as_slope_fit(points, 9, i);
        held += s.low <= 1 && 1 <= s.high;
    }
    print_message("the 95 %% interval of the slope held the truth in %u of %u trials\n", held, TRIALS);
    assert_in_range(held, 90, 99);
}

static const as_fit *fit_of_quantity(const as_findings *f, const char *name)
{
    for (size_t i = 0; i < f->fit_rows; i++)
        if (!strcmp(f->fits[i].quantity, name))
            return &f->fits[i];
    return NULL;
}

/* Instructions grow as T^2 + 1000 in each of the calls of a batch; cycles were counted at some lengths only. */
static void counted_events_are_fitted(void **state)
{
    (void)state;
    folder f = folder_new();
    as_findings got;
    as_err err = {0};
    as_text rows = {0};
    uint64_t random = 1;
    as_table_header(&as_counter_schema, &rows);
    for (uint64_t T = 64; T <= 4096; T *= 2) {
        as_case *c = folder_case(&f, "attention/flash", "causal", T, 0);
        folder_measure(&f, c, 1e6 * (double)T, 0.05, &random);
        for (uint64_t p = 0; p < 5; p++)
            for (uint64_t b = 0; b < 2; b++) { /* folder_measure's batches are of 4 calls */
                const double count = 4 * ((double)T * (double)T + 1000) + (p == 4 ? 1e9 : 0);
                const as_counter ok = {c->case_, p, b, "PAPI_TOT_INS", count, "papi", "ok"};
                const as_counter some = {
                    c->case_, p, b, "PAPI_TOT_CYC", T < 256 ? NAN : 5, "papi", T < 256 ? "unavailable" : "ok"};
                as_table_row(&as_counter_schema, &ok, &rows);
                as_table_row(&as_counter_schema, &some, &rows);
            }
    }
    folder_write(&f);
    folder_text(&f, "counters.csv", rows.data);
    assert_true(as_analyse(f.dir, f.arena, &got, &err));
    const as_fit *fit = fit_of_quantity(&got, "PAPI_TOT_INS");
    assert_non_null(fit);
    assert_string_equal(fit->growth, "T^2");
    assert_true(fabs(fit->growth_a - 1) < 1e-6 && fabs(fit->tail_slope - 2) < 1e-2);
    assert_true(isnan(fit->tail_low) && !fit->verdict);
    assert_int_equal(fit->axis, AS_AXIS_LENGTH);
    assert_null(fit_of_quantity(&got, "PAPI_TOT_CYC"));
    assert_string_equal(got.fits[0].quantity, "time");
    assert_true(got.fits[0].tail_slope < 1.2);

    as_text_add(&rows, "nobody,0,0,PAPI_TOT_INS,1,papi,ok\r\n");
    folder_text(&f, "counters.csv", rows.data);
    assert_false(as_analyse(f.dir, f.arena, &got, &err));
    assert_non_null(strstr(err.text, "counters.csv:142: case 'nobody' is not in cases.csv"));
    as_text_free(&rows);
    folder_remove(&f);
}

static void crossings_by_hand(void **state)
{
    (void)state;
    const double x[] = {0, 1, 2, 3};
    const double b_beyond[] = {-3, -1, 1, 2}, a_beyond[] = {2, 1, -3, -4}, b[] = {1, 2, 1, 2}, a[] = {-1, -2, -1, -1};
    const double blip[] = {-3, 0.1, -2, 1}; /* one point on the wrong side is no second crossing */
    as_crossing c = as_crossing_find(x, b_beyond, 4);
    assert_true(c.kind == AS_B_BEYOND && c.log_at == 1.5);
    c = as_crossing_find(x, a_beyond, 4);
    assert_true(c.kind == AS_A_BEYOND && c.log_at == 1.25);
    assert_int_equal(as_crossing_find(x, b, 4).kind, AS_B_FASTER);
    assert_int_equal(as_crossing_find(x, a, 4).kind, AS_A_FASTER);
    c = as_crossing_find(x, blip, 4);
    assert_true(c.kind == AS_B_BEYOND && fabs(c.log_at - (2 + 2.0 / 3)) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_laws),
        cmocka_unit_test(classes_right_or_ambiguous),
        cmocka_unit_test(surfaces),
        cmocka_unit_test(crossings_by_hand),
        cmocka_unit_test(exact_crossing),
        cmocka_unit_test(crossing_intervals_hold_the_truth),
        cmocka_unit_test(tail_intervals_hold_the_truth),
        cmocka_unit_test(counted_events_are_fitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
