/* test_orders.c: a declared order is confirmed, refuted or left open as the made-up times are; phases become shares;
 * bytes become a part of the bandwidth; parameters make curves. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "harness/analyse/analyse.h"
#include "synthetic.h"

/* A roof that no made-up time passes. */
#define FAST                                                                                                           \
    "{\"cpu\": \"Test CPU\", \"cpus\": 4, \"fma_gflops\": {\"avx2\": 1e9}, \"fma_gflops_all\": {\"avx2\": 1e9},"       \
    " \"read_gbs\": [300, 100, 30, 12], \"cache_bytes\": [32768, 1048576, 33554432]}"

#define CLOSE(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static as_findings analysed(folder *f)
{
    as_findings found;
    as_err err = {0};
    f->machine = FAST;
    folder_write(f);
    if (!as_analyse(f->dir, f->arena, &found, &err))
        fail_msg("%s", err.text);
    return found;
}

static const as_fit *fit_of(const as_findings *f, const char *kernel, const char *axis)
{
    for (size_t i = 0; i < f->fit_count; i++)
        if (!strcmp(f->fits[i].kernel, kernel) && !strcmp(as_axis_text(f->fits[i].axis), axis))
            return &f->fits[i];
    fail_msg("no fit of %s on %s", kernel, axis);
    return NULL;
}

static double power(double T, double exponent) { return 1e3 * pow(T, exponent); }

/* ---- declared orders */

typedef struct {
    const char *kernel, *declared, *verdict;
    double exponent; /* of the made-up times; 0: T log T */
    uint64_t from, to, window;
    double noise;
} growth;

static void grow(folder *f, const growth *g, uint64_t *random)
{
    for (uint64_t T = g->from; T <= g->to; T *= 2) {
        as_case *c = folder_case(f, g->kernel, g->window ? "window:w=1024" : "causal", T, g->window);
        c->declared = g->declared;
        double ns = g->exponent == 0 ? 1e3 * (double)T * log2((double)T) : power((double)T, g->exponent);
        if (g->exponent < 0) /* as the edges are */
            ns = 10 * (double)c->edges;
        folder_measure(f, c, ns, g->noise, random);
    }
}

static void orders_are_judged(void **state)
{
    (void)state;
    static const growth rows[] = {
        {"k/square", "T^2", "confirmed", 2, 256, 16384, 0, 0.01},
        {"k/linear", "T", "confirmed", 1, 256, 16384, 0, 0.01},
        {"k/log", "T log T", "confirmed", 0, 256, 16384, 0, 0.01},
        {"k/not-linear", "T", "refuted", 1.5, 256, 16384, 0, 0.01},
        {"k/not-square", "T^2", "refuted", 1.5, 256, 16384, 0, 0.01},
        {"k/log-is-not-square", "T^2", "refuted", 0, 256, 16384, 0, 0.01},
        {"k/nearly", "T", "confirmed", 1.12, 256, 16384, 0, 0.01},
        {"k/short", "T^2", "not enough range", 2, 256, 1024, 0, 0.01},
        {"k/noisy", "T^2", "not enough range", 2, 256, 2048, 0, 0.9},
        {"k/edges", "edges", "confirmed", 2, 256, 16384, 0, 0.01},
        {"k/window", "edges", "confirmed", -1, 256, 16384, 1024, 0.01},
        {"k/not-its-window", "edges", "refuted", 2, 256, 16384, 1024, 0.01},
        {"k/flops", "flops", "confirmed", -1, 256, 16384, 1024, 0.01},
        {"k/not-its-flops", "flops", "refuted", 1, 256, 16384, 0, 0.01},
        {"k/silent", NULL, NULL, 2, 256, 16384, 0, 0.01},
        {"k/unheard-of", "T^3", NULL, 3, 256, 16384, 0, 0.01},
    };
    folder f = folder_new();
    uint64_t random = 5;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        grow(&f, &rows[i], &random);
    const as_findings found = analysed(&f);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const as_fit *fit = fit_of(&found, rows[i].kernel, "length");
        const char *got = fit->verdict ? as_fit_verdict_text(fit->verdict) : "none",
                   *due = rows[i].verdict ? rows[i].verdict : "none";
        if (strcmp(got, due))
            fail_msg("%s: %s, not %s: slope %.3f [%.3f, %.3f] beside %.3f", rows[i].kernel, got, due, fit->tail_slope,
                     fit->tail_low, fit->tail_high, fit->expected_slope);
        assert_int_equal(fit->declared != NULL, rows[i].verdict != NULL);
    }
    CLOSE(fit_of(&found, "k/square", "length")->expected_slope, 2, 1e-9);
    /* Over 2048..16384 the logarithm adds about 1 / ln T. */
    CLOSE(fit_of(&found, "k/log", "length")->expected_slope, 1 + 1 / log(5793), 0.01);
    /* Edges of a window at T = 2 w and more: a little above 1. */
    const double e = fit_of(&found, "k/window", "length")->expected_slope;
    assert_true(e > 1.02 && e < 1.3);
    folder_remove(&f);
}

/* Times of one curve at T = from, from * factor, ... to. */
typedef struct {
    const char *declared;
    double (*ns)(double T);
    double from, to, factor, noise;
    double last; /* the longest one's time is this many times as long */
} curve;

static as_fit judged(const curve *c, uint64_t seed)
{
    folder f = folder_new();
    for (double T = c->from; T <= c->to * 1.01; T *= c->factor) {
        as_case *row = folder_case(&f, "k/curve", "causal", (uint64_t)(T + 0.5), 0);
        row->declared = c->declared;
        folder_measure(&f, row, c->ns(T) * (T * c->factor > c->to * 1.01 ? c->last : 1), c->noise, &seed);
    }
    const as_findings found = analysed(&f);
    as_fit fit = *fit_of(&found, "k/curve", "length");
    folder_remove(&f);
    return fit;
}

static double straight(double T) { return 1e3 * T; }
static double steep(double T) { return 1e3 * pow(T, 1.5); }
static double with_constant(double T) { return 400e3 + 1e3 * T; }
static double steep_with_constant(double T) { return 2e6 + 1e3 * pow(T, 1.5); }
static double two_parts(double T) { return 1e3 * T + 0.2 * T * T; } /* the second is as long at T = 5000 */

static void a_curve_on_its_way_is_left_open(void **state)
{
    (void)state;
    static const struct {
        curve of;
        const char *verdict;
    } rows[] = {
        {{"T", with_constant, 16, 1024, 2, 0.002, 1}, "not enough range"}, /* on its way to slope 1 */
        {{"T^2", two_parts, 256, 8192, 2, 0.002, 1}, "not enough range"},
        {{"T", two_parts, 256, 65536, 2, 0.002, 1}, "refuted"}, /* on its way elsewhere */
        {{"T^2", straight, 256, 16384, 2, 0.01, 1}, "refuted"},
        /* Bends no more in the tail; but that a bend is over cannot be told from noise that hides it, so it is left
           open. */
        {{"T^2", steep_with_constant, 64, 65536, M_SQRT2, 0.002, 1}, "not enough range"},
        {{"T^2", steep, 64, 65536, M_SQRT2, 0.002, 1}, "refuted"},
        {{"T^2", steep_with_constant, 16, 256, 2, 0.002, 1}, "not enough range"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const as_fit fit = judged(&rows[i].of, 5);
        if (strcmp(as_fit_verdict_text(fit.verdict), rows[i].verdict))
            fail_msg("row %zu: %s: slope %.3f [%.3f, %.3f] beside %.3f", i, as_fit_verdict_text(fit.verdict),
                     fit.tail_slope, fit.tail_low, fit.tail_high, fit.expected_slope);
    }
}

/* One length that is off, and every process with it, neither refutes what is so nor confirms what is not. */
static void no_length_decides_alone(void **state)
{
    (void)state;
    static const curve off[] = {{"T", straight, 256, 16384, 2, 0.01, 1.8},
                                {"T", straight, 256, 16384, 2, 0.01, 0.55},
                                {"T", steep, 256, 16384, 2, 0.01, 0.35}};
    for (size_t i = 0; i < 3; i++) {
        const as_fit fit = judged(&off[i], 5);
        const bool misses = fit.tail_low > 1.15 || fit.tail_high < 0.85;
        assert_int_equal(misses, i < 2); /* by the interval alone it would be the other verdict */
        assert_string_equal(as_fit_verdict_text(fit.verdict), "not enough range");
    }
}

/* Over many draws of noise: what holds is never refuted, what does not hold never confirmed, and most are decided. */
static void noise_does_not_decide(void **state)
{
    (void)state;
    static const curve holds = {"T", straight, 256, 16384, 2, 0.05, 1}, fails = {"T", steep, 256, 16384, 2, 0.05, 1};
    enum { DRAWS = 60 };
    size_t confirmed = 0, refuted = 0;
    for (uint64_t seed = 1; seed <= DRAWS; seed++) {
        const as_fit right = judged(&holds, seed), wrong = judged(&fails, seed);
        assert_string_not_equal(as_fit_verdict_text(right.verdict), "refuted");
        assert_string_not_equal(as_fit_verdict_text(wrong.verdict), "confirmed");
        confirmed += !strcmp(as_fit_verdict_text(right.verdict), "confirmed");
        refuted += !strcmp(as_fit_verdict_text(wrong.verdict), "refuted");
    }
    assert_true(confirmed >= DRAWS * 9 / 10);
    assert_true(refuted >= DRAWS / 2);
}

/* Where a working set leaves a cache, all times beyond are longer by one factor: that refutes nothing, and confirms
 * nothing either. */
static void a_step_decides_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *kernel, *declared;
        double power;
        size_t step_at; /* of 11 points, the tail being the last 6 */
        const char *verdict;
    } rows[] = {{"k/none", "T", 1, 11, "confirmed"},
                {"k/last", "T", 1, 10, "not enough range"},
                {"k/middle", "T", 1, 8, "not enough range"},
                {"k/before", "T", 1, 4, "confirmed"},
                {"k/flatter", "T^2", 1.5, 8, "not enough range"},
                {"k/false", "T", 2, 8, "refuted"}};
    folder f = folder_new();
    uint64_t random = 5;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t k = 0; k < 11; k++) {
            const double T = round(64 * exp2((double)k / 2));
            as_case *c = folder_case(&f, rows[i].kernel, "causal", (uint64_t)T, 0);
            c->declared = rows[i].declared;
            folder_measure(&f, c, 100 * pow(T, rows[i].power) * (k >= rows[i].step_at ? 2 : 1), 0.01, &random);
        }
    const as_findings found = analysed(&f);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const as_fit *fit = fit_of(&found, rows[i].kernel, "length");
        if (strcmp(as_fit_verdict_text(fit->verdict), rows[i].verdict))
            fail_msg("%s: %s, not %s: slope %.3f [%.3f, %.3f] beside %.3f", rows[i].kernel,
                     as_fit_verdict_text(fit->verdict), rows[i].verdict, fit->tail_slope, fit->tail_low, fit->tail_high,
                     fit->expected_slope);
    }
    folder_remove(&f);
}

/* Declared in T, swept over S: edges say something, T does not. */
static void only_axes_that_are_meant(void **state)
{
    (void)state;
    folder f = folder_new();
    uint64_t random = 5;
    const char *const declared[] = {"edges", "T^2"};
    const char *const kernels[] = {"k/edges", "k/square"};
    for (size_t k = 0; k < 2; k++)
        for (uint64_t S = 512; S <= 65536; S *= 2) {
            as_case *c = folder_case(&f, kernels[k], "causal", 1, 0);
            c->context = c->edges = S;
            c->declared = declared[k];
            folder_measure(&f, c, 10 * (double)S, 0.01, &random);
        }
    const as_findings found = analysed(&f);
    assert_int_equal(fit_of(&found, "k/edges", "context")->verdict, AS_FIT_CONFIRMED);
    assert_int_equal(fit_of(&found, "k/square", "context")->verdict, AS_NO_WORD);
    folder_remove(&f);
}

/* ---- parameters */

static void other_parameters_are_other_curves(void **state)
{
    (void)state;
    folder f = folder_new();
    uint64_t random = 5;
    for (uint64_t m = 16; m <= 64; m *= 2)
        for (uint64_t T = 256; T <= 1024; T *= 2) {
            as_case *c =
                folder_case(&f, as_arena_printf(f.arena, m == 32 ? "content/k" : "content/k:m=%lu", (unsigned long)m),
                            "causal", T, m);
            c->params = as_arena_printf(f.arena, "m=%lu,seed=1", (unsigned long)m);
            folder_measure(&f, c, (double)(m * T), 0.01, &random);
        }
    const as_findings found = analysed(&f);
    size_t lengths = 0, edges = 0;
    for (size_t i = 0; i < found.fit_count; i++) {
        lengths += found.fits[i].axis == AS_AXIS_LENGTH;
        if (found.fits[i].axis != AS_AXIS_EDGES)
            continue;
        edges++; /* at each T one curve, over the three values */
        assert_string_equal(found.fits[i].kernel, "content/k:m=*,seed=*");
        assert_int_equal(found.fits[i].points, 3);
    }
    assert_int_equal(lengths, 3);
    assert_int_equal(edges, 3);
    folder_remove(&f);
}

/* ---- bandwidth: read_gbs 300, 100, 30, 12; caches of 32 KiB, 1 MiB, 32 MiB */

static void bytes_are_held_against_their_level(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes, threads;
        const char *cache;
        double gbs; /* roof; NaN: none */
    } rows[] = {{32768, 1, "warm", 300},  {32769, 1, "warm", 100}, {1 << 20, 1, "warm", 100}, {1 << 25, 1, "warm", 30},
                {1 << 26, 1, "warm", 12}, {4096, 1, "cold", 12},   {4096, 2, "warm", NAN}};
    folder f = folder_new();
    uint64_t random = 5;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_case *c = folder_case(&f, "k/decode", "causal", 1, 0);
        c->context = 512 + i;
        c->bytes_min = rows[i].bytes;
        c->threads = rows[i].threads;
        c->cache = rows[i].cache;
        c->flops_useful = 1;
        folder_measure(&f, c, (double)rows[i].bytes / 6, 0, &random); /* 6 GB/s */
    }
    const as_findings found = analysed(&f);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLOSE(found.summary[i].gbs_min, 6, 1e-6);
        if (isnan(rows[i].gbs))
            assert_true(isnan(found.summary[i].percent_of_bandwidth));
        else
            CLOSE(found.summary[i].percent_of_bandwidth, 600 / rows[i].gbs, 1e-6);
    }
    folder_remove(&f);
}

/* ---- phases */

static void phase(as_text *out, const char *key, unsigned process, unsigned batch, const char *name, bool once,
                  double ns)
{
    const as_phase_time row = {key, process, batch, name, once, 10, 10 * (ns + 25), 25};
    as_table_row(&as_phase_schema, &row, out);
}

/* 5 processes of 3 batches; the phase `norm` comes twice in every call. */
static void write_phases(const folder *f, const char *key, const char *more)
{
    as_text out = {0};
    as_table_header(&as_phase_schema, &out);
    for (unsigned p = 0; p < 5; p++)
        for (unsigned b = 0; b < 3; b++) {
            const double slow = 1 + 0.1 * p;
            phase(&out, key, p, b, "norm", false, 100 * slow);
            phase(&out, key, p, b, "core", false, 600 * slow + (b == 1 ? 1e6 : 0)); /* an outlier in each process */
            phase(&out, key, p, b, "norm", false, 300 * slow);
            phase(&out, key, p, b, "pack", true, 5000);
        }
    as_text_add(&out, "%s", more);
    folder_text(f, "phases.csv", out.data);
    as_text_free(&out);
}

static void phases_become_shares(void **state)
{
    (void)state;
    folder f = folder_new();
    uint64_t random = 5;
    as_case *c = folder_case(&f, "layer/block", "causal", 256, 0);
    folder_measure(&f, c, 1000, 0.01, &random);
    write_phases(&f, c->case_, "");
    const as_findings found = analysed(&f);
    assert_int_equal(found.share_count, 3);
    const as_share *norm = &found.shares[0], *core = &found.shares[1], *pack = &found.shares[2];
    assert_string_equal(norm->phase, "norm");
    assert_string_equal(norm->kernel, "layer/block");
    assert_int_equal(norm->length, 256);
    assert_int_equal(norm->processes, 5);
    CLOSE(norm->median_ns, 400 * 1.2, 1e-6); /* both rows of a call together, the clock taken off */
    CLOSE(norm->median_low_ns, 400, 1e-6);
    CLOSE(norm->median_high_ns, 400 * 1.4, 1e-6);
    CLOSE(core->median_ns, 600 * 1.2, 1e-6);
    CLOSE(norm->share, 0.4, 1e-9); /* in every process */
    CLOSE(core->share, 0.6, 1e-9);
    CLOSE(core->share_high, 0.6, 1e-9);
    assert_string_equal(pack->phase, "pack");
    assert_int_equal(pack->once, 1);
    CLOSE(pack->median_ns, 5000, 1e-6);
    assert_true(isnan(pack->share));

    as_err err = {0};
    void *read = NULL;
    size_t count = 0;
    assert_true(as_findings_write(&found, f.dir, &err));
    assert_true(as_table_read(&as_share_schema, f.dir, f.arena, &read, &count, &err));
    assert_int_equal(count, 3);
    folder_remove(&f);
}

static void bad_phases_name_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *row, *why;
    } rows[] = {{"nobody,0,0,core,0,10,100,25\r\n", "phases.csv:62: case 'nobody' is not in cases.csv"},
                {"KEY,0,0,core,0,0,100,25\r\n", "phases.csv:62: calls must be 1 or more"},
                {"KEY,0,0,core,2,10,100,25\r\n", "phases.csv:62: phase, process, batch and once"},
                {"KEY,0,0,,0,10,100,25\r\n", "phases.csv:62: phase, process, batch and once"},
                {"KEY,0,0,core,0,10,-1,25\r\n", "phases.csv:62: calls must be 1 or more and wall_ns a time"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        folder f = folder_new();
        as_findings found;
        as_err err = {0};
        uint64_t random = 5;
        as_case *c = folder_case(&f, "layer/block", "causal", 256, 0);
        folder_measure(&f, c, 1000, 0.01, &random);
        const bool own = !strncmp(rows[i].row, "KEY", 3);
        write_phases(&f, c->case_, as_arena_printf(f.arena, "%s%s", own ? c->case_ : "", rows[i].row + (own ? 3 : 0)));
        folder_write(&f);
        assert_false(as_analyse(f.dir, f.arena, &found, &err));
        if (!strstr(err.text, rows[i].why))
            fail_msg("'%s' lacks '%s'", err.text, rows[i].why);
        folder_remove(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_are_judged),
        cmocka_unit_test(a_step_decides_nothing),
        cmocka_unit_test(a_curve_on_its_way_is_left_open),
        cmocka_unit_test(no_length_decides_alone),
        cmocka_unit_test(noise_does_not_decide),
        cmocka_unit_test(only_axes_that_are_meant),
        cmocka_unit_test(other_parameters_are_other_curves),
        cmocka_unit_test(bytes_are_held_against_their_level),
        cmocka_unit_test(phases_become_shares),
        cmocka_unit_test(bad_phases_name_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
