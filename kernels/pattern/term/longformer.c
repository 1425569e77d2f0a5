/* longformer.c: Longformer (Beltagy et al., 2020) as published: a window of w = 512 and g global tokens (1: the token
 * that classifies; questions take more). Stands for global and window.
 *
 * Causal (its language model): the last w tokens; r > 1 dilates the window as its upper layers do, for every head (the
 * paper does it for two heads; g = 0 there). sides=both (its pre-trained encoder): w/2 on each side and global rows and
 * columns; undilated, as published. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../term.h"

enum { W, G, R, SIDES };

static bool longformer_check(const as_args *args, char *why, size_t cap)
{
    if (args->value[R].count == 1 || args->value[SIDES].count == AS_SIDES_CAUSAL)
        return true;
    snprintf(why, cap, "r dilates the causal form only: with sides=both leave it out");
    return false;
}

static bool longformer_expand(const as_args *args, char *out, size_t cap)
{
    const unsigned long long w = args->value[W].count, g = args->value[G].count, r = args->value[R].count;
    const char *sides = as_both(args, SIDES) ? ",sides=both" : "";
    int n =
        r == 1 ? snprintf(out, cap, "window:w=%llu%s", w, sides) : snprintf(out, cap, "dilated:r=%llu,k=%llu", r, w);
    if (g && (size_t)n < cap)
        n += snprintf(out + n, cap - (size_t)n, "+global:g=%llu%s", g, sides);
    return (size_t)n < cap;
}

const as_term as_term_longformer = {
    .name = "longformer",
    .example = "longformer:w=512,g=1",
    .help = "Longformer: a window of w and g global tokens (r: dilation; sides=both: its encoder)",
    .params = {{.key = "w", .kind = AS_PARAM_COUNT, .optional = true, .min = 1, .fallback = 512},
               {.key = "g", .kind = AS_PARAM_COUNT, .optional = true, .fallback = 1},
               {.key = "r", .kind = AS_PARAM_COUNT, .optional = true, .min = 1, .fallback = 1},
               AS_PARAM_SIDES},
    .traits = AS_PATTERN_CAUSAL,
    .check = longformer_check,
    .expand = longformer_expand,
};
