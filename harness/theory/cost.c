/* cost.c: closed forms for rows that depend on distance, else a walk over all rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cost.h"

#include <stdlib.h>
#include <string.h>

unsigned as_ceil_log2(uint64_t n) { return n <= 1 ? 0 : 64 - (unsigned)__builtin_clzll(n - 1); }

/* A distance x is there for n - x of the first n positions. A run of distances near, near+step, ... is a series. */
uint64_t as_pairs_by_distance(const as_run *row, size_t runs, size_t length, uint64_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < runs; i++) {
        uint64_t near = length - 1 - (row[i].first + (row[i].count - 1) * row[i].step);
        if (near >= n)
            continue;
        uint64_t count = (n - 1 - near) / row[i].step + 1;
        count = count < row[i].count ? count : row[i].count;
        uint64_t triangle = count % 2 ? (count - 1) / 2 * count : count / 2 * (count - 1);
        sum += count * (n - near) - row[i].step * triangle;
    }
    return sum;
}

/* Keys of a multiset's row, each once, by marking. */
static uint64_t distinct(const as_run *runs, size_t n, uint64_t *marks, size_t words)
{
    uint64_t count = 0;
    memset(marks, 0, words * sizeof *marks);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0, key = runs[i].first; c < runs[i].count; c++, key += runs[i].step) {
            uint64_t bit = (uint64_t)1 << (key % 64);
            count += !(marks[key / 64] & bit);
            marks[key / 64] |= bit;
        }
    return count;
}

static void count_rows(const as_pattern *p, size_t length, as_run *runs, uint64_t *marks, as_edges *out)
{
    for (size_t t = 0; t < length; t++) {
        size_t n = as_pattern_row(p, (as_at){0, t, length}, runs);
        uint64_t row = 0;
        for (size_t i = 0; i < n; i++)
            row += runs[i].count;
        out->edges += row;
        out->largest_row = row > out->largest_row ? row : out->largest_row;
        out->distinct_edges += marks ? distinct(runs, n, marks, t / 64 + 1) : row;
    }
}

/* A row that depends on distance only grows with its position; the last is the longest, and tells all. */
static void by_last_row(const as_pattern *p, size_t length, as_run *runs, as_edges *out)
{
    size_t n = as_pattern_row(p, (as_at){0, length - 1, length}, runs);
    for (size_t i = 0; i < n; i++)
        out->largest_row += runs[i].count;
    out->edges = out->distinct_edges = as_pairs_by_distance(runs, n, length, length);
}

bool as_edges_find(const as_pattern *p, size_t length, size_t heads, as_edges *out, as_err *err)
{
    unsigned traits = as_pattern_traits(p);
    size_t words = length / 64 + 1;
    as_run *runs = malloc(as_pattern_runs_max(p, length) * sizeof *runs);
    uint64_t *marks = traits & AS_PATTERN_MULTISET ? malloc(words * sizeof *marks) : NULL;
    bool ok = runs && (marks || !(traits & AS_PATTERN_MULTISET));
    *out = (as_edges){.pairs =
                          traits & AS_PATTERN_CAUSAL ? (uint64_t)length * (length + 1) / 2 : (uint64_t)length * length};
    if (ok && traits & AS_PATTERN_BY_DISTANCE)
        by_last_row(p, length, runs, out);
    else if (ok)
        count_rows(p, length, runs, marks, out);
    out->edges_all = traits & AS_PATTERN_PER_HEAD ? as_pattern_edges_all(p, heads, length, length) : out->edges * heads;
    free(runs);
    free(marks);
    return ok || as_fail_memory(err);
}

bool as_cost_find(const as_edges *e, size_t length, size_t width, size_t heads, as_cost *out, as_err *err)
{
    uint64_t head_dim = width / heads, projections, core;
    bool over = __builtin_mul_overflow((uint64_t)length * 8, (uint64_t)width, &projections) ||
                __builtin_mul_overflow(projections, (uint64_t)width, &projections) ||
                __builtin_mul_overflow(e->edges_all, 4 * head_dim, &core) ||
                __builtin_add_overflow(projections, core, &out->work);
    if (over)
        return as_fail(err, AS_EXIT_USAGE, "the work of length %zu and width %zu is beyond 2^64 FLOPs: ask for less",
                       length, width);
    out->exps = e->edges_all;
    out->span = 8 + 2 * as_ceil_log2(width) + as_ceil_log2(head_dim) + 3 * as_ceil_log2(e->largest_row);
    return true;
}

double as_brent_low(const as_cost *c, double cores)
{
    double share = (double)c->work / cores;
    return share > (double)c->span ? share : (double)c->span;
}

double as_brent_high(const as_cost *c, double cores)
{
    return ((double)c->work - (double)c->span) / cores + (double)c->span;
}
