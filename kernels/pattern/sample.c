/* sample.c: r distinct numbers below n, every subset as likely, by Floyd's method (Bentley and Floyd, "A sample of
 * brilliance", 1987): O(r log r) time, no memory but the runs that it returns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "draw.h"

_Static_assert(sizeof(as_run) == 3 * sizeof(size_t), "the set below lies in the caller's runs");

/* An open hash table of numbers + 1, 0 where free: r entries in the 3r words of r runs; its size is a power of 2 between
 * 1.5 r and 3 r. */
static bool insert(size_t *table, size_t size, size_t number)
{
    size_t i = as_mix(number) & (size - 1);
    for (; table[i]; i = (i + 1) & (size - 1))
        if (table[i] == number + 1)
            return false;
    table[i] = number + 1;
    return true;
}

static void sift(size_t *heap, size_t i, size_t n)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && heap[child + 1] > heap[child])
            child++;
        if (heap[i] >= heap[child])
            return;
        size_t t = heap[i];
        heap[i] = heap[child];
        heap[child] = t;
    }
}

static void sort(size_t *words, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift(words, i, n);
    for (size_t end = n; end-- > 1;) {
        size_t t = words[0];
        words[0] = words[end];
        words[end] = t;
        sift(words, 0, end);
    }
}

size_t as_sample(uint64_t seed, uint64_t stream, size_t n, size_t r, as_run *runs)
{
    size_t *words = (size_t *)runs, size = 2, kept = 0, out = 0;
    if (r >= n) {
        runs[0] = (as_run){0, 1, n};
        return n ? 1 : 0;
    }
    while (size < r + (r + 1) / 2)
        size *= 2;
    for (size_t i = 0; i < size; i++)
        words[i] = 0;
    for (size_t top = n - r; top < n; top++) /* one of 0..top; if it is there already, top itself */
        if (!insert(words, size, as_draw_below(seed, stream, top, top + 1)))
            insert(words, size, top);
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
