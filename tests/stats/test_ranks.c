/* test_ranks.c: exact intervals against brute force, Holm, and what a duel's rules flag in simulated turns.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/stats/order.h"
#include "harness/stats/ranks.h"
#include "kernels/common/random.h"

static double draw(uint64_t *x) { return as_random_unit(as_random_next(x)) - 0.4; }

/* P(W+ <= w) by all 2^n signs. */
static double signed_tail(size_t n, size_t w)
{
    size_t hits = 0;
    for (size_t mask = 0; mask < (size_t)1 << n; mask++) {
        size_t sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += mask >> i & 1 ? i + 1 : 0;
        hits += sum <= w;
    }
    return (double)hits / (double)((size_t)1 << n);
}

/* W+ of values - shift, by ranks of the absolute values. */
static size_t statistic(const double *values, size_t n, double shift)
{
    size_t w = 0;
    for (size_t i = 0; i < n; i++) {
        size_t rank = 1;
        for (size_t j = 0; j < n; j++)
            rank += fabs(values[j] - shift) < fabs(values[i] - shift);
        w += values[i] > shift ? rank : 0;
    }
    return w;
}

/* The interval is exactly the shifts that the test does not reject: just inside of an end it does not, just outside it
 * does; p is the exact one of shift 0. */
static void test_signed_ranks_are_the_test_inverted(void **state)
{
    (void)state;
    uint64_t x = 7;
    for (size_t n = 2; n <= 11; n++)
        for (int round = 0; round < 20; round++) {
            const double alpha = round % 2 ? 0.05 : 0.2;
            double values[16];
            for (size_t i = 0; i < n; i++)
                values[i] = draw(&x);
            const as_shift s = as_signed_ranks(values, n, alpha);
            const size_t most = n * (n + 1) / 2, w0 = statistic(values, n, 0);
            const size_t far = w0 > most - w0 ? most - w0 : w0;
            assert_float_equal(s.p, fmin(1, 2 * signed_tail(n, far)), 1e-12);
            const double none = signed_tail(n, 0);
            if (2 * none > alpha)
                continue; /* no interval of that coverage: the widest there is */
            const size_t inside = statistic(values, n, s.low + 1e-9), outside = statistic(values, n, s.low - 1e-9);
            assert_true(signed_tail(n, most - inside) > alpha / 2);
            assert_true(signed_tail(n, most - outside) <= alpha / 2);
            const size_t top = statistic(values, n, s.high - 1e-9), above = statistic(values, n, s.high + 1e-9);
            assert_true(signed_tail(n, top) > alpha / 2);
            assert_true(signed_tail(n, above) <= alpha / 2);
            assert_true(s.coverage >= 1 - alpha - 1e-12);
            assert_float_equal(s.coverage, 1 - 2 * signed_tail(n, above), 1e-12);
        }
}

/* P(W+ <= w), w = 0..n (n + 1) / 2, rank after rank. */
static double *signed_tails(size_t n)
{
    const size_t most = n * (n + 1) / 2;
    double *law = calloc(most + 1, sizeof *law);
    assert_non_null(law);
    law[0] = 1;
    for (size_t rank = 1; rank <= n; rank++)
        for (size_t w = rank * (rank + 1) / 2 + 1; w-- > 0;)
            law[w] = 0.5 * (law[w] + (w >= rank ? law[w - rank] : 0));
    for (size_t w = 1; w <= most; w++)
        law[w] += law[w - 1];
    return law;
}

/* Of many values, where P(W = 0) is below any number of the machine, and where the law is no longer listed. */
static void test_signed_ranks_of_many(void **state)
{
    (void)state;
    uint64_t x = 8;
    const size_t sizes[] = {100, 256, 257, 400, 900};
    const double alphas[] = {0.2, 0.05, 0.0125, 1e-4};
    for (size_t k = 0; k < 5; k++) {
        const size_t n = sizes[k], most = n * (n + 1) / 2;
        double *values = malloc(n * sizeof *values), *tails = signed_tails(n);
        assert_non_null(values);
        for (int round = 0; round < 12; round++) {
            for (size_t i = 0; i < n; i++)
                values[i] = draw(&x) - 0.1 - (double)round / 100;
            const double alpha = alphas[round % 4];
            const as_shift s = as_signed_ranks(values, n, alpha);
            const size_t inside = statistic(values, n, s.high - 1e-9), outside = statistic(values, n, s.high + 1e-9);
            assert_true(tails[inside] > alpha / 2 - 5e-6 && tails[outside] <= alpha / 2 + 5e-6);
            assert_true(tails[most - statistic(values, n, s.low + 1e-9)] > alpha / 2 - 5e-6);
            assert_true(tails[most - statistic(values, n, s.low - 1e-9)] <= alpha / 2 + 5e-6);
            assert_float_equal(s.coverage, 1 - 2 * tails[outside], 1e-5);
            const size_t w = statistic(values, n, 0), far = w < most - w ? w : most - w;
            const double p = fmin(1, 2 * tails[far]);
            assert_float_equal(s.p, p, 1e-5);
            assert_true(s.p > 0 && (p < 1e-6 ? s.p >= p : fabs(s.p / p - 1) < 0.05));
            assert_float_equal(as_hodges_lehmann(values, n), s.estimate, 0);
        }
        free(values);
        free(tails);
    }
}

static size_t above(const double *a, size_t n, const double *b, size_t m, double shift)
{
    size_t u = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            u += b[j] - a[i] > shift;
    return u;
}

/* P(U <= u) by all choices of n of n + m ranks. */
static double sum_tail(size_t n, size_t m, size_t u)
{
    size_t hits = 0, all = 0;
    for (size_t mask = 0; mask < (size_t)1 << (n + m); mask++) {
        size_t chosen = 0, below = 0, sum = 0;
        for (size_t i = 0; i < n + m; i++) {
            if (mask >> i & 1) {
                chosen++;
                sum += below;
            } else {
                below++;
            }
        }
        all += chosen == n;
        hits += chosen == n && sum <= u;
    }
    return (double)hits / (double)all;
}

/* Of many, against the law by its recurrence: the last rank belongs to the first sample or to the second. */
static void test_rank_sum_of_many(void **state)
{
    (void)state;
    enum { N = 30, M = 40, MOST = N * M };
    static double law[N + 1][M + 1][MOST + 1];
    for (size_t n = 0; n <= N; n++)
        for (size_t m = 0; m <= M; m++)
            for (size_t u = 0; u <= n * m; u++)
                law[n][m][u] = !n || !m ? 1
                                        : (u >= m ? (double)n / (double)(n + m) * law[n - 1][m][u - m] : 0) +
                                              (double)m / (double)(n + m) * (u <= n * (m - 1) ? law[n][m - 1][u] : 0);
    uint64_t x = 11;
    for (int round = 0; round < 30; round++) {
        double a[N], b[M], tail = 0;
        for (size_t i = 0; i < N; i++)
            a[i] = draw(&x);
        for (size_t i = 0; i < M; i++)
            b[i] = draw(&x) + (double)round / 40;
        const size_t u0 = above(a, N, b, M, 0), far = u0 > MOST - u0 ? MOST - u0 : u0;
        for (size_t u = 0; u <= far; u++)
            tail += law[N][M][u];
        assert_float_equal(as_rank_sum(a, N, b, M, 0.1).p / fmin(1, 2 * tail), 1, 1e-9);
    }
}

static void test_rank_sum_is_the_test_inverted(void **state)
{
    (void)state;
    uint64_t x = 9;
    for (size_t n = 1; n <= 6; n++)
        for (size_t m = 1; m <= 6; m++) {
            double a[8], b[8];
            for (size_t i = 0; i < n; i++)
                a[i] = draw(&x);
            for (size_t i = 0; i < m; i++)
                b[i] = draw(&x) + 0.1;
            const as_shift s = as_rank_sum(a, n, b, m, 0.1);
            const size_t u0 = above(a, n, b, m, 0), far = u0 > n * m - u0 ? n * m - u0 : u0;
            assert_float_equal(s.p, fmin(1, 2 * sum_tail(n, m, far)), 1e-12);
            if (2 * sum_tail(n, m, 0) > 0.1)
                continue;
            assert_true(sum_tail(n, m, above(a, n, b, m, s.high - 1e-9)) > 0.05);
            assert_true(sum_tail(n, m, above(a, n, b, m, s.high + 1e-9)) <= 0.05);
            assert_true(sum_tail(n, m, n * m - above(a, n, b, m, s.low + 1e-9)) > 0.05);
            assert_true(sum_tail(n, m, n * m - above(a, n, b, m, s.low - 1e-9)) <= 0.05);
        }
}

static void test_estimates(void **state)
{
    (void)state;
    const double values[] = {1, 5, 2}, walsh_median = 2.5; /* 1 1.5 2 3 3.5 5 */
    assert_float_equal(as_signed_ranks(values, 3, 0.05).estimate, walsh_median, 1e-15);
    assert_true(isnan(as_signed_ranks(values, 0, 0.05).estimate));
    const double a[] = {0, 1}, b[] = {10, 12, 13}; /* 9 10 11 12 12 13 */
    assert_float_equal(as_rank_sum(a, 2, b, 3, 0.05).estimate, 11.5, 1e-15);
    /* A shift of all values is a shift of everything. */
    double some[30], moved[30];
    uint64_t x = 3;
    for (int i = 0; i < 30; i++) {
        some[i] = draw(&x);
        moved[i] = some[i] + 1;
    }
    const as_shift s = as_signed_ranks(some, 30, 0.01), t = as_signed_ranks(moved, 30, 0.01);
    assert_float_equal(t.low - s.low, 1, 1e-12);
    assert_float_equal(t.high - s.high, 1, 1e-12);
    /* More is asked of a wider interval. */
    assert_true(s.low < as_signed_ranks(some, 30, 0.2).low);
    as_stats_sort(some, 30);
    assert_float_equal(as_signed_ranks(some, 30, 0.01).high, s.high, 0);
    /* Ties with 0 are no evidence. */
    const double zeros[8] = {0};
    assert_float_equal(as_signed_ranks(zeros, 8, 0.05).p, 1, 0);
}

static void test_holm(void **state)
{
    (void)state;
    const double p[] = {0.04, 0.001, 0.02, 0.012};
    double level[4];
    as_holm(p, 4, 0.05, level);
    assert_float_equal(level[1], 0.05 / 4, 1e-15);
    assert_float_equal(level[3], 0.05 / 3, 1e-15);
    assert_float_equal(level[2], 0.05 / 2, 1e-15);
    assert_float_equal(level[0], 0.05, 1e-15);
    const double q[] = {0.04, 0.001, 0.03, 0.02};
    as_holm(q, 4, 0.05, level);
    assert_float_equal(level[3], 0.05 / 3, 1e-15); /* the first that is not below its level ends it */
    assert_float_equal(level[0], 0, 0);
    assert_float_equal(level[2], 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed_ranks_are_the_test_inverted),
        cmocka_unit_test(test_signed_ranks_of_many),
        cmocka_unit_test(test_rank_sum_is_the_test_inverted),
        cmocka_unit_test(test_rank_sum_of_many),
        cmocka_unit_test(test_estimates),
        cmocka_unit_test(test_holm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
