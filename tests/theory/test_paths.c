/* test_paths.c: path counts against walking every path, and work, span and Brent's bounds against their formulas. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/theory/cost.h"
#include "harness/theory/paths.h"

/* On the grid: hops along a row, of length 1 or any, then one up. */
static uint64_t grid(unsigned p, unsigned q, bool any)
{
    if (!p && !q)
        return 1;
    uint64_t n = q ? grid(p, q - 1, any) : 0;
    for (unsigned hop = 1; hop <= p && (any || hop == 1); hop++)
        n += grid(p - hop, q, any);
    return n;
}

/* Between states: each layer is one edge that goes on by any distance, none included. */
static uint64_t states(unsigned p, unsigned q)
{
    if (!q)
        return p == 0;
    uint64_t n = 0;
    for (unsigned hop = 0; hop <= p; hop++)
        n += states(p - hop, q - 1);
    return n;
}

static void equal(as_number n, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    assert_string_equal(n.exact, text);
    if (value)
        assert_true(fabs(n.log10 - log10((double)value)) < 1e-9);
    as_number_free(&n);
}

static void models(void **state)
{
    (void)state;
    for (unsigned p = 0; p <= 6; p++)
        for (unsigned q = 1; q <= 5; q++) {
            equal(as_paths_unit_steps(p, q), grid(p, q, false));
            equal(as_paths_any_hops(p, q), grid(p, q, true));
            equal(as_paths_states(p, q), states(p, q));
        }
    equal(as_paths_unit_steps(3, 2), 10);
    equal(as_paths_any_hops(3, 2), 25);
    equal(as_paths_states(3, 2), 4);
}

static void large(void **state)
{
    (void)state;
    as_number n = as_paths_unit_steps(100, 100); /* C(200,100) */
    assert_string_equal(n.exact, "90548514656103281165404177077484163874504589675413336841320");
    as_number_free(&n);
    n = as_paths_any_hops(1023, 0); /* compositions of 1023: 2^1022 */
    assert_int_equal(strlen(n.exact), 308);
    assert_true(fabs(n.log10 - 1022 * log10(2)) < 1e-9);
    as_number_free(&n);
    n = as_paths_any_hops((uint64_t)1 << 27, 8); /* forty million digits: the logarithm alone */
    assert_null(n.exact);
    double p = (double)((uint64_t)1 << 27), sum = 0;
    for (int j = 1; j <= 9; j++) { /* C(9,j) C(p-1,j-1) 2^-j, relative to 2^p */
        double term = 1;
        for (int i = 0; i < j; i++)
            term *= (double)(9 - i) / (i + 1) / 2;
        for (int i = 0; i < j - 1; i++)
            term *= (p - 1 - i) / (i + 1);
        sum += term;
    }
    assert_true(fabs(n.log10 - (p * log10(2) + log10(sum))) < 1e-6 * n.log10);
}

static uint64_t walk(const as_layers *s, size_t length, size_t layers, size_t from)
{
    bool seen[16] = {false};
    as_run runs[64];
    if (!layers)
        return from == 0;
    uint64_t paths = 0;
    size_t n = as_pattern_row(as_layers_at(s, layers - 1), (as_at){0, from, length}, runs);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < runs[i].count; c++) {
            size_t key = runs[i].first + c * runs[i].step;
            paths += seen[key] ? 0 : walk(s, length, layers - 1, key);
            seen[key] = true;
        }
    return paths;
}

static void own_graph(void **state)
{
    (void)state;
    static const char *const texts[] = {"causal",
                                        "window:w=3",
                                        "dilated:r=2",
                                        "sink:s=2+window:w=2",
                                        "full",
                                        "log:base=2",
                                        "power:p=2",
                                        "random:r=2,seed=3",
                                        "longnet:w=4/8,r=1/2",
                                        "strided:l=3",
                                        "schedule(window:w=2;causal;sink:s=1)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        as_layers *s = as_layers_parse(texts[i], NULL);
        assert_non_null(s);
        for (size_t t = 1; t <= 9; t++)
            for (size_t l = 1; l <= 4; l++) {
                as_paths p;
                char why[200];
                if (!as_layers_fits(s, t, t, why, sizeof why))
                    continue;
                assert_true(as_paths_find(s, t, l, &p, NULL));
                assert_non_null(p.pattern.exact);
                assert_int_equal(strtoull(p.pattern.exact, NULL, 10), walk(s, t, l, t - 1));
                if (!strcmp(texts[i], "causal"))
                    assert_string_equal(p.pattern.exact, p.states.exact);
                as_paths_free(&p);
            }
        as_layers_free(s);
    }
}

static as_edges edges(const char *text, size_t length, size_t heads)
{
    as_edges e;
    as_pattern *p = as_pattern_parse(text, NULL);
    assert_non_null(p);
    assert_true(as_edges_find(p, length, heads, &e, NULL));
    as_pattern_free(p);
    return e;
}

static void costs(void **state)
{
    (void)state;
    as_cost c;
    as_edges e = edges("causal", 1024, 8);
    assert_true(as_cost_find(&e, 1024, 512, 8, &c, NULL));
    assert_int_equal(c.span, 62);
    assert_int_equal(c.work, 2147483648u + 1074790400u);
    assert_int_equal(c.exps, 8 * 1024 * 1025 / 2);
    assert_true(as_brent_low(&c, 1) == (double)c.work);
    assert_true(as_brent_high(&c, 1) == (double)c.work);
    assert_true(as_brent_low(&c, 1e12) == 62);
    assert_true(as_brent_high(&c, 1e12) < 63);
    e = edges("window:w=16", 1024, 8); /* trees over 16 keys, not 1024 */
    assert_true(as_cost_find(&e, 1024, 512, 8, &c, NULL));
    assert_int_equal(c.span, 62 - 3 * (10 - 4));
    as_err err = {0};
    assert_false(as_cost_find(&e, (size_t)1 << 28, (size_t)1 << 33, 8, &c, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    assert_int_equal(as_ceil_log2(1), 0);
    assert_int_equal(as_ceil_log2(1024), 10);
    assert_int_equal(as_ceil_log2(1025), 11);
}

static void edges_by_distance_equal_counting(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "causal",     "window:w=5", "dilated:r=3",           "dilated:r=4,k=3", "window:w=4+dilated:r=3",
        "log:base=2", "power:p=2",  "log:base=2+window:w=7", "strided:l=6"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t t = 1; t <= 130; t++) {
            as_pattern *p = as_pattern_parse(texts[i], NULL);
            assert_non_null(p);
            as_edges e;
            assert_true(as_edges_find(p, t, 1, &e, NULL));
            assert_int_equal(e.edges, as_pattern_edges_counted(p, 0, t, t));
            as_pattern_free(p);
        }
}

/* FACTS: pairs by branch at T = 32768, offset 0; a key in two branches is two pairs, and one distinct pair. */
static void longnet(void **state)
{
    (void)state;
    as_edges e = edges("longnet:w=2048/4096/8192/16384/32768,r=1/2/4/6/12", 32768, 1);
    assert_int_equal(e.edges, 33570816 + 16785408 + 8392704 + 7461092 + 3730546);
    assert_true(e.distinct_edges < e.edges);
    assert_true(fabs((double)e.pairs / (double)e.edges - 7.68) < 0.005);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models),
        cmocka_unit_test(large),
        cmocka_unit_test(own_graph),
        cmocka_unit_test(costs),
        cmocka_unit_test(edges_by_distance_equal_counting),
        cmocka_unit_test(longnet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
