/* test_content.c: keys chosen by content: choices obey their rules, choosing everything is attention, bounds bound, and
 * work is what a plain loop counts. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "../bench.h"

static as_pattern *causal;

static const shape shapes[] = {
    {1, 1, 1, 1, 1, 1, 1, {0}},      {1, 2, 1, 17, 17, 3, 1, {0}},     {2, 4, 2, 65, 65, 40, 2, {0}},
    {1, 3, 3, 197, 197, 63, 1, {0}}, {1, 1, 1, 513, 513, 128, 2, {0}}, {1, 4, 1, 100, 100, 96, 1, {0}},
    {1, 1, 1, 70, 70, 300, 1, {0}},  {3, 2, 2, 64, 64, 16, 4, {0}},    {1, 2, 1, 1, 513, 64, 1, {0}},
    {1, 2, 2, 33, 300, 96, 3, {0}},  {1, 8, 2, 1, 257, 24, 2, {0}},
};
#define SHAPES (sizeof shapes / sizeof *shapes)

/* Every build on every shape that it takes; all must be taken that `param` fits. */
static size_t hold(const char *name, const uint64_t *param, size_t params)
{
    size_t from = 0, checked = 0;
    const as_entry *e;
    while ((e = bench_build(name, &from)) != NULL)
        for (size_t i = 0; i < SHAPES; i++) {
            shape s = shapes[i];
            memcpy(s.param, param, params * sizeof *param);
            const as_problem p = bench_problem(&s, causal);
            const as_verification v = as_verify(e, &p, 7, 1e7, NULL);
            if (v.refused)
                continue;
            if (!v.ok)
                print_error("%s isa %d shape %zu: %s\n", name, (int)e->isa, i, v.why);
            assert_true(v.ok);
            checked++;
        }
    return checked;
}

static void test_topk(void **state)
{
    (void)state;
    for (uint64_t k = 1; k <= 65; k = 3 * k + 1)
        assert_true(hold("content/topk", &k, 1) >= 8);
}

static void test_pages(void **state)
{
    (void)state;
    const uint64_t params[][4] = {{1, 1, 0, 1},   {4, 17, 1, 1}, {4, 30, 0, 3},
                                  {16, 60, 1, 1}, {7, 1, 1, 2},  {3, 17, 1, 2}};
    for (size_t i = 0; i < sizeof params / sizeof *params; i++)
        assert_true(hold("content/pages", params[i], 4) >= 8);
}

static void test_lsh(void **state)
{
    (void)state;
    const uint64_t params[][4] = {{1, 1, 1, 1}, {4, 5, 3, 2}, {16, 16, 2, 3}, {2, 64, 1, 4}, {64, 33, 4, 5}};
    for (size_t i = 0; i < sizeof params / sizeof *params; i++)
        assert_true(hold("content/lsh", params[i], 4) >= 4);
}

/* With room for every key the choice is all, and the answer that of attention. */
static void choosing_all(const char *name, const uint64_t *param)
{
    const shape plain = {2, 4, 2, 90, 90, 40, 1, {0}}, decode = {2, 4, 2, 1, 90, 40, 1, {0}};
    for (int step = 0; step < 2; step++) {
        size_t from = 0, exact = 0;
        const as_entry *e;
        shape s = step ? decode : plain;
        const size_t n = 2 * 4 * s.length * 40;
        as_bench a;
        assert_true(bench_open(&a, bench_build("attention/naive", &exact)->kernel, &s, causal, 3));
        as_bench_run_all(&a);
        memcpy(s.param, param, 4 * sizeof *param);
        while ((e = bench_build(name, &from)) != NULL) {
            as_bench b;
            assert_true(bench_open(&b, e->kernel, &s, causal, 3));
            as_bench_run_all(&b);
            assert_true(bench_distance(a.data[3], b.data[3], n) < 3e-6);
            assert_int_equal(e->kernel->chosen(&b.call), 2 * b.problem.edges);
            as_bench_close(&b);
        }
        as_bench_close(&a);
    }
}

static void test_all_keys(void **state)
{
    (void)state;
    const uint64_t all[4] = {90};
    choosing_all("content/topk", all);
}

static void test_all_pages(void **state)
{
    (void)state;
    const uint64_t whole[4] = {9, 90, 1, 1}, one[4] = {90, 90, 0, 1}, single[4] = {1, 90, 1, 1};
    choosing_all("content/pages", whole);
    choosing_all("content/pages", one);
    choosing_all("content/pages", single);
}

/* One bucket and one chunk: softmax over all earlier tokens with keys of length 1, the token itself only when it is the
 * first. Rounds that agree change nothing. */
static void test_one_bucket(void **state)
{
    (void)state;
    enum { T = 77, D = 24 };
    size_t from = 0;
    const as_entry *e;
    while ((e = bench_build("content/lsh", &from)) != NULL)
        for (uint64_t rounds = 1; rounds <= 3; rounds += 2) {
            const shape s = {1, 1, 1, T, T, D, 1, {1, T, rounds, 1}};
            as_bench b;
            assert_true(bench_open(&b, e->kernel, &s, causal, 5));
            as_bench_run_all(&b);
            const float *x = b.data[0], *v = b.data[1], *o = b.data[2];
            for (size_t t = 0; t < T; t++) {
                double out[D] = {0}, total = 0;
                for (size_t u = 0; u < (t ? t : 1); u++) {
                    double dot = 0, length = 0;
                    for (size_t c = 0; c < D; c++) {
                        dot += (double)x[t * D + c] * (double)x[u * D + c];
                        length += (double)x[u * D + c] * (double)x[u * D + c];
                    }
                    const double weight = exp(dot / sqrt(length) / sqrt(D));
                    total += weight;
                    for (size_t c = 0; c < D; c++)
                        out[c] += weight * (double)v[u * D + c];
                }
                for (size_t c = 0; c < D; c++)
                    assert_true(fabs(out[c] / total - (double)o[t * D + c]) < 3e-6);
            }
            assert_int_equal(e->kernel->chosen(&b.call), rounds * T * (T - 1) / 2);
            as_bench_close(&b);
        }
}

/* A page's bound is no less than the score of any key in it, for any query; and is reached where a page is one key. */
static void test_bound(void **state)
{
    (void)state;
    enum { T = 96, D = 20 };
    size_t from = 0;
    const as_entry *e;
    while ((e = bench_build("content/pages", &from)) != NULL)
        for (size_t page = 1; page <= 16; page *= 2) {
            const shape s = {1, 1, 1, T, T, D, 1, {page, T / 2, 1, 1}};
            as_bench b;
            assert_true(bench_open(&b, e->kernel, &s, causal, page));
            as_bench_run_all(&b);
            const float *q = b.data[0], *k = b.data[1], *index = b.data[4];
            double nearest = INFINITY;
            for (size_t t = 0; t < T; t++)
                for (size_t u = 0; u < T; u++) {
                    const float *low = index + u / page * 2 * D, *high = low + D;
                    double bound = 0, score = 0;
                    for (size_t c = 0; c < D; c++) {
                        bound += (double)q[t * D + c] * (double)(q[t * D + c] > 0 ? high[c] : low[c]);
                        score += (double)q[t * D + c] * (double)k[u * D + c];
                    }
                    assert_true(bound >= score - 1e-12);
                    nearest = fmin(nearest, bound - score);
                }
            assert_true(page > 1 || nearest < 1e-12);
            as_bench_close(&b);
        }
}

/* What comes after token t changes nothing up to t, bit by bit. (Hashing sorts all tokens, so chunks of lsh see the
 * future in where they are cut: Reformer's rows are causal in what they weigh, not in whom they meet.) */
static void test_causality(void **state)
{
    (void)state;
    enum { T = 120, D = 24 };
    const char *const names[] = {"content/topk", "content/pages", "content/pages"};
    const uint64_t params[3][4] = {{11}, {4, 20, 1, 1}, {4, 20, 0, 2}};
    for (size_t i = 0; i < 3; i++) {
        size_t from = 0;
        const as_entry *e;
        shape s = {1, 1, 1, T, T, D, 1, {0}};
        memcpy(s.param, params[i], sizeof params[i]);
        while ((e = bench_build(names[i], &from)) != NULL)
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

/* The oracle must find a choice that breaks the rule: the kernel's own, spoilt. */
static void spoilt(const char *name, const uint64_t *param, void (*spoil)(as_bench *b))
{
    size_t from = 0;
    const as_entry *e = bench_build(name, &from);
    shape s = {1, 1, 1, 80, 80, 16, 1, {0}};
    as_bench b;
    as_oracle_verdict v;
    memcpy(s.param, param, 4 * sizeof *param);
    assert_true(bench_open(&b, e->kernel, &s, causal, 3));
    as_bench_run_all(&b);
    assert_true(as_bench_check(&b, 80, 1, &v, NULL));
    assert_true(v.error_max < e->kernel->tolerance(&b.problem));
    assert_true(v.mass_kept > 0.05 && v.mass_kept < 0.9999);
    spoil(&b);
    for (const as_phase *phase = e->kernel->phases; phase->run; phase++)
        if (!strcmp(phase->name, "attend"))
            phase->run(&b.call);
    assert_true(as_bench_check(&b, 80, 1, &v, NULL));
    assert_true(isinf(v.error_max));
    as_bench_close(&b);
}

/* The last row's least key of a choice becomes another one. */
static void other_key(as_bench *b)
{
    float *chosen = (float *)b->data[4] + 79 * 7;
    chosen[0] = chosen[0] > 0 ? chosen[0] - 1 : chosen[0];
    for (int i = 1; i < 7 && chosen[0] == 0; i++)
        if (chosen[i] > chosen[i - 1] + 1)
            chosen[i - 1]++, i = 7;
}
static void no_first_page(as_bench *b)
{
    float *chosen = (float *)b->data[5] + 79 * 5;
    for (int i = 0; i < 4; i++)
        chosen[i] = chosen[4] - 4 + (float)i;
}
static void unsorted(as_bench *b)
{
    float *order = (float *)b->data[5], swap = order[3];
    order[3] = order[4];
    order[4] = swap;
}
static void other_bucket(as_bench *b)
{
    float *bucket = b->data[4], *order = b->data[5];
    size_t n = 0;
    bucket[79] = bucket[79] == 7 ? 0 : bucket[79] + 1;
    for (int i = 0; i < 8; i++) /* sorted, but wrongly hashed */
        for (int t = 0; t < 80; t++)
            if (bucket[t] == (float)i)
                order[n++] = (float)t;
}

static void test_spoilt(void **state)
{
    (void)state;
    const uint64_t k[4] = {7}, pages[4] = {4, 20, 1, 1}, lsh[4] = {8, 8, 1, 1};
    spoilt("content/topk", k, other_key);
    spoilt("content/pages", pages, no_first_page);
    spoilt("content/lsh", lsh, unsorted);
    spoilt("content/lsh", lsh, other_bucket);
}

/* Kept mass: the best k keys keep more than any pages of as many keys; more keys keep more. */
static void test_mass(void **state)
{
    (void)state;
    const struct {
        const char *name;
        uint64_t param[4];
    } ladder[] = {{"content/pages", {8, 24, 0, 1}},
                  {"content/pages", {8, 48, 0, 1}},
                  {"content/topk", {48}},
                  {"content/topk", {96}}};
    double before = 0;
    for (size_t i = 0; i < 4; i++) {
        size_t from = 0;
        const as_entry *e = bench_build(ladder[i].name, &from);
        shape s = {1, 1, 1, 128, 128, 32, 1, {0}};
        as_bench b;
        as_oracle_verdict v;
        memcpy(s.param, ladder[i].param, sizeof ladder[i].param);
        assert_true(bench_open(&b, e->kernel, &s, causal, 3));
        as_bench_run_all(&b);
        assert_true(as_bench_check(&b, 128, 1, &v, NULL));
        assert_true(v.mass_kept > before && v.mass_kept < 1);
        before = v.mass_kept;
        as_bench_close(&b);
    }
}

/* Multiply-adds counted where plain loops over a finished choice do them. */
static void test_work(void **state)
{
    (void)state;
    enum { T = 45, D = 12 };
    const struct {
        const char *name;
        uint64_t param[4];
    } cases[] = {{"content/topk", {7}}, {"content/pages", {4, 20, 1, 1}}, {"content/pages", {5, 25, 0, 2}}};
    for (size_t i = 0; i < 3; i++) {
        size_t from = 0;
        const as_kernel *k = bench_build(cases[i].name, &from)->kernel;
        shape s = {2, 4, 2, T, T, D, 1, {0}};
        as_bench b;
        uint64_t scores = 0, values = 0, edges = 0;
        memcpy(s.param, cases[i].param, sizeof cases[i].param);
        assert_true(bench_open(&b, k, &s, causal, 1));
        as_bench_run_all(&b);
        const bool pages = i > 0;
        const size_t n = b.operands[b.count - 1].shape[3], page = pages ? s.param[0] : 1, depth = i == 1 ? 2 * D : D;
        const float *chosen = b.data[b.count - 1];
        for (size_t row = 0; row < 2 * 4 * T; row++) {
            const size_t t = row % T, own = t / page;
            for (size_t u = 0; u <= t && !pages; u++)
                scores += 2 * D;
            for (size_t u = 1; pages && own + 1 > n && u + s.param[3] <= own; u++) /* pages that compete */
                scores += 2 * depth;
            for (size_t e = 0; e < n; e++)
                for (size_t u = (size_t)fmaxf(chosen[row * n + e], 0) * page, j = 0;
                     chosen[row * n + e] >= 0 && j < page; j++)
                    if (u + j <= t) {
                        values += 2 * D;
                        edges++;
                    }
        }
        const as_work work = k->work(&b.problem);
        assert_int_equal(work.flops_useful, scores + (pages ? 2 : 1) * values);
        assert_true(work.flops_executed >= work.flops_useful);
        assert_int_equal(work.exps, edges);
        assert_int_equal(k->chosen(&b.call), edges);
        as_bench_close(&b);
    }
}

/* Reformer: hashing by half as many directions as buckets, and every pair of a chunk with itself and the one before. */
static void test_work_lsh(void **state)
{
    (void)state;
    size_t from = 0;
    const as_kernel *k = bench_build("content/lsh", &from)->kernel;
    const shape s = {2, 3, 3, 45, 45, 12, 1, {6, 8, 3, 1}};
    const as_problem p = bench_problem(&s, causal);
    uint64_t flops = 0, pairs = 0;
    for (size_t i = 0; i < 2 * 3 * 3; i++)
        for (size_t a = 0; a < 45; a++) {
            flops += 2 * 12 * 3;
            for (size_t b = 0; b < 45; b++)
                if (b / 8 == a / 8 || b / 8 + 1 == a / 8) {
                    flops += 4 * 12;
                    pairs++;
                }
        }
    assert_int_equal(k->work(&p).flops_useful, flops);
    assert_int_equal(k->work(&p).exps, pairs);
    assert_true(k->work(&p).flops_executed >= flops);
}

static void refused(const char *name, shape s, const char *pattern, const char *reason)
{
    char why[300] = "";
    size_t from = 0;
    as_pattern *parsed = as_pattern_parse(pattern, NULL);
    const as_kernel *k = bench_build(name, &from)->kernel;
    const as_problem p = bench_problem(&s, parsed);
    assert_true(k->refuse(&p, why, sizeof why));
    assert_non_null(strstr(why, reason));
    as_pattern_free(parsed);
}

static void test_refusals(void **state)
{
    (void)state;
    const shape topk = {1, 1, 1, 10, 10, 8, 1, {11}}, none = {1, 1, 1, 10, 10, 8, 1, {0}};
    refused("content/topk", topk, "causal", "k is 11");
    refused("content/topk", none, "causal", "k is 0");
    refused("content/topk", topk, "window:w=3", "causal only");
    refused("content/topk", topk, "full", "causal only");
    const shape page = {1, 1, 1, 10, 10, 8, 1, {11, 5, 1, 1}}, budget = {1, 1, 1, 10, 10, 8, 1, {2, 11, 1, 1}},
                local = {1, 1, 1, 10, 10, 8, 1, {2, 5, 1, 6}};
    refused("content/pages", page, "causal", "p is 11");
    refused("content/pages", budget, "causal", "budget is 11");
    refused("content/pages", local, "causal", "local is 6");
    const shape odd = {1, 1, 1, 10, 10, 8, 1, {5, 4, 1, 1}}, many = {1, 1, 1, 10, 10, 8, 1, {12, 4, 1, 1}},
                chunk = {1, 1, 1, 10, 10, 8, 1, {4, 11, 1, 1}}, shared = {1, 2, 1, 10, 10, 8, 1, {4, 4, 1, 1}};
    refused("content/lsh", odd, "causal", "do not divide");
    refused("content/lsh", many, "causal", "buckets is 12");
    refused("content/lsh", chunk, "causal", "m is 11");
    refused("content/lsh", shared, "causal", "queries are the keys");
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
        cmocka_unit_test(test_topk),     cmocka_unit_test(test_pages),     cmocka_unit_test(test_lsh),
        cmocka_unit_test(test_all_keys), cmocka_unit_test(test_all_pages), cmocka_unit_test(test_one_bucket),
        cmocka_unit_test(test_bound),    cmocka_unit_test(test_causality), cmocka_unit_test(test_spoilt),
        cmocka_unit_test(test_mass),     cmocka_unit_test(test_work),      cmocka_unit_test(test_work_lsh),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
