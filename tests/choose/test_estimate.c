/* test_estimate.c: on which evidence a time rests, and that a law which the measured times follow is continued exactly.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/choose/estimate.h"

enum { ROWS = 16 };

typedef struct {
    as_arena *arena;
    as_case cases[ROWS];
    as_summary rows[ROWS];
    as_choose_ask ask;
    as_chosen chosen;
} made;

static made *start(void)
{
    as_arena *arena = as_arena_create();
    made *m = as_arena_alloc(arena, sizeof *m);
    m->arena = arena;
    m->ask = (as_choose_ask){
        .cases = m->cases, .rows = m->rows, .width = 512, .heads = 8, .kv_heads = 8, .layers = 1, .error = NAN};
    return m;
}

static double edges_of(uint64_t w, uint64_t T)
{
    const double x = (double)(w && w < T ? w : T);
    return x * (double)T - x * (x - 1) / 2;
}

/* w = 0: causal. The interval is 1 % to either side. */
static void add_row(made *m, uint64_t w, uint64_t T, double ns)
{
    const size_t i = m->ask.count++;
    as_summary *r = &m->rows[i];
    assert_true(i < ROWS);
    as_record_clear(&as_case_schema, &m->cases[i]);
    as_record_clear(&as_summary_schema, r);
    r->kernel = "attention/flash";
    r->mechanism = "attention";
    r->pattern = w ? as_arena_printf(m->arena, "window:w=%lu", (unsigned long)w) : "causal";
    r->isa = "avx2";
    r->dtype = "f32";
    r->cache = "warm";
    r->batch = r->threads = 1;
    r->length = r->context = T;
    r->width = 512;
    r->heads = r->kv_heads = 8;
    r->status = AS_STATUS_OK;
    r->median_ns = ns;
    r->median_low_ns = 0.99 * ns;
    r->median_high_ns = 1.01 * ns;
    r->edges = (uint64_t)edges_of(w, T);
    m->cases[i].flops_useful = 4 * 64 * 8 * r->edges;
}

static as_family *family_of(made *m)
{
    as_choosing c = {.ask = &m->ask, .arena = m->arena, .out = &m->chosen};
    as_family *f = as_families_find(&c);
    assert_non_null(f);
    assert_null(f->hh.next);
    as_family *const only = f; /* in the arena; the table that found it is not */
    HASH_CLEAR(hh, f);
    return only;
}

static as_estimate estimate(made *m, const as_family *f, const char *pattern, uint64_t w, uint64_t T)
{
    m->ask.length = T;
    const as_estimand e = {&m->ask, f, pattern, 4 * 64 * 8 * edges_of(w, T), edges_of(w, T)};
    return as_estimate_find(&e);
}

static void is_near(double a, double b, double share)
{
    if (!(fabs(a / b - 1) <= share))
        fail_msg("%.17g is not %.17g", a, b);
}

/* ns = 3 T^2, which is a line in logarithms. */
static void along_a_curve(void **state)
{
    (void)state;
    static const double lengths[] = {2048, 256, 512}; /* in no order */
    made *m = start();
    for (size_t i = 0; i < 3; i++)
        add_row(m, 0, (uint64_t)lengths[i], 3 * lengths[i] * lengths[i]);
    const as_family *f = family_of(m);
    as_estimate e = estimate(m, f, "causal", 0, 512);
    assert_int_equal(e.basis, AS_MEASURED);
    assert_true(e.ns == m->rows[2].median_ns && e.low == m->rows[2].median_low_ns &&
                e.high == m->rows[2].median_high_ns);
    e = estimate(m, f, "causal", 0, 1024);
    assert_int_equal(e.basis, AS_INTERPOLATED);
    is_near(e.ns, 3.0 * 1024 * 1024, 1e-9);
    is_near(e.high, 1.01 * e.ns, 1e-9); /* nothing bends, so that the interval is no wider than the neighbours' */
    e = estimate(m, f, "causal", 0, 8192);
    assert_int_equal(e.basis, AS_EXTRAPOLATED);
    is_near(e.ns, 3.0 * 8192 * 8192, 1e-9);
    is_near(e.low, 0.99 * e.ns * pow(4, -0.25), 1e-9); /* a slope without an interval may be off by a quarter */
    e = estimate(m, f, "causal", 0, 128);
    assert_int_equal(e.basis, AS_EXTRAPOLATED);
    is_near(e.ns, 3.0 * 128 * 128, 1e-9);
    as_arena_free(m->arena);
}

/* A point off the line makes what lies beside it wider. */
static void a_bend_widens(void **state)
{
    (void)state;
    made *m = start();
    for (uint64_t T = 256; T <= 2048; T *= 2)
        add_row(m, 0, T, (T == 512 ? 4.0 : 3.0) * (double)(T * T));
    const as_estimate e = estimate(m, family_of(m), "causal", 0, 700);
    assert_int_equal(e.basis, AS_INTERPOLATED);
    assert_true(e.high / e.ns > 1.05 && e.ns / e.low > 1.05);
    as_arena_free(m->arena);
}

/* Beyond the last point the class of growth that the fit claims goes before the slope. */
static void by_the_claimed_growth(void **state)
{
    (void)state;
    made *m = start();
    as_fit fit;
    for (double T = 256; T <= 1024; T *= 2)
        add_row(m, 0, (uint64_t)T, 1e6 + 3 * T * T);
    as_record_clear(&as_fit_schema, &fit);
    fit.curve = "isa=avx2 dtype=f32 D=512 H=8 B=1";
    fit.kernel = "attention/flash";
    fit.pattern = "causal";
    fit.axis = AS_AXIS_LENGTH;
    fit.quantity = "time";
    fit.growth = "1 + T^2";
    fit.growth_a = 1e6;
    fit.growth_b = 3;
    fit.tail_slope = 1.5;
    fit.tail_low = 1.4;
    fit.tail_high = 1.7;
    m->ask.fits = &fit;
    m->ask.fit_count = 1;
    const as_estimate e = estimate(m, family_of(m), "causal", 0, 4096);
    const double truth = 1e6 + 3.0 * 4096 * 4096, apart = fabs(log(truth / m->rows[2].median_ns) - 1.5 * log(4)) / 2;
    assert_int_equal(e.basis, AS_EXTRAPOLATED);
    is_near(e.ns, truth, 1e-9);
    is_near(e.high, 1.01 * e.ns * exp(0.2 * log(4) + apart), 1e-9);
    as_arena_free(m->arena);
}

/* 2 ns per FLOP throughout: a window that was not measured costs as much. */
static void by_the_family(void **state)
{
    (void)state;
    made *m = start();
    for (uint64_t T = 512; T <= 2048; T *= 2)
        for (uint64_t w = 64; w <= 256; w *= 2)
            add_row(m, w, T, 2 * 4 * 64 * 8 * edges_of(w, T));
    const as_family *f = family_of(m);
    assert_int_equal(f->free_count, 1);
    as_estimate e = estimate(m, f, "window:w=192", 192, 1024);
    assert_int_equal(e.basis, AS_INTERPOLATED);
    is_near(e.ns, 2 * 4 * 64 * 8 * edges_of(192, 1024), 1e-3);
    e = estimate(m, f, "window:w=1024", 1024, 8192);
    assert_int_equal(e.basis, AS_EXTRAPOLATED);
    assert_true(e.high >= e.ns * pow(4, 0.25)); /* four times as far as anything measured */
    m->ask.count = 2;
    e = estimate(m, family_of(m), "window:w=192", 192, 1024);
    assert_int_equal(e.basis, AS_BASIS_UNKNOWN);
    assert_true(isnan(e.ns));
    as_arena_free(m->arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(along_a_curve),
        cmocka_unit_test(a_bend_widens),
        cmocka_unit_test(by_the_claimed_growth),
        cmocka_unit_test(by_the_family),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
