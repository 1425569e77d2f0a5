/* window.c: the last w tokens, the query included. N(t) = max(1,t-w+1)..t.
 *
 * sides=both (Beltagy et al., Longformer, 2020): w/2 tokens on each side and the query, N(t) = t-w/2..t+w/2. Halves are
 * rounded down, so w = 4 and w = 5 are one pattern, written with the even number. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../term.h"

static size_t window_row(const as_args *args, as_at at, as_run *runs)
{
    const size_t w = args->value[0].count;
    const size_t before = as_min(as_both(args, 1) ? w / 2 : w - 1, at.position);
    const size_t after = as_both(args, 1) ? as_min(w / 2, at.context - 1 - at.position) : 0;
    runs[0] = (as_run){at.position - before, 1, before + 1 + after};
    return 1;
}

/* 0 + 1 + ... : sum over i < n of min(i, reach). */
static uint64_t ramp(uint64_t reach, uint64_t n)
{
    const uint64_t a = as_min(reach, n);
    return (a ? as_triangle(a - 1) : 0) + (n - a) * reach;
}

/* Causal: wT - w(w-1)/2 for T >= w. Both: a ramp on each side. */
static uint64_t window_edges(const as_args *args, size_t head, size_t from, size_t context)
{
    (void)head;
    const uint64_t w = args->value[0].count, before = as_both(args, 1) ? w / 2 : w - 1;
    const uint64_t back = ramp(before, context) - ramp(before, from);
    return back + (context - from) + (as_both(args, 1) ? ramp(w / 2, context - from) : 0);
}

static bool window_expand(const as_args *args, char *out, size_t cap)
{
    const unsigned long long w = args->value[0].count;
    if (!as_both(args, 1) || w % 2 == 0)
        return true;
    int n = w == 1 ? snprintf(out, cap, "window:w=1") : snprintf(out, cap, "window:w=%llu,sides=both", w - 1);
    return (size_t)n < cap;
}

const as_term as_term_window = {
    .name = "window",
    .example = "window:w=256",
    .help = "the last w tokens, the query included (sides=both: w/2 on each side)",
    .params = {{.key = "w", .kind = AS_PARAM_COUNT, .min = 1}, AS_PARAM_SIDES},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS | AS_PATTERN_BY_DISTANCE,
    .row = window_row,
    .edges = window_edges,
    .expand = window_expand,
};
