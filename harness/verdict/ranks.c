/* ranks.c: see ranks.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ranks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void *room(size_t count)
{
    void *memory = calloc(count ? count : 1, sizeof(double));
    if (!memory)
        abort();
    return memory;
}

static double middle(const double *sorted, size_t n)
{
    return n % 2 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
}

double as_median(double *values, size_t n)
{
    if (!n)
        return NAN;
    qsort(values, n, sizeof *values, ascending);
    return middle(values, n);
}

/* P(W = w) for w = 0..n(n+1)/4, beyond which it is the mirror: each rank is counted or not, by a fair coin. */
static double *signed_rank_law(size_t n)
{
    const size_t half = n * (n + 1) / 4;
    double *law = room(half + 1), *next = room(half + 1);
    law[0] = 1;
    for (size_t rank = 1, reach = 0; rank <= n; rank++) {
        reach = reach + rank < half ? reach + rank : half;
        for (size_t w = 0; w < rank && w <= reach; w++)
            next[w] = 0.5 * law[w];
        for (size_t w = rank; w <= reach; w++)
            next[w] = 0.5 * (law[w] + law[w - rank]);
        double *const done = next;
        next = law;
        law = done;
    }
    free(next);
    return law;
}

/* P(U = u) for u = 0..n m: every choice of n among n + m ranks is as likely as any other. */
static double *rank_sum_law(size_t n, size_t m)
{
    const size_t most = n * m, all = n + m;
    double *law = room((n + 1) * (most + 1)); /* law[k][u]: k of the ranks so far belong to the first sample */
    law[0] = 1;
    for (size_t rank = 1; rank <= all; rank++) {
        for (size_t k = rank < n ? rank : n; k > 0; k--) {
            /* The k-th chosen one stands above rank - k of the others. */
            const size_t above = rank - k;
            if (above > m)
                continue;
            for (size_t u = most + 1; u-- > above;)
                law[k * (most + 1) + u] += law[(k - 1) * (most + 1) + u - above];
        }
    }
    memmove(law, law + n * (most + 1), (most + 1) * sizeof *law);
    double sum = 0;
    for (size_t u = 0; u <= most; u++)
        sum += law[u];
    for (size_t u = 0; u <= most; u++)
        law[u] /= sum;
    return law;
}

/* `steps` in ascending order are where the statistic moves by one; its law is symmetric in 0..count, of which the lower
 * half is read. */
static as_shift invert(const double *steps, size_t count, const double *law, double alpha)
{
    as_shift s = {.estimate = middle(steps, count)};
    size_t k = 0; /* this many steps are cut off at each end */
    double below = 0;
    while (2 * (k + 1) < count + 1 && below + law[k] <= alpha / 2)
        below += law[k++];
    const size_t at = k ? k - 1 : 0;
    s.low = steps[at];
    s.high = steps[count - 1 - at];
    s.coverage = k ? 1 - 2 * below : 1 - 2 * law[0];
    size_t positive = 0, negative = 0;
    for (size_t i = 0; i < count; i++) {
        positive += steps[i] > 0;
        negative += steps[i] < 0;
    }
    const size_t most = positive > negative ? positive : negative;
    double tail = 0;
    for (size_t w = 0; w <= count - most && w <= count / 2; w++)
        tail += law[w];
    s.p = fmin(1, 2 * tail);
    return s;
}

static const as_shift nothing = {(double)NAN, (double)NAN, (double)NAN, 0, 1};

as_shift as_signed_ranks(const double *values, size_t n, double alpha)
{
    if (!n)
        return nothing;
    const size_t count = n * (n + 1) / 2;
    double *walsh = room(count), *law = signed_rank_law(n);
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            walsh[at++] = 0.5 * (values[i] + values[j]);
    qsort(walsh, count, sizeof *walsh, ascending);
    const as_shift s = invert(walsh, count, law, alpha);
    free(walsh);
    free(law);
    return s;
}

as_shift as_rank_sum(const double *a, size_t n, const double *b, size_t m, double alpha)
{
    if (!n || !m)
        return nothing;
    double *apart = room(n * m), *law = rank_sum_law(n, m);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            apart[i * m + j] = b[j] - a[i];
    qsort(apart, n * m, sizeof *apart, ascending);
    const as_shift s = invert(apart, n * m, law, alpha);
    free(apart);
    free(law);
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
