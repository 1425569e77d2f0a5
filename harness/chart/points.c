/* points.c: every measured case as a point, those of a kernel, pattern, isa and dtype together, whatever else varies.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <uthash.h>

#include "page.h"

typedef struct {
    UT_hash_handle hh;
    as_curve curve;
    size_t cap;
    char key[];
} group;

static bool is_point(const as_summary *r) { return r->status == AS_STATUS_OK && r->median_ns > 0; }

static const char *text_or_mark(const char *text) { return text ? text : "?"; }

void as_chart_points(as_chart_input *in)
{
    as_chart_input *points = as_arena_alloc(in->arena, sizeof *points);
    group *groups = NULL, *g;
    size_t cap = 0, count = 0;
    *points = *in;
    points->curves = NULL;
    points->curve_count = 0;
    for (size_t i = 0; i < in->row_count; i++) {
        const as_summary *r = &in->rows[i];
        as_text key = {0};
        if (!is_point(r))
            continue;
        as_text_add(&key, "%s\x1f%s\x1f%s\x1f%s\x1f%s\x1f%zu", text_or_mark(r->kernel), text_or_mark(r->pattern),
                    text_or_mark(r->isa), text_or_mark(r->dtype), text_or_mark(r->machine), (size_t)r->threads);
        HASH_FIND(hh, groups, key.data, key.length, g);
        if (!g) {
            g = as_arena_alloc(in->arena, sizeof *g + key.length + 1);
            memcpy(g->key, key.data, key.length + 1);
            g->curve = (as_curve){.axis = AS_AXIS_LENGTH, .kernel = r->kernel, .pattern = r->pattern, .fixed = ""};
            HASH_ADD_KEYPTR(hh, groups, g->key, key.length, g);
        }
        g->curve.points = as_arena_grow(in->arena, g->curve.points, &g->cap, g->curve.count, sizeof *g->curve.points);
        g->curve.points[g->curve.count++] = i;
        as_text_free(&key);
        count++;
    }
    for (g = groups; g; g = g->hh.next) {
        points->curves = as_arena_grow(in->arena, points->curves, &cap, points->curve_count, sizeof *points->curves);
        points->curves[points->curve_count++] = g->curve;
    }
    HASH_CLEAR(hh, groups);
    in->points = count > 1 ? points : NULL; /* a single case has nothing beside it */
}
