/* explain.c: one look at a pattern: edges, last row, reach, paths, cost. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "explain.h"

#include <stdlib.h>

double as_density(const as_edges *e) { return (double)e->distinct_edges / (double)e->pairs; }

static bool find_row(const as_pattern *p, size_t length, uint64_t **row)
{
    as_run *runs = malloc(as_pattern_runs_max(p, length) * sizeof *runs);
    *row = calloc(length / 64 + 1, sizeof **row);
    bool ok = runs && *row;
    size_t n = ok ? as_pattern_row(p, (as_at){0, length - 1, length}, runs) : 0;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0, key = runs[i].first; c < runs[i].count; c++, key += runs[i].step)
            (*row)[key / 64] |= (uint64_t)1 << (key % 64);
    free(runs);
    return ok;
}

static bool any_per_head(const as_layers *s)
{
    for (size_t i = 0; i < as_layers_period(s); i++)
        if (as_pattern_traits(as_layers_at(s, i)) & AS_PATTERN_PER_HEAD)
            return true;
    return false;
}

bool as_explain(const as_layers *s, size_t length, size_t layers, size_t heads, size_t width, as_explained *out,
                as_err *err)
{
    char why[200];
    size_t period = as_layers_period(s);
    *out = (as_explained){.schedule = s, .length = length, .layers = layers, .heads = heads, .width = width};
    if (length > AS_THEORY_LENGTH_MAX || layers > AS_THEORY_LAYERS_MAX)
        return as_fail(err, AS_EXIT_USAGE, "explain goes up to length 256M and 1M layers: ask for less");
    if (!as_layers_fits(s, length, length, why, sizeof why))
        return as_fail(err, AS_EXIT_USAGE, "%s: %s", as_layers_text(s), why);
    out->layer = calloc(period, sizeof *out->layer);
    bool ok = out->layer || as_fail_memory(err);
    for (size_t i = 0; ok && i < period; i++) {
        const as_pattern *p = as_layers_at(s, i);
        as_explained_layer *l = &out->layer[i];
        ok = as_edges_find(p, length, heads, &l->edges, err) &&
             as_cost_find(&l->edges, length, width, heads, &l->cost, err) &&
             (find_row(p, length, &l->row) || as_fail_memory(err));
    }
    as_reach_ask ask = {.schedule = s, .length = length, .layers = layers, .heads = 1, .share = true};
    ok = ok && as_reach_find(&ask, &out->reach, err);
    if (ok && heads > 1 && any_per_head(s)) {
        ask.heads = heads;
        ok = as_reach_find(&ask, &out->together, err);
    }
    ok = ok && as_paths_find(s, length, layers, &out->paths, err);
    if (!ok)
        as_explained_free(out);
    return ok;
}

void as_explained_free(as_explained *e)
{
    for (size_t i = 0; e->layer && i < as_layers_period(e->schedule); i++)
        free(e->layer[i].row);
    free(e->layer);
    as_reach_free(&e->reach);
    as_reach_free(&e->together);
    as_paths_free(&e->paths);
    *e = (as_explained){0};
}
