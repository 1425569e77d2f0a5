/* mask.c: writes the pattern as a boolean array, and finds whether it looks ahead.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MASK_MAX ((size_t)4 << 30)

/* All heads, or only the first if all have the same rows. */
static size_t heads_to_walk(const as_problem *p)
{
    return as_pattern_traits(p->pattern) & AS_PATTERN_PER_HEAD ? p->heads : 1;
}

bool as_mask_sees_future(const as_problem *p, bool *yes, as_err *err)
{
    const unsigned traits = as_pattern_traits(p->pattern);
    *yes = !(traits & AS_PATTERN_CAUSAL) && (traits & AS_PATTERN_DENSE);
    if (traits & (AS_PATTERN_CAUSAL | AS_PATTERN_DENSE))
        return true;
    as_run *runs = calloc(as_pattern_runs_max(p->pattern, p->context), sizeof *runs);
    if (!runs)
        return as_fail_memory(err);
    for (size_t h = 0; h < heads_to_walk(p) && !*yes; h++)
        for (size_t t = 0; t < p->length && !*yes; t++) {
            const as_at at = {h, p->context - p->length + t, p->context};
            const size_t n = as_pattern_row(p->pattern, at, runs);
            for (size_t i = 0; i < n; i++)
                *yes = *yes || runs[i].first + (runs[i].count - 1) * runs[i].step > at.position;
        }
    free(runs);
    return true;
}

static void fill_mask(const as_problem *p, size_t heads, as_run *runs, unsigned char *mask)
{
    memset(mask, 0, heads * p->length * p->context);
    for (size_t h = 0; h < heads; h++)
        for (size_t t = 0; t < p->length; t++, mask += p->context) {
            const size_t n = as_pattern_row(p->pattern, (as_at){h, p->context - p->length + t, p->context}, runs);
            for (size_t i = 0; i < n; i++)
                for (size_t e = 0; e < runs[i].count; e++)
                    mask[runs[i].first + e * runs[i].step] = 1;
        }
}

bool as_mask_write(const as_problem *p, const char *path, uint64_t memory, as_err *err)
{
    const size_t heads = heads_to_walk(p), shape[3] = {heads, p->length, p->context};
    const bool per_head = as_pattern_traits(p->pattern) & AS_PATTERN_PER_HEAD;
    char size[32], why[600];
    size_t bytes;
    if (__builtin_mul_overflow(heads * p->length, p->context, &bytes) || bytes > MASK_MAX || (memory && bytes > memory))
        return as_fail(err, AS_EXIT_USAGE,
                       "--save-mask: the mask of %zu queries, %zu keys and %zu head%s takes %s, which is too much: "
                       "leave the option out, or apply to fewer tokens",
                       p->length, p->context, heads, heads == 1 ? "" : "s",
                       as_format_bytes(size, (double)heads * (double)p->length * (double)p->context));
    unsigned char *mask = malloc(bytes);
    as_run *runs = calloc(as_pattern_runs_max(p->pattern, p->context), sizeof *runs);
    bool ok = (mask && runs) || as_fail_memory(err);
    if (ok) {
        fill_mask(p, heads, runs, mask);
        ok = as_npy_write(path, AS_NPY_BOOL, shape + !per_head, per_head ? 3 : 2, mask, why, sizeof why) ||
             as_fail(err, AS_EXIT_ENVIRONMENT, "--save-mask %s", why);
    }
    free(mask);
    free(runs);
    return ok;
}
