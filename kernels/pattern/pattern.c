/* pattern.c: what a parsed pattern answers: rows, edges, traits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

const char *as_pattern_text(const as_pattern *p) { return p->text; }
unsigned as_pattern_traits(const as_pattern *p) { return p->traits; }

bool as_pattern_fits(const as_pattern *p, size_t length, size_t context, char *why, size_t cap)
{
    if (length == 0 || length > context) {
        snprintf(why, cap, "%zu queries do not fit among %zu keys: context must be at least length", length, context);
        return false;
    }
    if (context > AS_PATTERN_CONTEXT_MAX) {
        snprintf(why, cap, "%zu keys: patterns count edges in 64 bits, which holds for up to %llu keys", context,
                 (unsigned long long)AS_PATTERN_CONTEXT_MAX);
        return false;
    }
    for (size_t i = 0; i < p->count; i++)
        if (p->uses[i].term->fits && !p->uses[i].term->fits(&p->uses[i].args, length, context, why, cap))
            return false;
    return true;
}

size_t as_pattern_runs_max(const as_pattern *p, size_t context)
{
    const as_use *only = p->uses;
    if (p->count > 1)
        return as_union_runs_max(p, context);
    return only->term->runs_max ? only->term->runs_max(&only->args, context) : 1;
}

size_t as_pattern_row(const as_pattern *p, as_at at, as_run *runs)
{
    return p->count > 1 ? as_union_row(p, at, runs) : p->uses[0].term->row(&p->uses[0].args, at, runs);
}

size_t as_pattern_alike(const as_pattern *p)
{
    const as_use *only = p->uses;
    return p->count == 1 && only->term->alike ? only->term->alike(&only->args) : 1;
}

uint64_t as_pattern_edges_counted(const as_pattern *p, size_t head, size_t length, size_t context)
{
    as_run *runs = malloc(as_pattern_runs_max(p, context) * sizeof *runs);
    uint64_t sum = 0;
    if (!runs)
        return 0;
    for (size_t t = 0; t < length; t++) {
        size_t n = as_pattern_row(p, (as_at){head, context - length + t, context}, runs);
        for (size_t i = 0; i < n; i++)
            sum += runs[i].count;
    }
    free(runs);
    return sum;
}

/* The first s tokens and the last w of 1..t are min(t, s+w) tokens, as a window of s+w is. */
static bool sink_and_window(const as_pattern *p, as_use *as_one)
{
    const as_use *sink = &p->uses[0], *window = &p->uses[1];
    if (p->count != 2 || strcmp(sink->term->name, "sink") || strcmp(window->term->name, "window") ||
        as_use_both(window))
        return false;
    *as_one = *window;
    as_one->args.value[0].count += sink->args.value[0].count;
    return true;
}

uint64_t as_pattern_edges(const as_pattern *p, size_t head, size_t length, size_t context)
{
    as_use only = p->uses[0];
    if (p->count > 1 && !sink_and_window(p, &only))
        return as_pattern_edges_counted(p, head, length, context);
    if (only.term->edges)
        return only.term->edges(&only.args, head, context - length, context);
    if (only.term->edges_first)
        return only.term->edges_first(&only.args, head, context) -
               only.term->edges_first(&only.args, head, context - length);
    return as_pattern_edges_counted(p, head, length, context);
}

uint64_t as_pattern_edges_all(const as_pattern *p, size_t heads, size_t length, size_t context)
{
    uint64_t sum = 0;
    if (!(p->traits & AS_PATTERN_PER_HEAD))
        return __builtin_mul_overflow(as_pattern_edges(p, 0, length, context), heads, &sum) ? UINT64_MAX : sum;
    for (size_t h = 0; h < heads; h++)
        if (__builtin_add_overflow(sum, as_pattern_edges(p, h, length, context), &sum))
            return UINT64_MAX;
    return sum;
}

size_t as_pattern_parts(const as_pattern *p) { return p->count; }
const char *as_pattern_part(const as_pattern *p, size_t part) { return p->uses[part].term->name; }

bool as_pattern_value(const as_pattern *p, size_t part, const char *key, size_t index, uint64_t *out)
{
    const as_use *use = &p->uses[part];
    for (int i = 0; use->term->params[i].key; i++) {
        const as_value *v = &use->args.value[i];
        const bool list = use->term->params[i].kind == AS_PARAM_LIST;
        if (strcmp(use->term->params[i].key, key))
            continue;
        if (index >= (list ? v->list_count : 1))
            return false;
        *out = list ? v->list[index] : v->count;
        return true;
    }
    return false;
}

bool as_pattern_term(size_t index, const char **name, const char **example, const char **help)
{
    const as_term *term = as_builtin_terms[index];
    if (!term)
        return false;
    *name = term->name;
    *example = term->example;
    *help = term->help;
    return true;
}
