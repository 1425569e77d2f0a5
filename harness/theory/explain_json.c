/* explain_json.c: what explain found, as JSON. Written by hand, not as a tree: a row may hold a million numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>

#include "explain.h"

static void add_string(as_text *out, const char *text)
{
    as_text_add(out, "\"");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            as_text_add(out, "\\%c", c);
        else if (c < 0x20 || c >= 0x7f) /* as Latin-1: always valid, whatever bytes a path holds */
            as_text_add(out, "\\u%04x", c);
        else
            as_text_append(out, text, 1);
    }
    as_text_add(out, "\"");
}

static void add_real(as_text *out, double value)
{
    if (isfinite(value))
        as_text_add(out, "%.12g", value);
    else
        as_text_add(out, "null");
}

static void add_row(as_text *out, const uint64_t *row, size_t length)
{
    const char *between = "[";
    for (size_t w = 0; w <= (length - 1) / 64; w++)
        for (uint64_t bits = row[w]; bits; bits &= bits - 1, between = ",")
            as_text_add(out, "%s%zu", between, 64 * w + (size_t)__builtin_ctzll(bits) + 1);
    as_text_add(out, *between == '[' ? "[]" : "]");
}

static void add_layer(as_text *out, const as_explained *e, size_t i, const char *indent)
{
    const as_explained_layer *l = &e->layer[i];
    as_text_add(out, "%s\"edges\": %" PRIu64 ",\n", indent, l->edges.edges);
    as_text_add(out, "%s\"distinct_edges\": %" PRIu64 ",\n", indent, l->edges.distinct_edges);
    as_text_add(out, "%s\"edges_all_heads\": %" PRIu64 ",\n%s\"density\": ", indent, l->edges.edges_all, indent);
    add_real(out, as_density(&l->edges));
    as_text_add(out, ",\n%s\"last_row\": ", indent);
    add_row(out, l->row, e->length);
    as_text_add(out, ",\n%s\"largest_row\": %" PRIu64 ",\n", indent, l->edges.largest_row);
    as_text_add(out, "%s\"work\": %" PRIu64 ",\n%s\"exps\": %" PRIu64 ",\n", indent, l->cost.work, indent,
                l->cost.exps);
    as_text_add(out, "%s\"span\": %" PRIu64 ",\n%s\"parallelism\": ", indent, l->cost.span, indent);
    add_real(out, (double)l->cost.work / (double)l->cost.span);
    as_text_add(out, ",\n%s\"brent\": [", indent);
    for (int cores = 1; cores <= 1024; cores *= 4) {
        as_text_add(out, "%s{\"cores\": %d, \"steps_low\": ", cores > 1 ? ", " : "", cores);
        add_real(out, as_brent_low(&l->cost, cores));
        as_text_add(out, ", \"steps_high\": ");
        add_real(out, as_brent_high(&l->cost, cores));
        as_text_add(out, "}");
    }
    as_text_add(out, "]");
}

static void add_reach(as_text *out, const as_reach *r, const char *indent)
{
    static const char *const basis[] = {"exact", "never", "unknown"};
    as_text_add(out, "%s\"reach\": [", indent);
    for (size_t i = 0; i < r->layers; i++)
        as_text_add(out, "%s%" PRIu64, i ? "," : "", r->sees[i]);
    as_text_add(out, "],\n%s\"reach_share\": [", indent);
    for (size_t i = 0; i < r->layers; i++) {
        as_text_add(out, "%s", i ? "," : "");
        add_real(out, r->share[i]);
    }
    as_text_add(out, "],\n%s\"reach_share_sampled_rows\": ", indent);
    if (r->sampled)
        as_text_add(out, "%zu", r->sampled);
    else
        as_text_add(out, "null");
    as_text_add(out, ",\n%s\"layers_to_cover\": ", indent);
    if (r->cover == AS_COVERS)
        as_text_add(out, "%" PRIu64, r->layers_to_cover);
    else
        as_text_add(out, "null");
    as_text_add(out, ",\n%s\"layers_to_cover_basis\": \"%s\"", indent, basis[r->cover]);
}

static void add_paths(as_text *out, const as_paths *p)
{
    const as_number *numbers[] = {&p->unit_steps, &p->any_hops, &p->states, &p->pattern};
    static const char *const names[] = {"unit_steps", "any_hops", "states", "pattern"};
    as_text_add(out, "  \"paths\": {");
    for (int i = 0; i < 4; i++) {
        as_text_add(out, "%s\"%s\": ", i ? ", " : "", names[i]);
        if (numbers[i]->exact)
            add_string(out, numbers[i]->exact);
        else
            as_text_add(out, "null");
    }
    as_text_add(out, "},\n  \"paths_log10\": {");
    for (int i = 0; i < 4; i++) {
        as_text_add(out, "%s\"%s\": ", i ? ", " : "", names[i]);
        add_real(out, numbers[i]->log10);
    }
    as_text_add(out, "}");
}

void as_explain_json(const as_explained *e, as_text *out)
{
    size_t period = as_layers_period(e->schedule);
    as_text_add(out, "{\n  \"pattern\": ");
    add_string(out, as_layers_text(e->schedule));
    as_text_add(out, ",\n  \"length\": %zu,\n  \"layers\": %zu,\n  \"heads\": %zu,\n  \"width\": %zu,\n", e->length,
                e->layers, e->heads, e->width);
    add_layer(out, e, 0, "  ");
    as_text_add(out, ",\n");
    add_reach(out, &e->reach, "  ");
    as_text_add(out, ",\n");
    add_paths(out, &e->paths);
    if (e->together.layers) {
        as_text_add(out, ",\n  \"all_heads\": {\n");
        add_reach(out, &e->together, "    ");
        as_text_add(out, "\n  }");
    }
    for (size_t i = 0; period > 1 && i < period; i++) {
        as_text_add(out, i ? ",\n    {\n      \"pattern\": " : ",\n  \"by_layer\": [\n    {\n      \"pattern\": ");
        add_string(out, as_pattern_text(as_layers_at(e->schedule, i)));
        as_text_add(out, ",\n");
        add_layer(out, e, i, "      ");
        as_text_add(out, i + 1 < period ? "\n    }" : "\n    }\n  ]");
    }
    as_text_add(out, "\n}\n");
}
