/* log.c: the query and the tokens at distances 1, base, base^2, ... N(t) = t and t-base^i, i >= 0 (Li et al.,
 * LogSparse, 2019; Attention is logarithmic). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../term.h"

/* Powers of base up to `most`: how many; *largest is the last. */
static size_t powers(size_t base, size_t most, size_t *largest)
{
    size_t count = 0, next = 1;
    while (next <= most) {
        *largest = next;
        count++;
        if (next > most / base)
            break;
        next *= base;
    }
    return count;
}

static size_t log_runs_max(const as_args *args, size_t context)
{
    size_t largest;
    return powers(args->value[0].count, context, &largest) + 1;
}

static size_t log_row(const as_args *args, as_at at, as_run *runs)
{
    const size_t base = args->value[0].count;
    size_t n = 0, distance = 0, count = powers(base, at.position, &distance);
    for (; count--; distance /= base)
        n = as_push(runs, n, at.position - distance, 1);
    return as_push(runs, n, at.position, 1);
}

/* Distance base^i has n - base^i pairs: T log2 T + 1 at base 2, T = 2^m. */
static uint64_t edges_first(const as_args *args, size_t head, size_t n)
{
    (void)head;
    const size_t base = args->value[0].count;
    uint64_t sum = n;
    size_t distance = 0;
    for (size_t count = n ? powers(base, n - 1, &distance) : 0; count--; distance /= base)
        sum += n - distance;
    return sum;
}

const as_term as_term_log = {
    .name = "log",
    .example = "log:base=2",
    .help = "the query and the tokens base^i before it",
    .params = {{.key = "base", .kind = AS_PARAM_COUNT, .min = 2}},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS | AS_PATTERN_BY_DISTANCE,
    .runs_max = log_runs_max,
    .row = log_row,
    .edges_first = edges_first,
};
