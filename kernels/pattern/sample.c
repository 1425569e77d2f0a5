/* sample.c: r distinct numbers below n, every subset as likely, by Floyd's method (Bentley and Floyd, "A sample of
 * brilliance", 1987): O(r) expected time, no memory but the runs that it returns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "draw.h"

_Static_assert(sizeof(as_run) == 3 * sizeof(size_t), "the set below lies in the caller's runs");

/* An open hash table of numbers + 1, 0 where free: r entries in the 3r words of r runs; its size is a power of 2
 * between 1.5 r and 3 r. A number's place is its share of n, so that the table reads out almost sorted. */
typedef struct {
    size_t *words, size;
    double share; /* size / n */
} table;

static bool insert(const table *t, size_t number)
{
    size_t i = (size_t)((double)number * t->share) & (t->size - 1);
    for (; t->words[i]; i = (i + 1) & (t->size - 1))
        if (t->words[i] == number + 1)
            return false;
    t->words[i] = number + 1;
    return true;
}

/* By insertion: what lies a few places off is soon in place. */
static void sort(size_t *words, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const size_t word = words[i];
        size_t place = i;
        for (; place && words[place - 1] > word; place--)
            words[place] = words[place - 1];
        words[place] = word;
    }
}

size_t as_draw_distinct(uint64_t seed, uint64_t stream, size_t n, size_t r, as_run *runs)
{
    size_t *const words = (size_t *)runs, size = 2, kept = 0, out = 0;
    if (r >= n) {
        runs[0] = (as_run){0, 1, n};
        return n ? 1 : 0;
    }
    while (size < r + (r + 1) / 2)
        size *= 2;
    const table t = {words, size, (double)size / (double)n};
    for (size_t i = 0; i < size; i++)
        words[i] = 0;
    for (size_t top = n - r; top < n; top++) /* one of 0..top; if it is there already, top itself */
        if (!insert(&t, as_draw_below(seed, stream, top, top + 1)))
            insert(&t, top);
    for (size_t i = 0; i < size; i++)
        if (words[i])
            words[kept++] = words[i] - 1;
    sort(words, kept);
    for (size_t i = kept; i-- > 0;) { /* run i lies at words 3i.., at or behind word i, so going down loses none */
        const size_t number = words[i];
        runs[i] = (as_run){number, 1, 1};
    }
    for (size_t i = 0; i < kept; i++)
        out = as_push(runs, out, runs[i].first, 1);
    return out;
}
