/* check.c: what no single key of a config can know.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reading.h"

#include <inttypes.h>

#define CASES_MAX 100000u

static const char *count_place(const as_config *c, const as_counts *list, size_t i)
{
    return list->places ? list->places[i] : c->path ? c->path : "config";
}

static bool check_heads(const as_config *c, size_t h, as_err *err)
{
    uint64_t heads = c->shapes.heads.values[h];
    for (size_t w = 0; w < c->shapes.width.count; w++) {
        uint64_t width = c->shapes.width.values[w];
        if (width % heads == 0)
            continue;
        const as_counts *blame = c->shapes.heads.places ? &c->shapes.heads : &c->shapes.width;
        return as_fail(err, AS_EXIT_USAGE,
                       "%s: width %" PRIu64 " over %" PRIu64 " heads gives a head width of %.4g, which is not whole: "
                       "choose heads that divide every width",
                       count_place(c, blame, blame == &c->shapes.heads ? h : w), width, heads,
                       (double)width / (double)heads);
    }
    for (size_t k = 0; k < c->shapes.kv_heads.count; k++) {
        uint64_t kv = c->shapes.kv_heads.values[k];
        if (kv && heads % kv)
            return as_fail(err, AS_EXIT_USAGE,
                           "%s: %" PRIu64 " kv_heads do not divide %" PRIu64
                           " heads: choose kv_heads that divide every number of heads, or leave the key out",
                           count_place(c, &c->shapes.kv_heads, k), kv, heads);
    }
    return true;
}

static size_t index_of_largest(const as_counts *list)
{
    size_t at = 0;
    for (size_t i = 1; i < list->count; i++)
        if (list->values[i] > list->values[at])
            at = i;
    return at;
}

/* Every count that work and memory are made of is at most 16 T S D B; it must fit 63 bits. */
static bool check_overflow(const as_config *c, as_err *err)
{
    size_t t = index_of_largest(&c->shapes.length);
    uint64_t length = c->shapes.length.values[t],
             context = c->shapes.context.values[index_of_largest(&c->shapes.context)];
    bool same = false;
    for (size_t i = 0; i < c->shapes.context.count; i++)
        same |= c->shapes.context.values[i] == 0;
    if (same && length > context)
        context = length;
    uint64_t factors[] = {16, length, context, c->shapes.width.values[index_of_largest(&c->shapes.width)],
                          c->shapes.batch.values[index_of_largest(&c->shapes.batch)]};
    uint64_t product = 1;
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        if (__builtin_mul_overflow(product, factors[i], &product) || product > INT64_MAX)
            return as_fail(err, AS_EXIT_USAGE,
                           "%s: the work of length %" PRIu64 " x context %" PRIu64 " x width %" PRIu64
                           " x batch %" PRIu64 " is beyond what 63 bits count: choose smaller shapes",
                           count_place(c, &c->shapes.length, t), factors[1], factors[2], factors[3], factors[4]);
    return true;
}

static bool check_cases(const as_config *c, as_err *err)
{
    const as_shapes *s = &c->shapes;
    size_t counts[] = {s->length.count, s->width.count, s->heads.count,   s->kv_heads.count, s->context.count,
                       s->batch.count,  s->dtype.count, s->threads.count, c->kernels.count,  c->patterns.count};
    size_t product = 1;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        product *= counts[i];
        if (product > CASES_MAX)
            return as_fail(err, AS_EXIT_USAGE,
                           "%s:1:1: the lists multiply to more than %u cases: make them shorter or split the sweep",
                           c->path ? c->path : "config", CASES_MAX);
    }
    return true;
}

bool as_config_check_shapes(const as_config *config, as_err *err)
{
    for (size_t h = 0; h < config->shapes.heads.count; h++)
        if (!check_heads(config, h, err))
            return false;
    return check_overflow(config, err) && check_cases(config, err);
}
