/* ranks.c: exact laws of rank statistics, by listing or by series, and the intervals that they give.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ranks.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"

/* Up to so many signed ranks their law is listed; beyond, the series is off by less than 5e-6. */
#define RANKS_LISTED 256

static void *new_doubles(size_t count)
{
    void *memory = calloc(count ? count : 1, sizeof(double));
    if (!memory)
        abort();
    return memory;
}

/* --- laws of the statistics */

/* P(statistic <= w) for w = 0..count / 2: a list, or the number of signed ranks for the series. */
typedef struct {
    double *below;
    size_t ranks;
} law;

static void accumulate(double *law, size_t count)
{
    for (size_t w = 1; w < count; w++)
        law[w] += law[w - 1];
}

/* Each rank is counted or not, by a fair coin. */
static law signed_rank_law(size_t n)
{
    const size_t half = n * (n + 1) / 4;
    double *law_now = new_doubles(half + 1), *next = new_doubles(half + 1);
    law_now[0] = 1;
    for (size_t rank = 1, reach = 0; rank <= n; rank++) {
        reach = reach + rank < half ? reach + rank : half;
        for (size_t w = 0; w < rank && w <= reach; w++)
            next[w] = 0.5 * law_now[w];
        for (size_t w = rank; w <= reach; w++)
            next[w] = 0.5 * (law_now[w] + law_now[w - rank]);
        double *const done = next;
        next = law_now;
        law_now = done;
    }
    free(next);
    accumulate(law_now, half + 1);
    return (law){.below = law_now};
}

/* Edgeworth's series to the fourth cumulant, of W and a uniform number that fills its steps of one. Cumulants of a fair
 * coin that counts r or nothing: r^2/4, -r^4/8; of the uniform number: 1/12, -1/120. Beyond five standard deviations
 * the normal law, which is the larger: W has short tails. */
static double signed_rank_series(double n, double w)
{
    const double squares = n * (n + 1) * (2 * n + 1) / 6, fourths = squares * (3 * n * n + 3 * n - 1) / 5;
    const double variance = squares / 4 + 1.0 / 12, fourth = (-fourths / 8 - 1.0 / 120) / (variance * variance);
    const double x = (w + 0.5 - n * (n + 1) / 4) / sqrt(variance), normal = 0.5 * erfc(-x / sqrt(2));
    const double density = exp(-x * x / 2) / sqrt(2 * acos(-1));
    return x < -5 ? normal : normal - density * fourth / 24 * x * (x * x - 3);
}

/* Every choice of n among n + m ranks is as likely as any other. How many have U = u is the coefficient of q^u in
 * Gauss's binomial, the product of (1 - q^(m+i)) / (1 - q^i) for i = 1..n. */
static law rank_sum_law(size_t n, size_t m)
{
    const size_t most = n * m, half = most / 2;
    double *choices = new_doubles(half + 1), all = 0;
    choices[0] = 1;
    for (size_t i = 1; i <= n; i++) {
        for (size_t u = half; u >= m + i; u--)
            choices[u] -= choices[u - m - i];
        for (size_t u = i; u <= half; u++)
            choices[u] += choices[u - i];
    }
    for (size_t u = 0; u <= half; u++)
        all += (2 * u == most ? 1 : 2) * choices[u];
    accumulate(choices, half + 1);
    for (size_t u = 0; u <= half; u++)
        choices[u] /= all;
    return (law){.below = choices};
}

static double law_tail(const law *l, size_t w)
{
    return l->below ? l->below[w] : signed_rank_series((double)l->ranks, (double)w);
}

/* --- steps of the statistics */

/* The points where the statistic moves by one, ascending: the values themselves, or their Walsh averages
 * (v[i] + v[j]) / 2, i <= j, which are never listed. */
typedef struct {
    const double *values;
    size_t n;
    bool walsh;
} steps;

static size_t count_steps(const steps *s) { return s->walsh ? s->n * (s->n + 1) / 2 : s->n; }

/* How many steps are at most x. Walsh averages: in each row i the columns i..j - 1, where j falls as i rises. */
static size_t count_steps_to(const steps *s, double x)
{
    size_t to = 0;
    if (!s->walsh)
        while (to < s->n && s->values[to] <= x)
            to++;
    else
        for (size_t i = 0, j = s->n; i < j; i++) {
            while (j > i && 0.5 * (s->values[i] + s->values[j - 1]) > x)
                j--;
            to += j - i;
        }
    return to;
}

/* Doubles as whole numbers of the same order, and back. */
static int64_t flip_negative(int64_t bits) { return bits >= 0 ? bits : INT64_MIN - bits; }

static int64_t order_of(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return flip_negative(bits);
}

static double of_order(int64_t order)
{
    const int64_t bits = flip_negative(order);
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The k-th step, from 0: the smallest number that at least k + 1 steps do not exceed. */
static double step_at(const steps *s, size_t k)
{
    if (!s->walsh)
        return s->values[k];
    int64_t low = order_of(s->values[0]), high = order_of(s->values[s->n - 1]);
    while (low < high) {
        const int64_t middle_of = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
        if (count_steps_to(s, of_order(middle_of)) > k)
            high = middle_of;
        else
            low = middle_of + 1;
    }
    return of_order(low);
}

static double middle_step(const steps *s)
{
    const size_t half = count_steps(s) / 2;
    return count_steps(s) % 2 ? step_at(s, half) : 0.5 * (step_at(s, half - 1) + step_at(s, half));
}

/* --- inversion of the tests */

/* The smallest w with P(statistic <= w) > alpha: how many steps the interval cuts off at each end. */
static size_t cut_off(const law *l, size_t half, double alpha)
{
    size_t low = 0, high = half;
    while (low < high) {
        const size_t w = low + (high - low) / 2;
        if (law_tail(l, w) <= alpha)
            low = w + 1;
        else
            high = w;
    }
    return low;
}

/* The law is symmetric in 0..count, of which the lower half is read. */
static as_shift invert_test(const steps *s, const law *l, double alpha)
{
    const size_t count = count_steps(s), half = count / 2, k = cut_off(l, half, alpha / 2), at = k ? k - 1 : 0;
    const size_t negative = count_steps_to(s, nextafter(0, -INFINITY)), positive = count - count_steps_to(s, 0);
    const size_t fewer = count - (positive > negative ? positive : negative);
    return (as_shift){.estimate = middle_step(s),
                      .low = step_at(s, at),
                      .high = step_at(s, count - 1 - at),
                      .coverage = 1 - 2 * law_tail(l, at),
                      .p = fmin(1, 2 * law_tail(l, fewer < half ? fewer : half))};
}

static const as_shift nothing = {(double)NAN, (double)NAN, (double)NAN, 0, 1};

static double *sorted_copy(const double *values, size_t n)
{
    double *sorted = new_doubles(n);
    memcpy(sorted, values, n * sizeof *sorted);
    as_stats_sort(sorted, n);
    return sorted;
}

as_shift as_signed_ranks(const double *values, size_t n, double alpha)
{
    if (!n)
        return nothing;
    double *sorted = sorted_copy(values, n);
    law l = n <= RANKS_LISTED ? signed_rank_law(n) : (law){.ranks = n};
    const as_shift s = invert_test(&(steps){sorted, n, true}, &l, alpha);
    free(sorted);
    free(l.below);
    return s;
}

double as_hodges_lehmann(const double *values, size_t n)
{
    if (!n)
        return NAN;
    double *sorted = sorted_copy(values, n);
    const double estimate = middle_step(&(steps){sorted, n, true});
    free(sorted);
    return estimate;
}

as_shift as_rank_sum(const double *a, size_t n, const double *b, size_t m, double alpha)
{
    if (!n || !m)
        return nothing;
    double *apart = new_doubles(n * m);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            apart[i * m + j] = b[j] - a[i];
    as_stats_sort(apart, n * m);
    law l = rank_sum_law(n, m);
    const as_shift s = invert_test(&(steps){apart, n * m, false}, &l, alpha);
    free(apart);
    free(l.below);
    return s;
}

void as_holm(const double *p, size_t count, double alpha, double *level)
{
    size_t done = 0;
    double least = -1;
    for (size_t i = 0; i < count; i++)
        level[i] = 0;
    while (done < count) {
        /* All that share the next larger p, at the level of the first of them: the smallest. */
        double next = INFINITY;
        size_t equal = 0;
        for (size_t i = 0; i < count; i++)
            if (p[i] > least && p[i] < next)
                next = p[i];
        const double now = alpha / (double)(count - done);
        for (size_t i = 0; i < count; i++)
            if (p[i] == next) {
                level[i] = now;
                equal++;
            }
        if (!equal || next > now)
            return;
        least = next;
        done += equal;
    }
}
