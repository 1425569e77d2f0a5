/* shapes.c: ten shapes, by every pattern that fits, by every dtype.
 * SPDX-License-Identifier: Apache-2.0 */
#include "shapes.h"

#include "../../kernels/api/dtype.h"
#include "../model/problem.h"

/* Tails of every kind: one token, primes, widths that fill no vector, more keys than queries, shared key heads. */
static const struct {
    size_t batch, heads, kv_heads, length, context, head_dim;
    int threads;
} shapes[] = {
    {1, 1, 1, 1, 1, 1, 1},     {1, 2, 1, 17, 17, 3, 1},   {2, 4, 2, 65, 65, 40, 2},    {1, 3, 3, 197, 197, 63, 1},
    {1, 2, 1, 1, 513, 64, 1},  {1, 2, 2, 33, 300, 96, 3}, {1, 1, 1, 513, 513, 128, 2}, {1, 4, 1, 100, 100, 256, 1},
    {1, 1, 1, 70, 70, 300, 1}, {3, 2, 2, 64, 64, 16, 4},
};

/* Unions and sizes beyond the examples that every term brings. */
static const char *const more_patterns[] = {
    "window:w=1",
    "window:w=33",
    "sink:s=4+window:w=60",
    "global:g=2+window:w=5+dilated:r=7",
    "dilated:r=3",
    "dilated:r=2+dilated:r=5",
    "dilated:r=50,k=3",
    "sink:s=100",
    "block:b=20,density=0.3,seed=2",
};

static void each_shape(const as_pattern *pattern, void (*visit)(const as_problem *p, void *more), void *more)
{
    char why[240];
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const as_problem sizes = {
            .batch = shapes[i].batch,
            .heads = shapes[i].heads,
            .kv_heads = shapes[i].kv_heads,
            .length = shapes[i].length,
            .context = shapes[i].context,
            .head_dim = shapes[i].head_dim,
            .threads = shapes[i].threads,
            .cache_bytes = {32768, 1048576, 0},
        };
        if (!as_pattern_fits(pattern, sizes.length, sizes.context, why, sizeof why))
            continue;
        as_problem p = as_problem_complete(sizes, pattern, NULL);
        for (int dtype = 0; as_dtype_words[dtype]; dtype++) {
            p.dtype = (as_dtype)dtype;
            visit(&p, more);
        }
    }
}

void as_verify_each(void (*visit)(const as_problem *p, void *more), void *more)
{
    const char *name, *example, *help;
    as_pattern_error error;
    for (size_t i = 0; as_pattern_term(i, &name, &example, &help); i++) {
        as_pattern *pattern =
            as_pattern_parse(example, &error); /* file:PATH has no file here: apply's tests cover it */
        if (pattern)
            each_shape(pattern, visit, more);
        as_pattern_free(pattern);
    }
    for (size_t i = 0; i < sizeof more_patterns / sizeof *more_patterns; i++) {
        as_pattern *pattern = as_pattern_parse(more_patterns[i], &error);
        each_shape(pattern, visit, more);
        as_pattern_free(pattern);
    }
}
