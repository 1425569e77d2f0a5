/* strided.c: the last l tokens, and every l-th one back from the query: j with (t-j) mod l = 0 (Child et al., Sparse
 * Transformer, 2019). The same set as dilated:r=l+window:w=l; canonical text says strided. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../term.h"

static size_t strided_runs_max(const as_args *args, size_t context)
{
    (void)args, (void)context;
    return 2;
}

/* t-l adjoins the last l tokens; the taps before it are one stepped run. */
static size_t strided_row(const as_args *args, as_at at, as_run *runs)
{
    const size_t l = args->value[0].count, taps = at.position / l, near = taps ? l + 1 : at.position + 1;
    size_t n = 0;
    if (taps > 1)
        runs[n++] = (as_run){at.position % l, taps > 2 ? l : 1, taps - 1};
    runs[n++] = (as_run){at.position + 1 - near, 1, near};
    return n;
}

/* sum of min(t,l) + ceil(t/l) - 1 */
static uint64_t edges_first(const as_args *args, size_t head, size_t n)
{
    (void)head;
    const uint64_t l = args->value[0].count, first = as_min(l, n), q = n / l, rest = n % l;
    return as_triangle(first) + (n - first) * first + (q ? l * as_triangle(q - 1) : 0) + rest * q;
}

static bool strided_expand(const as_args *args, char *out, size_t cap)
{
    const unsigned long long l = args->value[0].count;
    int n = l == 1 ? snprintf(out, cap, "causal") : snprintf(out, cap, "dilated:r=%llu+window:w=%llu", l, l);
    return (size_t)n < cap;
}

const as_term as_term_strided = {
    .name = "strided",
    .example = "strided:l=128",
    .help = "the last l tokens and every l-th one before (Sparse Transformer)",
    .params = {{.key = "l", .kind = AS_PARAM_COUNT, .min = 1}},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_BY_DISTANCE,
    .runs_max = strided_runs_max,
    .row = strided_row,
    .edges_first = edges_first,
    .expand = strided_expand,
};
