/* fixed.c: the query's own block of l up to the query, and the last c tokens of every earlier block (Child et al.,
 * Sparse Transformer, 2019). Blocks are counted from token 1; where l does not divide T the last block is short, and as
 * no block follows it nobody asks for its last c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../term.h"

static bool fixed_check(const as_args *args, char *why, size_t cap)
{
    if (args->value[1].count <= args->value[0].count)
        return true;
    snprintf(why, cap, "c is at most l: a block of %llu has no last %llu", (unsigned long long)args->value[0].count,
             (unsigned long long)args->value[1].count);
    return false;
}

static size_t fixed_runs_max(const as_args *args, size_t context)
{
    return args->value[1].count == 1 ? 2 : context / args->value[0].count + 1;
}

/* With c = 1 the earlier blocks' tokens are one stepped run. */
static unsigned lacks(const as_args *args) { return args->value[1].count == 1 ? AS_PATTERN_CONTIGUOUS : 0; }

static size_t fixed_row(const as_args *args, as_at at, as_run *runs)
{
    const size_t l = args->value[0].count, c = args->value[1].count, own = at.position / l;
    size_t n = 0;
    if (c == 1 && own > 1) {
        runs[n++] = (as_run){l - 1, own > 2 ? l : 1, own - 1};
        runs[n++] = (as_run){own * l - 1, 1, at.position + 2 - own * l};
        return n;
    }
    for (size_t block = 0; block < own; block++)
        n = as_push(runs, n, (block + 1) * l - c, c);
    return as_push(runs, n, own * l, at.position + 1 - own * l);
}

/* (T/l) l(l+1)/2 + c l (T/l)(T/l-1)/2 for l dividing T, and the short block's own. */
static uint64_t edges_first(const as_args *args, size_t head, size_t n)
{
    (void)head;
    const uint64_t l = args->value[0].count, c = args->value[1].count, q = n / l, rest = n % l;
    return (q ? q * as_triangle(l) + c * l * as_triangle(q - 1) : 0) + as_triangle(rest) + rest * c * q;
}

static bool fixed_expand(const as_args *args, char *out, size_t cap)
{
    return args->value[0].count != args->value[1].count || (size_t)snprintf(out, cap, "causal") < cap;
}

const as_term as_term_fixed = {
    .name = "fixed",
    .example = "fixed:l=128,c=8",
    .help = "the own block of l and the last c of every earlier block (Sparse Transformer)",
    .params = {{.key = "l", .kind = AS_PARAM_COUNT, .min = 1}, {.key = "c", .kind = AS_PARAM_COUNT, .min = 1}},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS,
    .check = fixed_check,
    .lacks = lacks,
    .runs_max = fixed_runs_max,
    .row = fixed_row,
    .edges_first = edges_first,
    .expand = fixed_expand,
};
