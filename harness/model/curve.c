/* curve.c: a table of the ways in which cases can form a curve; for each way, cases that share what it holds fixed are
 * grouped by a hash.
 * SPDX-License-Identifier: Apache-2.0 */
#include "curve.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "../../kernels/pattern/shape.h"

enum {
    HOLD_T = 1,
    HOLD_S = 2,
    HOLD_D = 4,
    HOLD_HEAD = 8,
    HOLD_H = 16,
    HOLD_KV = 32,
    HOLD_NUMBERS = 64,
    HOLD_PARAMS = 128
};
enum { ALL = 255 };

/* A way to form a curve: what is held fixed, and what must be equal in every row (S = T, Hkv = H). Earlier ways of an
 * axis are preferred: a later one counts only if it shows a case that no earlier one shows. */
typedef struct {
    as_axis axis;
    unsigned hold;
    bool s_is_t, kv_is_h;
    size_t least; /* different x */
} way;

static const way ways[] = {
    {AS_AXIS_LENGTH, ALL & ~(HOLD_T | HOLD_S), true, false, 2},
    {AS_AXIS_LENGTH, ALL & ~HOLD_T, false, false, 2},
    {AS_AXIS_CONTEXT, ALL & ~HOLD_S, false, false, 2},
    {AS_AXIS_WIDTH, ALL & ~(HOLD_D | HOLD_HEAD), false, false, 2},
    {AS_AXIS_HEADS, ALL & ~(HOLD_H | HOLD_HEAD | HOLD_KV), false, true, 2},
    {AS_AXIS_HEADS, ALL & ~(HOLD_H | HOLD_HEAD), false, false, 2},
    {AS_AXIS_HEADS, ALL & ~(HOLD_H | HOLD_D | HOLD_KV), false, true, 2},
    {AS_AXIS_HEADS, ALL & ~(HOLD_H | HOLD_D), false, false, 2},
    {AS_AXIS_EDGES, ALL & ~HOLD_NUMBERS, false, false, 3},
    {AS_AXIS_EDGES, ALL & ~HOLD_PARAMS, false, false, 3}, /* keys chosen by content: topk:k=16, topk:k=64, ... */
};

const char *as_axis_symbol(as_axis axis)
{
    static const char *const symbols[] = {[AS_AXIS_LENGTH] = "T", [AS_AXIS_CONTEXT] = "S", [AS_AXIS_WIDTH] = "D",
                                          [AS_AXIS_HEADS] = "H",  [AS_AXIS_EDGES] = "E",   [AS_AXIS_SURFACE] = NULL};
    const char *symbol = symbols[axis];
    return symbol ? symbol : "x";
}

double as_curve_x(as_axis axis, const as_summary *row)
{
    const uint64_t x[] = {AS_NO_COUNT, row->length, row->context, row->width, row->heads, row->edges};
    return x[axis] == AS_NO_COUNT ? NAN : (double)x[axis];
}

/* What all cases of a curve share, as numbers and interned texts; 0 if a way does not hold it fixed. Compared as bytes,
 * so that every field has 8 bytes. */
typedef struct {
    const char *kernel, *pattern, *isa, *dtype, *cache, *machine;
    uint64_t batch, threads, length, context, heads, kv_heads, width, head_dim;
} held;

typedef struct {
    UT_hash_handle hh;
    held key;
    as_curve curve;
    size_t cap;
} group;

/* The texts of a row, interned once for all ways. */
typedef struct {
    const char *kernel, *kernel_any; /* _any: without the values of its parameters */
    const char *pattern, *pattern_any;
    const char *isa, *dtype, *cache, *machine;
} texts;

typedef struct {
    const as_summary *rows;
    size_t count;
    as_arena *arena;
    texts *texts; /* by row */
    as_curve *curves;
    size_t found, cap;
    bool *shown; /* by row: on a curve of the present axis */
} search;

static const char *text_or_unknown(const char *text) { return text ? text : "?"; }

/* content/topk:k=64 becomes content/topk:k=*, and so does content/topk alone, whose k is the usual one. */
static void add_without_params(as_text *out, const as_summary *row)
{
    const char *kernel = text_or_unknown(row->kernel);
    as_text_append(out, kernel, strcspn(kernel, ":"));
    if (!row->params || !*row->params)
        return;
    as_text_add(out, ":");
    for (const char *c = row->params; *c; c += *c == ',') {
        const size_t key = strcspn(c, "=,");
        as_text_append(out, c, key);
        as_text_add(out, "=*%s", c[strcspn(c, ",")] ? "," : "");
        c += strcspn(c, ",");
    }
}

static void add_held_value(as_text *out, const way *w, unsigned bit, const char *symbol, uint64_t value)
{
    if (w->hold & bit && value != AS_NO_COUNT)
        as_text_add(out, " %s=%" PRIu64, symbol, value);
}

static void add_fixed(as_text *out, const way *w, const as_summary *row)
{
    as_text_add(out, "isa=%s dtype=%s", text_or_unknown(row->isa), text_or_unknown(row->dtype));
    if (row->batch != AS_NO_COUNT)
        as_text_add(out, " B=%" PRIu64, row->batch);
    add_held_value(out, w, HOLD_T, "T", row->length);
    add_held_value(out, w, HOLD_S, "S", row->context);
    if (w->s_is_t)
        as_text_add(out, " S=T");
    add_held_value(out, w, HOLD_H, "H", row->heads);
    add_held_value(out, w, HOLD_KV, "Hkv", row->kv_heads);
    if (w->kv_is_h)
        as_text_add(out, " Hkv=H");
    add_held_value(out, w, HOLD_D, "D", row->width);
    add_held_value(out, w, HOLD_HEAD, "d", row->head_dim);
    if (row->threads != AS_NO_COUNT)
        as_text_add(out, " threads=%" PRIu64, row->threads);
    as_text_add(out, " cache=%s", text_or_unknown(row->cache));
    if (row->machine)
        as_text_add(out, " machine=%s", row->machine);
}

static bool is_point(const way *w, const as_summary *row)
{
    double x = as_curve_x(w->axis, row);
    return row->status == AS_STATUS_OK && row->median_ns > 0 && x > 0 && (!w->s_is_t || row->context == row->length) &&
           (!w->kv_is_h || row->kv_heads == row->heads);
}

static texts texts_of(search *s, const as_summary *row, as_text *room)
{
    as_arena *a = s->arena;
    char shape[AS_PATTERN_SHAPE_MAX];
    texts t = {.kernel = as_arena_intern(a, text_or_unknown(row->kernel)),
               .pattern = as_arena_intern(a, text_or_unknown(row->pattern)),
               .isa = as_arena_intern(a, text_or_unknown(row->isa)),
               .dtype = as_arena_intern(a, text_or_unknown(row->dtype)),
               .cache = as_arena_intern(a, text_or_unknown(row->cache)),
               .machine = row->machine ? as_arena_intern(a, row->machine) : NULL};
    room->length = 0;
    add_without_params(room, row);
    t.kernel_any = as_arena_intern(a, room->length ? room->data : "");
    as_pattern_shape(t.pattern, shape, sizeof shape, NULL, 0);
    t.pattern_any = as_arena_intern(a, shape);
    return t;
}

static held held_by(const way *w, const as_summary *row, const texts *t)
{
    return (held){.kernel = w->hold & HOLD_PARAMS ? t->kernel : t->kernel_any,
                  .pattern = w->hold & HOLD_NUMBERS ? t->pattern : t->pattern_any,
                  .isa = t->isa,
                  .dtype = t->dtype,
                  .cache = t->cache,
                  .machine = t->machine,
                  .batch = row->batch,
                  .threads = row->threads,
                  .length = w->hold & HOLD_T ? row->length : 0,
                  .context = w->hold & HOLD_S ? row->context : 0,
                  .heads = w->hold & HOLD_H ? row->heads : 0,
                  .kv_heads = w->hold & HOLD_KV ? row->kv_heads : 0,
                  .width = w->hold & HOLD_D ? row->width : 0,
                  .head_dim = w->hold & HOLD_HEAD ? row->head_dim : 0};
}

static void add_point(search *s, const way *w, group **groups, size_t i)
{
    const held key = held_by(w, &s->rows[i], &s->texts[i]);
    group *g;
    HASH_FIND(hh, *groups, &key, sizeof key, g);
    if (!g) {
        as_text fixed = {0};
        add_fixed(&fixed, w, &s->rows[i]);
        g = as_arena_alloc(s->arena, sizeof *g);
        g->key = key;
        g->curve = (as_curve){.axis = w->axis,
                              .kernel = key.kernel,
                              .pattern = key.pattern,
                              .fixed = as_arena_intern(s->arena, fixed.data)};
        HASH_ADD(hh, *groups, key, sizeof key, g);
        as_text_free(&fixed);
    }
    g->curve.points = as_arena_grow(s->arena, g->curve.points, &g->cap, g->curve.count, sizeof *g->curve.points);
    g->curve.points[g->curve.count++] = i;
}

typedef struct {
    double x;
    size_t row;
} place;

static int compare_by_x(const void *a, const void *b)
{
    const place *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

/* Sorts the points; returns how many different x there are. */
static size_t sort_points(search *s, as_curve *c)
{
    place *places = as_arena_alloc(s->arena, c->count * sizeof *places);
    size_t different = 0;
    for (size_t i = 0; i < c->count; i++)
        places[i] = (place){as_curve_x(c->axis, &s->rows[c->points[i]]), c->points[i]};
    qsort(places, c->count, sizeof *places, compare_by_x);
    for (size_t i = 0; i < c->count; i++) {
        different += i == 0 || places[i].x != places[i - 1].x;
        c->points[i] = places[i].row;
    }
    return different;
}

static bool shows_more(const search *s, const as_curve *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (!s->shown[c->points[i]])
            return true;
    return false;
}

static void find_one_way(search *s, const way *w)
{
    group *groups = NULL;
    size_t before = s->found;
    for (size_t i = 0; i < s->count; i++)
        if (is_point(w, &s->rows[i]))
            add_point(s, w, &groups, i);
    for (group *g = groups; g; g = g->hh.next) {
        if (g->curve.count < w->least || sort_points(s, &g->curve) < w->least || !shows_more(s, &g->curve))
            continue;
        s->curves = as_arena_grow(s->arena, s->curves, &s->cap, s->found, sizeof *s->curves);
        s->curves[s->found++] = g->curve;
    }
    HASH_CLEAR(hh, groups);
    for (size_t c = before; c < s->found; c++)
        for (size_t i = 0; i < s->curves[c].count; i++)
            s->shown[s->curves[c].points[i]] = true;
}

as_curve *as_curves_find(const as_summary *rows, size_t count, as_arena *arena, size_t *found)
{
    search s = {.rows = rows, .count = count, .arena = arena};
    as_text room = {0};
    s.shown = as_arena_alloc(arena, count + 1);
    s.texts = as_arena_alloc(arena, (count + 1) * sizeof *s.texts);
    for (size_t i = 0; i < count; i++)
        s.texts[i] = texts_of(&s, &rows[i], &room);
    as_text_free(&room);
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        if (w && ways[w].axis != ways[w - 1].axis)
            memset(s.shown, 0, count);
        find_one_way(&s, &ways[w]);
    }
    *found = s.found;
    return s.curves;
}
