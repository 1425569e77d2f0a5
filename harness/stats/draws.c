/* draws.c: resampling of medians: one random number for an odd count, n for an even one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "draws.h"

#include <math.h>
#include <string.h>

#include "../../kernels/common/random.h"
#include "binomial.h"
#include "order.h"

uint64_t as_seed_of(const char *const *texts, size_t count)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < count; i++)
        for (const char *t = texts[i] ? texts[i] : ""; *t; t++)
            hash = (hash ^ (unsigned char)*t) * 0x100000001b3u;
    return hash;
}

/* P(at least `least` of n draws are among the j smallest of n). */
static double chance_of_smallest(size_t n, size_t j, size_t least)
{
    const double p = (double)j / (double)n;
    double sum = 0;
    if (j == n)
        return 1;
    for (size_t k = least; k <= n; k++)
        sum += as_binomial(n, k, p);
    return sum;
}

static double log_of_mean(double a, double b) { return log(0.5 * (exp(a) + exp(b))); }

as_draws as_draws_from(const double *times, size_t count, double *room)
{
    as_draws d = {.logs = room, .share = room + count, .count = count};
    for (size_t i = 0; i < count; i++)
        d.logs[i] = log(times[i]);
    as_stats_sort(d.logs, count);
    for (size_t i = 0; count % 2 && i < count; i++)
        d.share[i] = chance_of_smallest(count, i + 1, (count + 1) / 2);
    if (count)
        d.median = count % 2 ? d.logs[count / 2] : log_of_mean(d.logs[count / 2 - 1], d.logs[count / 2]);
    return d;
}

double as_draws_median(const as_draws *d) { return d->median; }

/* Counts how often each time is drawn, which finds the two middle draws without sorting. */
static double draw_of_even(const as_draws *d, uint64_t *random)
{
    const size_t n = d->count;
    size_t seen = 0, first = n, at = 0;
    memset(d->share, 0, n * sizeof *d->share);
    for (size_t i = 0; i < n; i++)
        d->share[as_random_next(random) % n]++;
    for (; at < n; at++) {
        seen += (size_t)d->share[at];
        if (first == n && seen >= n / 2)
            first = at;
        if (seen >= n / 2 + 1)
            break;
    }
    return log_of_mean(d->logs[first], d->logs[at]);
}

/* By what the distance of a drawn median from the median is multiplied. The bootstrap median of few times scatters more
 * than the median itself: for 5 times its deviation is on average 1.07 (uniform noise), 1.23 (normal), 1.40
 * (exponential) or 1.48 (Laplace) times the true one, for more times 1.02 to 1.41. For 3 and 4 times the excess
 * compensates for how badly so few times show their scatter; for 2 it is 0.7 times the true one. With these factors an
 * interval of 95 % covers between 90 and 99 % for all of these distributions: docs/fit.md has the coverage. */
static double narrowing(size_t count)
{
    static const double of_few[] = {1, 1, 2.2, 1, 1};
    return count < 5 ? of_few[count] : count % 2 ? 1 / 1.15 : 1 / 1.07;
}

static double draw_of_odd(const as_draws *d, uint64_t *random)
{
    const double u = as_random_unit(as_random_next(random));
    size_t at = 0;
    for (size_t i = 0; i + 1 < d->count; i++) /* without a branch that u would decide */
        at += d->share[i] <= u;
    return d->logs[at];
}

double as_draws_next(const as_draws *d, uint64_t *random)
{
    const double drawn = d->count % 2 ? draw_of_odd(d, random) : draw_of_even(d, random);
    return d->median + narrowing(d->count) * (drawn - d->median);
}

void as_draws_add(const as_draws *d, uint64_t *random, double weight, double *sums, size_t count)
{
    uint64_t state = *random; /* in a register */
    const as_draws own = *d;
    for (size_t i = 0; i < count; i++)
        sums[i] += weight * as_draws_next(&own, &state);
    *random = state;
}
