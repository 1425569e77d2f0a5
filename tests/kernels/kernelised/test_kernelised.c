/* test_kernelised.c: recurrent, chunked and quadratic forms agree; Performer's features estimate the exponential
 * without bias; no row depends on a later token; work is what a plain loop counts. SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "../bench.h"

static as_pattern *causal;

/* Tails of every kind: one token, primes, widths that fill no vector or more than one piece, shared key heads. */
static const shape shapes[] = {
    {1, 1, 1, 1, 1, 1, 1, {0}},      {1, 2, 1, 17, 17, 3, 1, {0}},     {2, 4, 2, 65, 65, 40, 2, {0}},
    {1, 3, 3, 197, 197, 63, 1, {0}}, {1, 1, 1, 513, 513, 128, 2, {0}}, {1, 4, 1, 100, 100, 96, 1, {0}},
    {1, 1, 1, 70, 70, 300, 1, {0}},  {3, 2, 2, 64, 64, 16, 4, {0}},    {1, 2, 1, 1, 513, 64, 1, {0}},
    {1, 2, 2, 33, 300, 96, 3, {0}},
};
#define SHAPES (sizeof shapes / sizeof *shapes)

/* Every build on every shape with these parameters; returns how many it took. */
static size_t hold(const char *name, const uint64_t *param, size_t params)
{
    size_t from = 0, checked = 0;
    as_truths *truths = as_truths_create();
    const as_entry *e;
    while ((e = bench_build_f32(name, &from)) != NULL)
        for (size_t i = 0; i < SHAPES; i++) {
            shape s = shapes[i];
            for (size_t k = 0; k < params; k++)
                s.param[k] = param[k];
            const as_problem p = bench_problem(&s, causal);
            const as_verification v = as_verify(e, &p, 7, 1e7, truths);
            if (v.refused)
                continue;
            if (!v.ok)
                print_error("%s isa %d shape %zu: %s\n", name, (int)e->isa, i, v.why);
            assert_true(v.ok);
            checked++;
        }
    as_truths_free(truths);
    return checked;
}

static void test_recurrent(void **state)
{
    (void)state;
    assert_true(hold("kernelised/linear-recurrent", NULL, 0) >= SHAPES);
}

static void test_chunked(void **state)
{
    (void)state;
    const uint64_t chunks[] = {0, 1, 7, 32, 64, 200};
    for (size_t i = 0; i < 6; i++)
        assert_true(hold("kernelised/linear-chunked", &chunks[i], 1) >= SHAPES - 2);
}

static void test_performer(void **state)
{
    (void)state;
    const uint64_t params[][3] = {{256, 1, 64}, {1, 2, 5}, {50, 3, 33}, {300, 4, 64}};
    for (size_t i = 0; i < 4; i++)
        assert_true(hold("kernelised/performer", params[i], 3) >= SHAPES - 2);
}

/* One and the same answer from every build of both linear kernels, at every chunk. */
static void test_one_answer(void **state)
{
    (void)state;
    const char *const names[] = {"kernelised/linear-recurrent", "kernelised/linear-chunked"};
    const shape s = {1, 4, 2, 150, 150, 40, 1, {1}};
    const size_t n = 4 * 150 * 40;
    float *first = NULL;
    for (size_t i = 0; i < 2; i++)
        for (uint64_t chunk = 1; chunk <= 64; chunk += 21) {
            size_t from = 0;
            const as_entry *e;
            while ((e = bench_build_f32(names[i], &from)) != NULL) {
                as_bench b;
                shape with = s;
                with.param[0] = chunk;
                assert_true(bench_open(&b, e->kernel, &with, causal, 1));
                as_bench_run_all(&b);
                if (!first) {
                    first = malloc(n * sizeof *first);
                    memcpy(first, b.data[3], n * sizeof *first);
                }
                assert_true(bench_distance(first, b.data[3], n) < 5e-6);
                as_bench_close(&b);
            }
        }
    free(first);
}

/* Decode: the state of the past and one more token give the last row of the whole sequence. */
static void test_decode(void **state)
{
    (void)state;
    size_t from = 0;
    const as_entry *e;
    const shape whole = {1, 2, 2, 90, 90, 24, 1, {0}}, step = {1, 2, 2, 1, 90, 24, 1, {0}};
    while ((e = bench_build_f32("kernelised/linear-recurrent", &from)) != NULL) {
        as_bench a, b;
        assert_true(bench_open(&a, e->kernel, &whole, causal, 1) && bench_open(&b, e->kernel, &step, causal, 1));
        for (size_t h = 0; h < 2; h++)
            memcpy((float *)b.data[0] + h * 24, (float *)a.data[0] + (h * 90 + 89) * 24, 24 * sizeof(float));
        as_bench_run_all(&a);
        as_bench_run_all(&b);
        for (size_t h = 0; h < 2; h++)
            assert_true(bench_distance((float *)b.data[3] + h * 24, (float *)a.data[3] + (h * 90 + 89) * 24, 24) <
                        1e-6);
        as_bench_close(&a);
        as_bench_close(&b);
    }
}

/* Whatever comes after token t leaves the rows up to t as they were, bit by bit; also a key far larger than all before.
 */
static void test_causality(void **state)
{
    (void)state;
    const char *const names[] = {"kernelised/linear-recurrent", "kernelised/linear-chunked", "kernelised/performer"};
    const uint64_t params[3][3] = {{0}, {32, 0, 0}, {64, 1, 32}};
    enum { T = 100, D = 24 };
    for (size_t i = 0; i < 3; i++) {
        size_t from = 0;
        const as_entry *e;
        shape s = {1, 1, 1, T, T, D, 1, {0}};
        memcpy(s.param, params[i], sizeof params[i]);
        while ((e = bench_build_f32(names[i], &from)) != NULL)
            for (size_t t = 38; t < T; t += 31) {
                as_bench a, b;
                assert_true(bench_open(&a, e->kernel, &s, causal, 1) && bench_open(&b, e->kernel, &s, causal, 1));
                for (size_t x = (t + 1) * D; x < T * D; x++) {
                    ((float *)b.data[1])[x] *= 6;
                    ((float *)b.data[2])[x] = -7;
                }
                as_bench_run_all(&a);
                as_bench_run_all(&b);
                assert_memory_equal(a.data[3], b.data[3], (t + 1) * D * sizeof(float));
                assert_memory_not_equal(a.data[3], b.data[3], T * D * sizeof(float));
                as_bench_close(&a);
                as_bench_close(&b);
            }
    }
}

/* phi(x) . phi(y) with the features w (m,d) */
static double estimate(const float *w, size_t m, size_t d, const double *x, const double *y)
{
    double sum = 0, half = 0;
    for (size_t c = 0; c < d; c++)
        half += (x[c] * x[c] + y[c] * y[c]) / 2;
    for (size_t i = 0; i < m; i++) {
        double along = 0;
        for (size_t c = 0; c < d; c++)
            along += (double)w[i * d + c] * (x[c] + y[c]);
        sum += exp(along - half);
    }
    return sum / (double)m;
}

/* Over many seeds the estimate of exp(x.y) has the right mean, within four of its own standard errors. */
static void test_unbiased(void **state)
{
    (void)state;
    enum { D = 8, M = 20, SEEDS = 4000 };
    size_t from = 0;
    const as_entry *e = bench_build_f32("kernelised/performer", &from);
    double x[3][D], y[3][D], sum[3] = {0}, squares[3] = {0};
    for (int i = 0; i < 3; i++)
        for (int c = 0; c < D; c++) {
            x[i][c] = 0.3 * cos(1 + i * 5 + c);
            y[i][c] = (i == 1 ? -0.5 : 0.4) * cos(2 + i * 3 + c * (i + 1));
        }
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        as_bench b;
        const shape s = {1, 1, 1, 1, 1, D, 1, {M, seed, 1}};
        assert_true(bench_open(&b, e->kernel, &s, causal, 1));
        as_bench_run_all(&b);
        for (int i = 0; i < 3; i++) {
            const double seen = estimate(b.data[4], M, D, x[i], y[i]);
            sum[i] += seen;
            squares[i] += seen * seen;
        }
        as_bench_close(&b);
    }
    for (int i = 0; i < 3; i++) {
        double truth = 0, mean = sum[i] / SEEDS, error = sqrt((squares[i] / SEEDS - mean * mean) / SEEDS);
        for (int c = 0; c < D; c++)
            truth += x[i][c] * y[i][c];
        truth = exp(truth);
        assert_true(fabs(mean - truth) < 4 * error);
        assert_true(error < 0.02 * truth);
    }
}

static double mean_error(const float *a, const float *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fabs((double)a[i] - (double)b[i]) / (double)n;
    return sum;
}

/* Queries and keys of half the length: their exponentials have a variance that few features can tame. */
static void soften(as_bench *b)
{
    for (size_t i = 0; i < 120 * 8; i++) {
        ((float *)b->data[0])[i] *= 0.5f;
        ((float *)b->data[1])[i] *= 0.5f;
    }
}

/* With many features the answer comes nearer to softmax attention: the mean error over all outputs falls as 1 / sqrt m.
 */
static void test_near_attention(void **state)
{
    (void)state;
    const shape attention = {1, 1, 1, 120, 120, 8, 1, {0}}, few = {1, 1, 1, 120, 120, 8, 1, {16, 1, 64}},
                many = {1, 1, 1, 120, 120, 8, 1, {8192, 1, 64}};
    size_t from = 0, exact = 0;
    const as_entry *dense = bench_build_f32("attention/naive", &exact), *e;
    as_bench a, b, c;
    assert_true(bench_open(&a, dense->kernel, &attention, causal, 1));
    soften(&a);
    as_bench_run_all(&a);
    while ((e = bench_build_f32("kernelised/performer", &from)) != NULL) {
        assert_true(bench_open(&b, e->kernel, &few, causal, 1) && bench_open(&c, e->kernel, &many, causal, 1));
        soften(&b);
        soften(&c);
        as_bench_run_all(&b);
        as_bench_run_all(&c);
        const double far = mean_error(a.data[3], b.data[3], 120 * 8), near = mean_error(a.data[3], c.data[3], 120 * 8);
        assert_true(near < 0.004 && near < far / 5);
        as_bench_close(&b);
        as_bench_close(&c);
    }
    as_bench_close(&a);
}

/* Multiply-adds of the recurrences, counted where a plain loop does them; a division is 1 FLOP. */
static uint64_t counted(const shape *s, uint64_t m, uint64_t maps)
{
    uint64_t flops = 0;
    for (size_t b = 0; b < s->batch; b++)
        for (size_t t = 0; t < s->length; t++) {
            for (size_t kv = 0; kv < s->kv_heads; kv++)
                for (uint64_t i = 0; i < m; i++) {
                    flops += 1 + maps; /* z, and the feature itself */
                    for (size_t c = 0; c < s->head_dim; c++)
                        flops += 2;
                }
            for (size_t h = 0; h < s->heads; h++) {
                for (uint64_t i = 0; i < m; i++) {
                    flops += 2 + maps;
                    for (size_t c = 0; c < s->head_dim; c++)
                        flops += 2;
                }
                for (size_t c = 0; c < s->head_dim; c++)
                    flops++;
            }
        }
    return flops;
}

static void test_work(void **state)
{
    (void)state;
    const shape s = {2, 4, 2, 37, 37, 24, 1, {50, 1, 32}}, golden = {1, 1, 1, 10, 10, 24, 1, {50, 1, 10}};
    const char *const names[] = {"kernelised/linear-recurrent", "kernelised/linear-chunked", "kernelised/performer"};
    for (size_t i = 0; i < 3; i++) {
        size_t from = 0;
        const as_kernel *k = bench_build_f32(names[i], &from)->kernel;
        const as_problem p = bench_problem(&s, causal), one = bench_problem(&golden, causal);
        const uint64_t m = i == 2 ? 50 : 24, maps = i == 2 ? 2 * 24 : 0;
        assert_int_equal(k->work(&p).flops_useful, counted(&s, m, maps));
        assert_true(k->work(&p).flops_executed >= k->work(&p).flops_useful);
        /* 4md + 3m + d a token and head, and 4md more for the maps */
        assert_int_equal(k->work(&one).flops_useful, 10 * (4 * m * 24 + 3 * m + 24 + 2 * m * maps));
    }
}

static void refused(const char *name, shape s, const char *pattern, const char *reason)
{
    char why[300] = "";
    size_t from = 0;
    as_pattern *parsed = as_pattern_parse(pattern, NULL);
    const as_kernel *k = bench_build_f32(name, &from)->kernel;
    const as_problem p = bench_problem(&s, parsed);
    assert_true(k->refuse(&p, why, sizeof why));
    assert_non_null(strstr(why, reason));
    as_pattern_free(parsed);
}

static void test_refusals(void **state)
{
    (void)state;
    const shape good = {1, 1, 1, 10, 10, 8, 1, {16, 1, 8}}, none = {1, 1, 1, 10, 10, 8, 1, {0}},
                decode = {1, 1, 1, 1, 10, 8, 1, {16, 1, 8}};
    refused("kernelised/linear-recurrent", good, "window:w=3", "causal only");
    refused("kernelised/linear-chunked", good, "full", "causal only");
    refused("kernelised/linear-chunked", (shape){1, 1, 1, 10, 10, 8, 1, {257}}, "causal", "chunk is 257");
    refused("kernelised/linear-chunked", decode, "causal", "as many queries as keys");
    refused("kernelised/performer", none, "causal", "m is 0");
    refused("kernelised/performer", decode, "causal", "as many queries as keys");
}

static int setup(void **state)
{
    (void)state;
    return (causal = as_pattern_parse("causal", NULL)) == NULL;
}
static int teardown(void **state)
{
    (void)state;
    as_pattern_free(causal);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recurrent),  cmocka_unit_test(test_chunked),        cmocka_unit_test(test_performer),
        cmocka_unit_test(test_one_answer), cmocka_unit_test(test_decode),         cmocka_unit_test(test_causality),
        cmocka_unit_test(test_unbiased),   cmocka_unit_test(test_near_attention), cmocka_unit_test(test_work),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
