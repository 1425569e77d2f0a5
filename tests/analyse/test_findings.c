/* test_findings.c: made-up folders, whose slopes, medians and verdicts are known, through the whole analysis. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <jansson.h>

#include "harness/analyse/analyse.h"
#include "harness/analyse/slope.h"
#include "harness/analyse/stats.h"
#include "synthetic.h"

#define CLOSE(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static as_findings analysed(folder *f)
{
    as_findings found;
    as_err err = {0};
    folder_write(f);
    if (!as_analyse(f->dir, f->arena, &found, &err))
        fail_msg("%s", err.text);
    return found;
}

static const as_fit *fit_of(const as_findings *f, const char *kernel, const char *axis)
{
    for (size_t i = 0; i < f->fit_count; i++)
        if (!strcmp(f->fits[i].kernel, kernel) && !strcmp(f->fits[i].axis, axis))
            return &f->fits[i];
    return NULL;
}

static void order_statistics(void **state)
{
    (void)state;
    double five[] = {5, 1, 4, 2, 3};
    as_stats_sort(five, 5);
    assert_true(as_stats_median(five, 5) == 3);
    assert_true(as_stats_median(five, 4) == 2.5);
    assert_true(isnan(as_stats_median(five, 0)));
    assert_true(as_stats_quantile(five, 5, 0.125) == 1.5);
    assert_true(as_stats_quantile(five, 5, 1) == 5);
    assert_true(as_stats_mad(five, 5, 3) == 1);

    double many[2000];
    for (size_t i = 0; i < 2000; i++)
        many[i] = (double)i;
    /* From the binomial distribution: 5: min..max; 8: min..max (the next pair has 92.97 %); 9: 2nd..8th (96.09 %). */
    const struct {
        size_t n, low, high;
        double coverage;
    } known[] = {{1, 0, 0, 0},      {2, 0, 1, 0.5},       {5, 0, 4, 0.9375},        {6, 0, 5, 0.96875},
                 {8, 0, 7, 0.9921875}, {9, 1, 7, 0.9609375}, {10, 1, 8, 0.978515625}, {20, 5, 14, 1 - 2 * 21700.0 / 1048576}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        as_interval got = as_stats_median_interval(many, known[i].n);
        assert_true(got.low == (double)known[i].low && got.high == (double)known[i].high);
        CLOSE(got.coverage, known[i].coverage, 1e-8);
    }
    as_interval wide = as_stats_median_interval(many, 1000), wider = as_stats_median_interval(many, 2000);
    CLOSE(wide.coverage, 0.95, 0.01);
    CLOSE(wider.coverage, 0.95, 0.01);
    assert_true(wider.coverage >= 0.95 && wide.coverage >= 0.95);
    CLOSE(wider.high - wider.low, 2 * 1.96 * sqrt(2000) / 2, 4);
}

static void exact_slopes(void **state)
{
    (void)state;
    for (double a = 0; a <= 2.5; a += 0.25) {
        as_slope_point points[7];
        double times[7][3];
        for (size_t i = 0; i < 7; i++) {
            double x = ldexp(100, (int)i);
            for (size_t p = 0; p < 3; p++)
                times[i][p] = 3.7 * pow(x, a);
            points[i] = (as_slope_point){x, times[i], 3};
        }
        as_slope s = as_slope_fit(points, 7, 1);
        CLOSE(s.slope, a, 1e-9);
        CLOSE(s.low, a, 1e-9);
        CLOSE(s.high, a, 1e-9);
        assert_int_equal(s.first, 3);
        assert_int_equal(as_slope_fit(points, 3, 1).first, 0); /* two points are too few for an upper half */
        points[2].count = 1;
        assert_true(isnan(as_slope_fit(points, 3, 1).low));
        assert_true(isnan(as_slope_fit(points, 1, 1).slope));
        points[1].x = points[0].x;
        assert_true(isnan(as_slope_fit(points, 2, 1).slope));
    }
}

/* The tail only: a kernel of 1e6 + T^2 is flat below and square above; all points together would say neither. */
static void the_tail_is_the_upper_half(void **state)
{
    (void)state;
    as_slope_point points[11];
    double times[11];
    for (size_t i = 0; i < 11; i++) {
        double x = ldexp(1, (int)(2 * i));
        times[i] = 1e3 + x * x;
        points[i] = (as_slope_point){x, &times[i], 1};
    }
    CLOSE(as_slope_fit(points, 11, 1).slope, 2, 1e-3);
}

static void intervals_hold_the_truth(void **state)
{
    (void)state;
    unsigned held = 0, trials = 200;
    uint64_t random = 7;
    for (unsigned trial = 0; trial < trials; trial++) {
        as_slope_point points[7];
        double times[7][5];
        for (size_t i = 0; i < 7; i++) {
            double x = ldexp(256, (int)i);
            for (size_t p = 0; p < 5; p++)
                times[i][p] = x * x * folder_noise(&random, 0.05);
            points[i] = (as_slope_point){x, times[i], 5};
        }
        as_slope s = as_slope_fit(points, 7, trial);
        as_slope again = as_slope_fit(points, 7, trial);
        assert_true(s.low == again.low && s.high == again.high);
        assert_true(s.low < s.slope && s.slope < s.high && s.high - s.low < 0.1);
        held += s.low <= 2 && 2 <= s.high;
    }
    print_message("the 95 %% interval held the truth in %u of %u trials\n", held, trials);
    assert_true(held >= trials * 9 / 10);
}

static void summary_of_known_samples(void **state)
{
    (void)state;
    folder f = folder_new();
    as_case *c = folder_case(&f, "attention/flash", "causal", 1024, 0);
    folder_key(&f, c);
    /* Processes of 3, 2, 1 batches; medians 10, 25, 90 us. */
    const double us[3][3] = {{9, 10, 12}, {20, 30}, {90}};
    const size_t batches[3] = {3, 2, 1};
    for (size_t p = 0; p < 3; p++)
        for (size_t b = 0; b < batches[p]; b++)
            folder_sample(&f, c, p, b, p + 1, 1e6 * us[p][b]);
    f.samples[0].minor_faults = 2;
    f.samples[1].context_switches = 1;
    f.samples[1].steal_ns = 5;
    as_findings got = analysed(&f);
    const as_summary *s = got.summary;
    assert_true(s->median_ns == 25e6 && s->median_low_ns == 10e6 && s->median_high_ns == 90e6);
    assert_true(s->coverage == 0.75 && s->min_ns == 9e6);
    assert_true(s->mad_ns == 6.5e6); /* of 9 10 12 20 30 90 about 16: 7 6 4 4 14 74 */
    assert_int_equal(s->n, 6);
    assert_int_equal(s->processes, 3);
    assert_int_equal(s->disturbed, 2);
    CLOSE(s->gflops_useful, 2.0 * 1024 * 1025 * 512 / 25e6, 1e-9);
    CLOSE(s->percent_of_roof, 100 * s->gflops_useful / 80, 1e-9);
    CLOSE(s->intensity, 2.0 * 1024 * 1025 * 512 / (16.0 * 1024 * 512), 1e-9);
    CLOSE(s->ns_per_edge, 25e6 / (8 * 1024.0 * 1025 / 2), 1e-9);
    assert_string_equal(s->status, "ok");
    assert_true(s->speedup == 1);
    assert_string_equal(s->reference, c->case_);
    folder_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_statistics),           cmocka_unit_test(exact_slopes),
        cmocka_unit_test(the_tail_is_the_upper_half), cmocka_unit_test(intervals_hold_the_truth),
        cmocka_unit_test(summary_of_known_samples),
    };
    (void)fit_of;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
