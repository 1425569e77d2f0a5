/* bigbird.c: BigBird-ITC (Zaheer et al., 2020) as published: blocks of b = 64; the first g = 2 of them global, a window
 * of w = 3 and r = 3 random ones. Stands for global, blockwindow and blockrandom.
 *
 * sides=both is the published encoder: global rows and columns, one block on each side. The causal form keeps the same
 * budget before the query: g blocks of sinks, the own block and w-1 before it, r blocks up to the own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../term.h"

enum { B, G, W, R, SEED, SIDES };

static bool bigbird_check(const as_args *args, char *why, size_t cap)
{
    uint64_t tokens;
    if (__builtin_mul_overflow(args->value[B].count, args->value[G].count, &tokens) || tokens > (uint64_t)1 << 53) {
        snprintf(why, cap, "b times g is above the largest number");
        return false;
    }
    if (args->value[SIDES].count == AS_SIDES_CAUSAL || args->value[W].count % 2)
        return true;
    snprintf(why, cap, "with sides=both w is odd: the own block and (w-1)/2 on each side");
    return false;
}

static bool bigbird_expand(const as_args *args, char *out, size_t cap)
{
    const unsigned long long b = args->value[B].count, w = args->value[W].count, r = args->value[R].count;
    const unsigned long long tokens = b * args->value[G].count, seed = args->value[SEED].count;
    const char *sides = as_both(args, SIDES) ? ",sides=both" : "";
    int n = snprintf(out, cap, "blockwindow:b=%llu,w=%llu%s", b, w, sides);
    if (r && (size_t)n < cap)
        n += snprintf(out + n, cap - (size_t)n, "+blockrandom:b=%llu,r=%llu,seed=%llu%s", b, r, seed, sides);
    if (tokens && (size_t)n < cap)
        n += snprintf(out + n, cap - (size_t)n, "+global:g=%llu%s", tokens, sides);
    return (size_t)n < cap;
}

const as_term as_term_bigbird = {
    .name = "bigbird",
    .example = "bigbird:b=64,g=2,w=3,r=3,seed=1",
    .help = "BigBird: g global, w window and r random blocks of b (sides=both: its encoder)",
    .params = {{.key = "b", .kind = AS_PARAM_COUNT, .optional = true, .min = 1, .fallback = 64},
               {.key = "g", .kind = AS_PARAM_COUNT, .optional = true, .fallback = 2},
               {.key = "w", .kind = AS_PARAM_COUNT, .optional = true, .min = 1, .fallback = 3},
               {.key = "r", .kind = AS_PARAM_COUNT, .optional = true, .fallback = 3},
               {.key = "seed", .kind = AS_PARAM_COUNT, .optional = true},
               AS_PARAM_SIDES},
    .traits = AS_PATTERN_CAUSAL,
    .check = bigbird_check,
    .expand = bigbird_expand,
};
