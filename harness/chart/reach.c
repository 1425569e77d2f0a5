/* reach.c: what a pattern costs a layer against how many layers it needs until the last token sees all: which are worth
 * it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../theory/reach.h"
#include "page.h"

enum { PATTERNS_MOST = 32, LENGTH_MOST = 8192 }; /* how far is exact, and quick */

typedef struct {
    const as_summary *row; /* the fastest of its pattern */
    uint64_t layers;
    bool worth; /* nothing is faster that needs as few layers */
} offer;

/* Layers until the last of T tokens sees all; 0: never, or not known. */
static uint64_t layers_of(const as_summary *row)
{
    as_pattern_error at;
    as_reach reach;
    as_layers *s = row->pattern ? as_layers_parse(row->pattern, &at) : NULL;
    const as_reach_ask ask = {.schedule = s, .length = row->length, .layers = 1, .heads = 1};
    if (!s)
        return 0;
    const bool known = as_reach_find(&ask, &reach, NULL);
    const uint64_t layers = known && reach.cover == AS_COVERS ? reach.layers_to_cover : 0;
    if (known)
        as_reach_free(&reach);
    as_layers_free(s);
    return layers;
}

static bool is_meant(const as_summary *r)
{
    return as_set_is_ok(r) && r->mechanism && !strcmp(r->mechanism, "attention") && r->length > 1 &&
           r->length <= LENGTH_MOST;
}

static size_t list_offers(const as_chart_input *in, const char *shape, offer offers[PATTERNS_MOST])
{
    size_t count = 0;
    for (size_t i = 0; i < in->row_count; i++) {
        const as_summary *row = &in->rows[i];
        size_t k = 0;
        if (!is_meant(row) || as_set_shape(in, row, "") != shape)
            continue;
        while (k < count && strcmp(offers[k].row->pattern, row->pattern) != 0)
            k++;
        if (k == PATTERNS_MOST)
            continue;
        if (k == count)
            offers[count++] = (offer){row, 0, false};
        else if (row->median_ns < offers[k].row->median_ns)
            offers[k].row = row;
    }
    return count;
}

/* The shape of the longest T that has three patterns or more. */
static const char *choose_shape(const as_chart_input *in, offer offers[PATTERNS_MOST], size_t *count)
{
    const char *best = NULL, *last = NULL;
    uint64_t longest = 0;
    for (size_t i = 0; i < in->row_count; i++) {
        const as_summary *row = &in->rows[i];
        if (!is_meant(row) || row->length <= longest)
            continue;
        const char *shape = as_set_shape(in, row, "");
        if (shape != last && list_offers(in, shape, offers) >= 3) {
            best = shape;
            longest = row->length;
        }
        last = shape;
    }
    *count = best ? list_offers(in, best, offers) : 0;
    return best;
}

static int by_layers(const void *a, const void *b)
{
    const offer *p = a, *q = b;
    if (p->layers != q->layers)
        return p->layers < q->layers ? -1 : 1;
    return (p->row->median_ns > q->row->median_ns) - (p->row->median_ns < q->row->median_ns);
}

enum { NEVER_ROOM = 48 }; /* characters of the line below the title */

/* Keeps those that cover, in the order of layers; the others are named in `never`, or counted where their names are
 * long. */
static size_t keep_covering(const as_chart_input *in, offer *offers, size_t count, as_text *never)
{
    size_t kept = 0;
    double least = INFINITY;
    for (size_t i = 0; i < count; i++) {
        offers[i].layers = layers_of(offers[i].row);
        if (offers[i].layers)
            offers[kept++] = offers[i];
        else
            as_text_add(never, "%s%s",
                        never->length ? ", " : "; never: ", as_chart_plain(in->arena, offers[i].row->pattern, 40));
    }
    if (never->length > NEVER_ROOM) {
        as_text_free(never);
        as_text_add(never, "; never: %zu of %zu patterns", count - kept, count);
    }
    qsort(offers, kept, sizeof *offers, by_layers);
    for (size_t i = 0; i < kept; i++) {
        offers[i].worth = offers[i].row->median_ns < least;
        least = fmin(least, offers[i].row->median_ns);
    }
    return kept;
}

static void add_header(const as_chart_input *in, const offer *offers, size_t count, const char *shape, as_text *out)
{
    double low = INFINITY, high = 0, *x = as_arena_alloc(in->arena, count * sizeof *x);
    size_t places = 0;
    for (size_t i = 0; i < count; i++) {
        low = fmin(low, offers[i].row->median_ns / 1e9);
        high = fmax(high, offers[i].row->median_ns / 1e9);
        if (!places || x[places - 1] != (double)offers[i].layers)
            x[places++] = (double)offers[i].layers;
    }
    as_set_header(in, shape, 2, out);
    as_text_add(out, "AS_LOG_Y = 1\nAS_X_LOW = %.9g\nAS_X_HIGH = %.9g\nAS_Y_LOW = %.9g\nAS_Y_HIGH = %.9g\n", 0.8,
                x[places - 1] * pow(x[places - 1], 0.35) * 1.4, low / 1.6, high * 1.6);
    as_ticks_counts(out, "x", x, places, 1, x[places - 1] > 1 ? x[places - 1] : 2);
    as_ticks_log(out, AS_TICKS_TIME, low / 1.6, high * 1.6);
}

bool as_set_reach(const as_chart_input *in, size_t index, as_text *data, as_text *header)
{
    offer offers[PATTERNS_MOST];
    as_text never = {0};
    size_t count;
    const char *shape = index ? NULL : choose_shape(in, offers, &count);
    const size_t kept = shape ? keep_covering(in, offers, count, &never) : 0;
    if (kept < 2) {
        as_text_free(&never);
        return false;
    }
    as_text_add(data, "layers_to_cover,median_s,low,high,pattern,kernel,isa\n");
    for (int worth = 1; worth >= 0; worth--) {
        as_text_add(data, "%s", worth ? "" : "\n\n");
        for (size_t i = 0; i < kept; i++) {
            const as_summary *r = offers[i].row;
            if (offers[i].worth == worth)
                as_text_add(data, "%" PRIu64 ",%.9g,%.9g,%.9g,\"%s\",\"%s\",\"%s\"\n", offers[i].layers,
                            r->median_ns / 1e9, (isnan(r->median_low_ns) ? r->median_ns : r->median_low_ns) / 1e9,
                            (isnan(r->median_high_ns) ? r->median_ns : r->median_high_ns) / 1e9,
                            as_chart_plain(in->arena, r->pattern, 48), as_chart_plain(in->arena, r->kernel, 60),
                            as_chart_plain(in->arena, r->isa, 20));
        }
    }
    add_header(in, offers, kept, as_arena_printf(in->arena, "%s%s", shape, never.length ? never.data : ""), header);
    as_text_free(&never);
    return true;
}
