/* power.c: the query and the tokens at distances 1, 2^p, 3^p, ... N(t) = t and t-n^p, n >= 1. p = 1 is causal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "../term.h"

/* n^p, or SIZE_MAX when it is more than a size_t holds. */
static size_t power(size_t n, uint64_t p)
{
    size_t result = 1;
    if (n < 2)
        return n;
    for (; p; p--)
        if (__builtin_mul_overflow(result, n, &result))
            return SIZE_MAX;
    return result;
}

/* floor(x^(1/p)): the double is a guess, integers decide. */
static size_t root(size_t x, uint64_t p)
{
    size_t n = (size_t)pow((double)x, 1.0 / (double)p);
    while (n && power(n, p) > x)
        n--;
    while (power(n + 1, p) <= x)
        n++;
    return n;
}

static size_t power_runs_max(const as_args *args, size_t context) { return root(context, args->value[0].count) + 1; }

static size_t power_row(const as_args *args, as_at at, as_run *runs)
{
    const uint64_t p = args->value[0].count;
    size_t n = 0;
    for (size_t i = root(at.position, p); i; i--)
        n = as_push(runs, n, at.position - power(i, p), 1);
    return as_push(runs, n, at.position, 1);
}

/* Distance i^p has n - i^p pairs. */
static uint64_t edges_first(const as_args *args, size_t head, size_t n)
{
    (void)head;
    uint64_t sum = n;
    for (size_t i = n ? root(n - 1, args->value[0].count) : 0; i; i--)
        sum += n - power(i, args->value[0].count);
    return sum;
}

static bool power_expand(const as_args *args, char *out, size_t cap)
{
    return args->value[0].count > 1 || (size_t)snprintf(out, cap, "causal") < cap;
}

const as_term as_term_power = {
    .name = "power",
    .example = "power:p=2",
    .help = "the query and the tokens n^p before it",
    .params = {{.key = "p", .kind = AS_PARAM_COUNT, .min = 1}},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS | AS_PATTERN_BY_DISTANCE,
    .runs_max = power_runs_max,
    .row = power_row,
    .edges_first = edges_first,
    .expand = power_expand,
};
