/* explain_text.c: labelled lines for each layer, the reach and the paths of the whole, and drawings of its masks.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "explain_text.h"

#include "../theory/picture.h"

enum { KEYS_SHOWN = 12, LAYERS_SHOWN = 24, DIGITS_SHOWN = 40, DRAWN = 3, CELLS = 48 };

/* Neighbours as 1..4; at most `KEYS_SHOWN` ranges, the middle left out. */
static void add_row(as_text *out, const uint64_t *row, size_t length)
{
    size_t keys = 0, ranges = 0, shown = 0;
    for (size_t t = 0; t < length; t++) {
        bool here = row[t / 64] >> (t % 64) & 1, before = t && row[(t - 1) / 64] >> ((t - 1) % 64) & 1;
        keys += here;
        ranges += here && !before;
    }
    as_text_add(out, "%zu key%s%s", keys, keys == 1 ? "" : "s", keys ? ": " : "");
    for (size_t t = 0, end, index = 0; t < length; t = end, index++) {
        while (t < length && !(row[t / 64] >> (t % 64) & 1))
            t++;
        for (end = t; end < length && row[end / 64] >> (end % 64) & 1;)
            end++;
        if (t == length)
            break;
        bool left_out = ranges > KEYS_SHOWN && index >= KEYS_SHOWN / 2 && index < ranges - KEYS_SHOWN / 2;
        if (left_out && index == KEYS_SHOWN / 2)
            as_text_add(out, ", ...");
        if (left_out)
            continue;
        as_text_add(out, shown++ ? ", %zu" : "%zu", t + 1);
        if (end > t + 1)
            as_text_add(out, "..%zu", end);
    }
    as_text_add(out, "\n");
}

static void add_layer(as_text *out, const as_explained *e, const as_explained_layer *l)
{
    as_text_add(out, "edges            %" PRIu64 " per head", l->edges.edges);
    if (l->edges.distinct_edges != l->edges.edges)
        as_text_add(out, ", %" PRIu64 " distinct", l->edges.distinct_edges);
    as_text_add(out, " (%.4g %% of dense attention's %" PRIu64 ")\n", 100 * as_density(&l->edges), l->edges.pairs);
    as_text_add(out, "last row         ");
    add_row(out, l->row, e->length);
    as_text_add(out, "work, span       W = %" PRIu64 " FLOP, S = %" PRIu64 ", W/S = %.4g (D %zu, H %zu, d %zu)\n",
                l->cost.work, l->cost.span, (double)l->cost.work / (double)l->cost.span, e->width, e->heads,
                e->width / e->heads);
    as_text_add(out, "Brent            steps on P cores:");
    for (int cores = 1; cores <= 1024; cores *= 32)
        as_text_add(out, "%s P=%d %.4g..%.4g", cores > 1 ? "," : "", cores, as_brent_low(&l->cost, cores),
                    as_brent_high(&l->cost, cores));
    as_text_add(out, "\n");
}

static void add_reach(as_text *out, const char *title, const as_explained *e, const as_reach *r)
{
    as_text_add(out, "%s", title);
    if (r->cover == AS_COVERS)
        as_text_add(out, "the last token sees all %zu after %" PRIu64 " layer%s\n", e->length, r->layers_to_cover,
                    r->layers_to_cover == 1 ? "" : "s");
    else if (r->cover == AS_COVERS_NEVER)
        as_text_add(out, "the last token never sees all %zu, at any depth (proven)\n", e->length);
    else
        as_text_add(out, "unknown: the sets neither fill up nor repeat within the work allowed\n");
    for (size_t i = 0; i < r->layers; i++) {
        if (r->layers > LAYERS_SHOWN && i >= LAYERS_SHOWN - 1 && i + 1 < r->layers)
            continue;
        as_text_add(out, "  layer %-8zu the last token sees %" PRIu64 "; of all pairs %s%.6g %%\n", i + 1, r->sees[i],
                    r->sampled ? "about " : "", 100 * r->share[i]);
    }
    if (r->sampled)
        as_text_add(out, "  (pairs: estimated from %zu rows spread evenly; the last token is exact)\n", r->sampled);
}

static void add_number(as_text *out, const char *name, const as_number *n)
{
    as_text_add(out, "  %-14s ", name);
    if (n->exact && strlen(n->exact) <= DIGITS_SHOWN)
        as_text_add(out, "%s\n", n->exact);
    else if (n->exact)
        as_text_add(out, "%.12s...%s (%zu digits; all in --format json)\n", n->exact, n->exact + strlen(n->exact) - 6,
                    strlen(n->exact));
    else if (isfinite(n->log10))
        as_text_add(out, "about 10^%.3f (too long to write out)\n", n->log10);
    else
        as_text_add(out, "not counted: too long a graph for exact counting\n");
}

static bool add_drawings(as_text *out, const as_explained *e, as_err *err)
{
    size_t period = as_layers_period(e->schedule), drawn = period < DRAWN ? period : DRAWN;
    for (size_t i = 0; i < drawn; i++) {
        as_grid g;
        if (!as_grid_count(as_layers_at(e->schedule, i), e->length, CELLS, &g, err))
            return false;
        if (period > 1)
            as_text_add(out, "\nmask of layer %zu", i + 1);
        else
            as_text_add(out, "\nmask");
        if (g.cells < e->length)
            as_text_add(out, " (a character is about %zu keys by %zu queries; shade: share of its pairs)",
                        e->length / g.cells, 2 * e->length / g.cells);
        as_text_add(out, "\n");
        as_grid_text(&g, out);
        as_grid_free(&g);
    }
    return true;
}

bool as_explain_text(const as_explained *e, as_text *out, as_err *err)
{
    size_t period = as_layers_period(e->schedule);
    as_text_add(out, "pattern          %s\nlength           %zu\n", as_layers_text(e->schedule), e->length);
    for (size_t i = 0; i < period; i++) {
        if (period > 1)
            as_text_add(out, "\nlayer %zu of %zu     %s\n", i + 1, period,
                        as_pattern_text(as_layers_at(e->schedule, i)));
        add_layer(out, e, &e->layer[i]);
    }
    add_reach(out, period > 1 ? "\nreach            " : "reach            ", e, &e->reach);
    if (e->together.layers)
        add_reach(out, "all heads        ", e, &e->together);
    as_text_add(out, "paths from the first token to the last through %zu layers\n", e->layers);
    add_number(out, "unit steps", &e->paths.unit_steps);
    add_number(out, "any hops", &e->paths.any_hops);
    add_number(out, "states", &e->paths.states);
    add_number(out, "this pattern", &e->paths.pattern);
    return add_drawings(out, e, err);
}
