/* test_truths.c: a truth is asked for once, and anew as soon as anything differs that it depends on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/bench/truths.h"
#include "kernels/pattern/pattern.h"

#define T 4
#define D 3

static size_t asked; /* rows that the oracle below computed */
static bool shown;   /* it could see what the kernel wrote */

/* operand: x (T,D), y (T,D): twice x, perhaps z (T,D) */
static bool row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    (void)p;
    asked++;
    shown = operand[1] != NULL;
    for (size_t c = 0; c < D; c++)
        out[c] = 2.0 * ((const float *)operand[0])[at.row * D + c];
    return true;
}

static double mass(const as_problem *p, void *const *operand, as_oracle_row at)
{
    (void)p, (void)operand, (void)at;
    return 1;
}

static const as_oracle doubled = {.kernels = "doubled", .row = row}, other = {.kernels = "other", .row = row},
                       choosing = {.kernels = "choosing", .row = row, .mass = mass};

typedef struct {
    float x[T * D], y[T * D], z[T * D];
    as_operand table[3];
    void *data[3];
    as_problem p;
    as_truths *truths;
} world;

static void open_world(world *w)
{
    *w = (world){.truths = as_truths_create(),
                 .p = {.batch = 1,
                       .heads = 1,
                       .kv_heads = 1,
                       .length = T,
                       .context = T,
                       .head_dim = D,
                       .scale = 1,
                       .pattern = as_pattern_parse("causal", NULL)}};
    for (size_t i = 0; i < 3; i++)
        w->table[i] = (as_operand){.role = i ? AS_OUT : AS_IN, .dtype = AS_F32, .rank = 2, .shape = {T, D}};
    w->data[0] = w->x, w->data[1] = w->y, w->data[2] = w->z;
    for (size_t i = 0; i < T * D; i++)
        w->y[i] = 2 * (w->x[i] = (float)i);
}

static void close_world(world *w)
{
    as_truths_free(w->truths);
    as_pattern_free((as_pattern *)w->p.pattern);
}

/* How many rows the oracle was asked for; *error is the largest difference. */
static size_t check(world *w, const as_oracle *oracle, size_t count, double *error)
{
    const as_oracle_question q = {oracle, &w->p, w->table, count, w->data, T, 1, false};
    as_oracle_verdict v;
    asked = 0;
    assert_true(as_truths_check(w->truths, &q, &v));
    assert_int_equal(v.rows, T);
    *error = v.error_max;
    return asked;
}

static void test_once(void **state)
{
    world w;
    double error;
    (void)state;
    open_world(&w);
    for (int again = 0; again < 3; again++) {
        assert_int_equal(check(&w, &doubled, 2, &error), again ? 0 : T);
        assert_true(error == 0 && !shown);
    }
    w.p.threads = 7, w.p.cache_bytes[0] = 1; /* the truth does not ask how it was computed */
    assert_int_equal(check(&w, &doubled, 2, &error), 0);
    w.y[T * D - 1] += 0.5f; /* what is known still judges */
    assert_int_equal(check(&w, &doubled, 2, &error), 0);
    assert_true(error == 0.5);
    close_world(&w);
}

static void test_anew(void **state)
{
    world w;
    double error;
    (void)state;
    open_world(&w);
    check(&w, &doubled, 2, &error);
    assert_int_equal(check(&w, &other, 2, &error), T);
    w.x[T * D - 1] += 1; /* the last bytes: a kernel that writes into its input is judged by what it left */
    assert_int_equal(check(&w, &doubled, 2, &error), T);
    assert_true(error == 2);
    w.p.param[AS_KERNEL_PARAMS_MAX - 1] = 1;
    assert_int_equal(check(&w, &doubled, 2, &error), T);
    w.p.scale = 0.5f;
    assert_int_equal(check(&w, &doubled, 2, &error), T);
    as_pattern_free((as_pattern *)w.p.pattern);
    w.p.pattern = as_pattern_parse("window:w=2", NULL);
    assert_int_equal(check(&w, &doubled, 2, &error), T);
    close_world(&w);
}

/* What an oracle may have taken from the kernel is not kept: keys chosen are an output, too. */
static void test_never(void **state)
{
    world w;
    double error;
    (void)state;
    open_world(&w);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(check(&w, &doubled, 3, &error), T);
        assert_true(shown);
        assert_int_equal(check(&w, &choosing, 2, &error), T);
    }
    as_truths_free(w.truths);
    w.truths = NULL;
    for (int again = 0; again < 2; again++)
        assert_int_equal(check(&w, &doubled, 2, &error), T);
    close_world(&w);
}

/* More than are kept: the oldest is forgotten, the newest is not. */
static void test_forgets(void **state)
{
    world w;
    double error;
    (void)state;
    open_world(&w);
    for (uint64_t i = 0; i < 200; i++) {
        w.p.param[0] = i;
        assert_int_equal(check(&w, &doubled, 2, &error), T);
        assert_int_equal(check(&w, &doubled, 2, &error), 0);
    }
    w.p.param[0] = 0;
    assert_int_equal(check(&w, &doubled, 2, &error), T);
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_once), cmocka_unit_test(test_anew),
                                       cmocka_unit_test(test_never), cmocka_unit_test(test_forgets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
