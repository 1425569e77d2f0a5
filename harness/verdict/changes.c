/* changes.c: circular binary segmentation, with permutations for the level of each split.
 * SPDX-License-Identifier: Apache-2.0 */
#include "changes.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernels/common/random.h"

enum { SIDE_MOST = 60 }; /* values of a side that the exact rank sum is asked about: the nearest */

typedef struct {
    const double *values;
    size_t n;
    as_change_rules rules;
    size_t *cuts; /* where levels begin, ascending; cuts[0] = 0, cuts[count] = n */
    size_t count;
    uint64_t random;
    double *scores, *sums; /* room */
} search;

/* The stretch [from, to) of [0, n) and how far its scores are off. */
typedef struct {
    size_t from, to;
    double off;
} stretch;

/* scores[i] = ln(u / (1 - u)), u the share of values below it (equal ones count half), less the mean of all. */
static void score(const double *values, size_t n, double *scores)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double below = 0;
        for (size_t k = 0; k < n; k++)
            below += values[k] < values[i] ? 1 : values[k] == values[i] ? 0.5 : 0;
        scores[i] = log(below / ((double)n - below));
        sum += scores[i];
    }
    for (size_t i = 0; i < n; i++)
        scores[i] -= sum / (double)n;
}

/* Of [from, to) the square of its sum over the variance that chance gives it; a factor common to all is left out. */
static void find_largest_sum(const double *sums, size_t n, size_t from, size_t to, stretch *best)
{
    const double k = (double)(to - from), sum = sums[to] - sums[from], off = sum * sum / (k * ((double)n - k));
    if (off > best->off)
        *best = (stretch){from, to, off};
}

static stretch farthest(const double *scores, size_t n, bool within, double *sums)
{
    stretch best = {0, 0, 0};
    sums[0] = 0;
    for (size_t i = 0; i < n; i++)
        sums[i + 1] = sums[i] + scores[i];
    for (size_t to = AS_STRETCH_MIN; !within && to + AS_STRETCH_MIN <= n; to++)
        find_largest_sum(sums, n, 0, to, &best);
    for (size_t from = AS_STRETCH_MIN; within && from + 2 * AS_STRETCH_MIN <= n; from++)
        for (size_t to = from + AS_STRETCH_MIN; to + AS_STRETCH_MIN <= n; to++)
            find_largest_sum(sums, n, from, to, &best);
    return best;
}

/* The farthest stretch, if chance makes one so far off with a probability of at most alpha. Stops as soon as that is
 * decided. */
static bool find_stretch(search *s, size_t begin, size_t n, bool within, double alpha, stretch *found)
{
    const size_t orders = (size_t)ceil(40 / alpha);
    const double most = alpha * (double)orders;
    size_t as_far = 1;
    score(s->values + begin, n, s->scores);
    *found = farthest(s->scores, n, within, s->sums);
    if (!(found->off > 1e-12))
        return false;
    for (size_t i = 1; i < orders && (double)as_far <= most; i++) {
        as_shuffle(&s->random, s->scores, n, sizeof *s->scores);
        as_far += farthest(s->scores, n, within, s->sums).off >= found->off * (1 - 1e-12);
    }
    return (double)as_far <= most;
}

static void cut(search *s, size_t at)
{
    size_t i = s->count;
    while (i > 0 && s->cuts[i] >= at) {
        if (s->cuts[i] == at)
            return;
        i--;
    }
    memmove(s->cuts + i + 2, s->cuts + i + 1, (s->count - i) * sizeof *s->cuts);
    s->cuts[i + 1] = at;
    s->count++;
}

/* One change first; where there is none, two that take each other back. The parts share alpha. */
static void split(search *s, size_t begin, size_t end, double alpha)
{
    const size_t n = end - begin;
    stretch found;
    if (n < 2 * AS_STRETCH_MIN ||
        !(find_stretch(s, begin, n, false, alpha / 2, &found) || find_stretch(s, begin, n, true, alpha / 2, &found)))
        return;
    const size_t ends[] = {begin, begin + found.from, begin + found.to, end};
    const double share = found.from ? alpha / 3 : alpha / 2;
    for (size_t i = 1; i < 3; i++)
        if (ends[i] > begin && ends[i] < end)
            cut(s, ends[i]);
    for (size_t i = 0; i < 3; i++)
        split(s, ends[i], ends[i + 1], share);
}

/* The step from the level before cuts[i] to that behind it. */
static as_shift shift_at_change(const search *s, size_t i, double alpha)
{
    const size_t at = s->cuts[i];
    size_t before = at - s->cuts[i - 1], behind = s->cuts[i + 1] - at;
    before = before < SIDE_MOST ? before : SIDE_MOST;
    behind = behind < SIDE_MOST ? behind : SIDE_MOST;
    return as_rank_sum(s->values + at - before, before, s->values + at, behind, alpha);
}

/* Takes away the least of the changes that do not hold on their own, until all do. */
static void prune(search *s)
{
    for (;;) {
        size_t least = 0;
        double worst = 0;
        for (size_t i = 1; i < s->count; i++) {
            const as_shift shift = shift_at_change(s, i, 0.05);
            const double doubt =
                fabs(shift.estimate) < s->rules.floor ? 1 + s->rules.floor - fabs(shift.estimate) : shift.p;
            if (doubt > s->rules.alpha && doubt > worst) {
                worst = doubt;
                least = i;
            }
        }
        if (!least)
            return;
        memmove(s->cuts + least, s->cuts + least + 1, (s->count - least) * sizeof *s->cuts);
        s->count--;
    }
}

size_t as_changes_find(const double *values, size_t n, as_change_rules rules, as_change *out)
{
    search s = {.values = values, .n = n, .rules = rules, .count = 1, .random = 1};
    s.cuts = calloc(n + 2, sizeof *s.cuts);
    s.scores = calloc(n + 1, sizeof *s.scores);
    s.sums = calloc(n + 1, sizeof *s.sums);
    if (!s.cuts || !s.scores || !s.sums)
        abort();
    s.cuts[1] = n;
    split(&s, 0, n, rules.alpha);
    prune(&s);
    for (size_t i = 1; i < s.count; i++)
        out[i - 1] = (as_change){s.cuts[i], shift_at_change(&s, i, 0.05)};
    free(s.cuts);
    free(s.scores);
    free(s.sums);
    return s.count - 1;
}
