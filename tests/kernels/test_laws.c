/* test_laws.c: what softmax attention must obey whatever computes it, on every kernel and isa of this machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>

#include "bench.h"

enum { B = 1, H = 2, T = 75, D = 24, N = H * T * D };

typedef struct {
    float q[N], k[N], v[N], o[N];
} arrays;

static void fill(float *x, uint64_t seed)
{
    const as_operand operand = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, AS_F32, N);
    as_operand_fill(&operand, seed, x);
}

/* false when the kernel refuses. */
static bool attend(const as_entry *e, const char *text, arrays *a)
{
    as_pattern *pattern = as_pattern_parse(text, NULL);
    assert_non_null(pattern);
    as_problem p = bench_problem(&(shape){B, H, H, T, T, D, 1, {0}}, pattern);
    p.scale = 0.2f;
    as_bench b;
    const bool takes = bench_open_problem(&b, e->kernel, &p, 0);
    if (takes) {
        memcpy(b.data[0], a->q, sizeof a->q);
        memcpy(b.data[1], a->k, sizeof a->k);
        memcpy(b.data[2], a->v, sizeof a->v);
        as_bench_run_all(&b);
        memcpy(a->o, b.data[b.out], sizeof a->o);
        as_bench_close(&b);
    }
    as_pattern_free(pattern);
    return takes;
}

static double distance(const float *a, const float *b)
{
    double most = 0;
    for (int i = 0; i < N; i++)
        most = fmax(most, isnan(a[i]) || isnan(b[i]) ? INFINITY : fabs((double)a[i] - (double)b[i]));
    return most;
}

/* Calls `law` for every attention kernel that this machine runs. */
static void each(void (*law)(const as_entry *e, arrays *a, arrays *b))
{
    arrays *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
    size_t seen = 0;
    for (size_t i = 0; i < as_registry_count(); i++) {
        const as_entry *e = as_registry_at(i);
        if (!(as_cpu_isas() & AS_ISA_BIT(e->isa)) || strncmp(e->kernel->name, "attention/", 10))
            continue;
        fill(a->q, 1), fill(a->k, 2), fill(a->v, 3);
        *b = *a;
        law(e, a, b);
        seen++;
    }
    assert_true(seen > 3);
    free(a);
    free(b);
}

static const char *const patterns[] = {
    "causal", "full", "window:w=9", "dilated:r=4", "sink:s=2+window:w=5", "dilated:r=3,k=5+window:w=2"};
#define PATTERNS (sizeof patterns / sizeof *patterns)

static void constant_values(const as_entry *e, arrays *a, arrays *b)
{
    for (int i = 0; i < N; i++)
        a->v[i] = b->v[i] = 3.25f;
    for (size_t i = 0; i < PATTERNS; i++)
        if (attend(e, patterns[i], a))
            assert_true(distance(a->o, a->v) < 5e-6); /* 3.25 times some ten roundings */
}

static void shifted_keys(const as_entry *e, arrays *a, arrays *b)
{
    for (int i = 0; i < N; i++)
        b->k[i] += 0.01f * (float)(i % D) - 0.1f;
    for (size_t i = 0; i < PATTERNS; i++)
        if (attend(e, patterns[i], a) && attend(e, patterns[i], b))
            assert_true(distance(a->o, b->o) < 3e-6);
}

/* Keys and values moved by the same rotation, under full. */
static void permuted_keys(const as_entry *e, arrays *a, arrays *b)
{
    for (int h = 0; h < H; h++)
        for (int t = 0; t < T; t++) {
            const int from = (h * T + t) * D, to = (h * T + (t * 8 + 3) % T) * D;
            memcpy(b->k + to, a->k + from, D * sizeof(float));
            memcpy(b->v + to, a->v + from, D * sizeof(float));
        }
    if (attend(e, "full", a) && attend(e, "full", b))
        assert_true(distance(a->o, b->o) < 3e-6);
}

static void wide_window(const as_entry *e, arrays *a, arrays *b)
{
    if (attend(e, "causal", a) && attend(e, "window:w=75", b))
        assert_true(distance(a->o, b->o) < 3e-6);
    if (attend(e, "causal", a) && attend(e, "dilated:r=1", b))
        assert_true(distance(a->o, b->o) < 3e-6);
}

/* The future does not matter: changing keys and values behind t leaves rows up to t as they were, bit by bit. */
static void causality(const as_entry *e, arrays *a, arrays *b)
{
    const int t = 40;
    for (int h = 0; h < H; h++)
        for (int i = (h * T + t + 1) * D; i < (h + 1) * T * D; i++)
            b->k[i] = 5, b->v[i] = -7;
    for (size_t i = 0; i < PATTERNS; i++) {
        if (i == 1 || !attend(e, patterns[i], a) || !attend(e, patterns[i], b))
            continue;
        for (int h = 0; h < H; h++)
            assert_memory_equal(a->o + h * T * D, b->o + h * T * D, (size_t)(t + 1) * D * sizeof(float));
    }
}

/* A score far above the rest takes all the weight; huge scores neither overflow nor lose a row. */
static void large_scores(const as_entry *e, arrays *a, arrays *b)
{
    (void)b;
    for (int i = 0; i < N; i++)
        a->q[i] = 30, a->k[i] = (float)(i / D % T);
    if (!attend(e, "causal", a))
        return;
    for (int i = 0; i < N; i++)
        assert_true(fabsf(a->o[i] - a->v[i]) < 1e-5f);
}

static void test_constant_values(void **s) { (void)s, each(constant_values); }
static void test_shifted_keys(void **s) { (void)s, each(shifted_keys); }
static void test_permuted_keys(void **s) { (void)s, each(permuted_keys); }
static void test_wide_window(void **s) { (void)s, each(wide_window); }
static void test_causality(void **s) { (void)s, each(causality); }
static void test_large_scores(void **s) { (void)s, each(large_scores); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant_values), cmocka_unit_test(test_shifted_keys),
        cmocka_unit_test(test_permuted_keys),   cmocka_unit_test(test_wide_window),
        cmocka_unit_test(test_causality),       cmocka_unit_test(test_large_scores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
