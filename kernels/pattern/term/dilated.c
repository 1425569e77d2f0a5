/* dilated.c: every r-th token back from the query. N(t) = t, t-r, t-2r, ...: k taps, or as many as there are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../term.h"

static size_t dilated_row(const as_args *args, as_at at, as_run *runs)
{
    size_t r = args->value[0].count, k = args->value[1].count;
    size_t taps = at.position / r + 1;
    if (k && k < taps)
        taps = k;
    runs[0] = (as_run){at.position - (taps - 1) * r, r, taps};
    return 1;
}

/* Position i sees min(k, i/r + 1) keys. Blocks of r positions share a count: q whole blocks see 1, 2, ..., q. */
static uint64_t edges_first(const as_args *args, size_t head, size_t n)
{
    (void)head;
    uint64_t r = args->value[0].count, k = args->value[1].count, q = n / r, rest = n % r;
    uint64_t cap = k && k < q ? k : q;
    uint64_t last = k && k < q + 1 ? k : q + 1;
    return r * (as_triangle(cap) + (q - cap) * cap) + rest * last;
}

static bool dilated_expand(const as_args *args, char *out, size_t cap)
{
    const unsigned long long r = args->value[0].count, k = args->value[1].count;
    int n = 0;
    if (k == 1)
        n = snprintf(out, cap, "window:w=1");
    else if (r == 1 && k == 0)
        n = snprintf(out, cap, "causal");
    else if (r == 1)
        n = snprintf(out, cap, "window:w=%llu", k);
    return (size_t)n < cap;
}

const as_term as_term_dilated = {
    .name = "dilated",
    .example = "dilated:r=4,k=64",
    .help = "every r-th token back from the query, k of them (k=0: all)",
    .params = {{.key = "r", .kind = AS_PARAM_COUNT, .min = 1}, {.key = "k", .kind = AS_PARAM_COUNT, .optional = true}},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_BY_DISTANCE,
    .row = dilated_row,
    .edges_first = edges_first,
    .expand = dilated_expand,
};
