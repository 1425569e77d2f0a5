/* fits.c: the rows of fits.csv: the time along every curve, then counts along them, then surfaces of T and D. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "../stats/draws.h"
#include "growth.h"
#include "slope.h"
#include "stages.h"

typedef struct {
    as_findings *f;
    as_arena *arena;
    size_t cap;
} book;

static as_fit *new_row(book *b)
{
    as_findings *f = b->f;
    f->fits = as_arena_grow(b->arena, f->fits, &b->cap, f->fit_rows, sizeof *f->fits);
    as_fit *row = &f->fits[f->fit_rows++];
    as_record_clear(&as_fit_schema, row);
    return row;
}

/* What the law is, or which it may be. */
static void tell_growth(as_fit *row, const as_growth *g, const char *symbol, as_arena *arena)
{
    as_text names = {0};
    if (!g->law)
        return;
    row->growth = g->claimed ? as_growth_name(g->law, symbol, arena) : "ambiguous";
    if (!isnan(g->power))
        as_text_add(&names, "%s^%.2f; ", symbol, g->power);
    as_text_add(&names, "%s", as_growth_name(g->law, symbol, arena));
    for (size_t i = 0; i < g->rival_count; i++)
        as_text_add(&names, "; %s", as_growth_name(g->rivals[i], symbol, arena));
    row->candidates = g->claimed ? NULL : as_arena_intern(arena, names.data);
    as_growth_coefficients(g, &row->growth_a, &row->growth_b);
    row->growth_b = row->growth_b > 0 ? row->growth_b : NAN;
    row->step_at = g->step_x;
    row->step = isnan(g->step_x) ? NAN : g->step;
    row->residual = g->residual;
    as_text_free(&names);
}

/* --- along a curve ----------------------------------------------------------------------------------------------- */

/* What grows. Of the counters every event is a quantity, too. */
typedef struct {
    const char *name;
    double (*of)(const as_findings *f, size_t i, const as_counted *counted);
    unsigned axes; /* along which it grows at all */
    const as_counted *counted;
} quantity;

static double count_or_nan(uint64_t count) { return count == AS_NO_COUNT || !count ? NAN : (double)count; }
static double time_of(const as_findings *f, size_t i, const as_counted *c) { return (void)c, f->summary[i].median_ns; }
static double edges_of(const as_findings *f, size_t i, const as_counted *c)
{
    return (void)c, count_or_nan(f->cases[i].edges);
}
static double flops_of(const as_findings *f, size_t i, const as_counted *c)
{
    return (void)c, count_or_nan(f->cases[i].flops_executed);
}
static double event_of(const as_findings *f, size_t i, const as_counted *c) { return (void)f, c->per_call[i]; }

static const quantity planned[] = {
    {"time", time_of, ~0u, NULL},
    {"edges", edges_of, 1u << AS_AXIS_LENGTH | 1u << AS_AXIS_CONTEXT, NULL},
    {"flops_executed", flops_of,
     1u << AS_AXIS_LENGTH | 1u << AS_AXIS_CONTEXT | 1u << AS_AXIS_WIDTH | 1u << AS_AXIS_HEADS, NULL},
};
enum { PLANNED = sizeof planned / sizeof *planned };

static as_slope slope_of(const as_findings *f, const as_curve *c, const double *y, bool processes)
{
    as_arena *scratch = as_arena_create();
    as_slope_point *points = as_arena_alloc(scratch, c->count * sizeof *points);
    for (size_t i = 0; i < c->count; i++) {
        const as_replicates *r = &f->replicates[c->points[i]];
        double *times = as_arena_alloc(scratch, (r->count + 1) * sizeof *times);
        for (size_t k = 0; k < r->count; k++)
            times[k] = r->of[k].wall_ns;
        points[i] = (as_slope_point){as_curve_x(c->axis, &f->summary[c->points[i]]), processes ? times : &y[i],
                                     processes ? r->count : 1};
    }
    as_slope slope = as_slope_fit(points, c->count, as_seed_of((const char *[]){c->kernel, c->pattern, c->fixed}, 3));
    as_arena_free(scratch);
    return slope;
}

static const char *local_slopes(const as_growth_point *p, size_t n, as_arena *arena)
{
    as_text out = {0};
    for (size_t i = 1; i < n; i++)
        if (p[i].x > p[i - 1].x)
            as_text_add(&out, "%s%.2f", out.length ? " " : "", log(p[i].y / p[i - 1].y) / log(p[i].x / p[i - 1].x));
    const char *kept = out.length ? as_arena_intern(arena, out.data) : NULL;
    as_text_free(&out);
    return kept;
}

static double bytes_of(const as_case *c)
{
    return count_or_nan(c->memory_bytes != AS_NO_COUNT ? c->memory_bytes : c->bytes_min);
}

/* Between the last point whose operands and workspace fit the level and the first where they do not. */
static double boundary(const as_findings *f, const as_curve *c, uint64_t cache)
{
    for (size_t i = 1; cache && i < c->count; i++) {
        const double b0 = bytes_of(&f->cases[c->points[i - 1]]), b1 = bytes_of(&f->cases[c->points[i]]);
        const double x0 = as_curve_x(c->axis, &f->summary[c->points[i - 1]]);
        const double x1 = as_curve_x(c->axis, &f->summary[c->points[i]]);
        if (b0 <= (double)cache && b1 > (double)cache)
            return x0 * pow(x1 / x0, log((double)cache / b0) / log(b1 / b0));
    }
    return NAN;
}

static void add_curve(book *b, size_t curve, const quantity *q)
{
    const bool time = q->of == time_of;
    const as_findings *f = b->f;
    const as_curve *c = &f->curves[curve];
    as_growth_point *points = as_arena_alloc(b->arena, c->count * sizeof *points);
    double *y = as_arena_alloc(b->arena, c->count * sizeof *y);
    for (size_t i = 0; i < c->count; i++) {
        y[i] = q->of(f, c->points[i], q->counted);
        points[i] = (as_growth_point){as_curve_x(c->axis, &f->summary[c->points[i]]), 1, y[i]};
        if (!(y[i] > 0))
            return;
    }
    as_fit *row = new_row(b);
    const as_slope slope = slope_of(f, c, y, time);
    row->curve = c->fixed;
    row->kernel = c->kernel;
    row->pattern = c->pattern;
    row->axis = c->axis;
    row->quantity = q->name;
    row->points = c->count;
    row->from = points[0].x;
    row->to = points[c->count - 1].x;
    row->tail_slope = slope.slope;
    row->tail_low = slope.low;
    row->tail_high = slope.high;
    row->local_slopes = local_slopes(points, c->count, b->arena);
    const as_growth g = as_growth_fit(points, c->count, slope.low, slope.high);
    tell_growth(row, &g, as_axis_symbol(c->axis), b->arena);
    if (!time)
        return;
    row->l2_at = boundary(f, c, f->machine.cache_bytes[1]);
    row->l3_at = boundary(f, c, f->machine.cache_bytes[2]);
    as_order_judge(f, c, slope.first, row);
}

/* --- over T and D ------------------------------------------------------------------------------------------------ */

/* Cases that differ in T (with S = T) and D alone. */
typedef struct {
    UT_hash_handle hh;
    size_t *rows;
    size_t count, cap;
    const char *fixed;
    char key[];
} sheet;

static sheet *find_sheets(book *b)
{
    sheet *sheets = NULL, *hit;
    as_text key = {0};
    for (size_t i = 0; i < b->f->case_count; i++) {
        const as_summary *r = &b->f->summary[i];
        if (r->status != AS_STATUS_OK || !(r->median_ns > 0) || r->length != r->context)
            continue;
        key.length = 0;
        as_text_add(&key, "%s\x1f%s\x1f", r->kernel ? r->kernel : "?", r->pattern ? r->pattern : "?");
        const size_t fixed_at = key.length;
        as_text_add(&key,
                    "isa=%s dtype=%s B=%" PRIu64 " S=T H=%" PRIu64 " Hkv=%" PRIu64 " threads=%" PRIu64 " cache=%s%s%s",
                    r->isa ? r->isa : "?", r->dtype ? r->dtype : "?", r->batch, r->heads, r->kv_heads, r->threads,
                    r->cache ? r->cache : "?", r->machine ? " machine=" : "", r->machine ? r->machine : "");
        HASH_FIND(hh, sheets, key.data, key.length, hit);
        if (!hit) {
            hit = as_arena_alloc(b->arena, sizeof *hit + key.length + 1);
            memcpy(hit->key, key.data, key.length + 1);
            hit->fixed = hit->key + fixed_at;
            HASH_ADD_KEYPTR(hh, sheets, hit->key, key.length, hit);
        }
        hit->rows = as_arena_grow(b->arena, hit->rows, &hit->cap, hit->count, sizeof *hit->rows);
        hit->rows[hit->count++] = i;
    }
    as_text_free(&key);
    return sheets;
}

static int by_place(const void *a, const void *b)
{
    const as_growth_point *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->z > q->z) - (p->z < q->z);
}

/* How many rows and columns the sheet has: at least two of each, or it is a curve. */
static bool is_surface(const as_growth_point *p, size_t n)
{
    bool x = false, z = false;
    for (size_t i = 1; i < n; i++) {
        x |= p[i].x != p[0].x;
        z |= p[i].z != p[0].z;
    }
    return x && z && n >= AS_GROWTH_POINTS_MIN;
}

static void add_surface(book *b, const sheet *s, const quantity *q)
{
    const as_findings *f = b->f;
    as_growth_point *points = as_arena_alloc(b->arena, s->count * sizeof *points);
    for (size_t i = 0; i < s->count; i++) {
        const as_summary *r = &f->summary[s->rows[i]];
        points[i] = (as_growth_point){(double)r->length, (double)r->width, q->of(f, s->rows[i], q->counted)};
        if (!(points[i].y > 0))
            return;
    }
    qsort(points, s->count, sizeof *points, by_place);
    if (!is_surface(points, s->count))
        return;
    const as_growth g = as_growth_fit_surface(points, s->count);
    const as_summary *first = &f->summary[s->rows[0]];
    as_fit *row = new_row(b);
    row->curve = s->fixed;
    row->kernel = first->kernel;
    row->pattern = first->pattern;
    row->axis = AS_AXIS_SURFACE;
    row->quantity = q->name;
    row->points = s->count;
    row->from = points[0].x;
    row->to = points[s->count - 1].x;
    tell_growth(row, &g, "T", b->arena);
}

void as_fits_make(as_findings *f, as_arena *arena)
{
    book b = {.f = f, .arena = arena};
    f->curves = as_curves_find(f->summary, f->case_count, arena, &f->fit_count);
    quantity *all = as_arena_alloc(arena, (PLANNED + f->counted_count) * sizeof *all);
    memcpy(all, planned, sizeof planned);
    for (size_t e = 0; e < f->counted_count; e++)
        all[PLANNED + e] = (quantity){f->counted[e].event, event_of, ~0u, &f->counted[e]};
    for (size_t q = 0; q < PLANNED + f->counted_count; q++)
        for (size_t i = 0; i < f->fit_count; i++)
            if (all[q].axes & 1u << f->curves[i].axis)
                add_curve(&b, i, &all[q]);
    sheet *sheets = find_sheets(&b);
    for (const sheet *s = sheets; s; s = s->hh.next)
        for (size_t q = 0; q < PLANNED + f->counted_count; q++)
            if (all[q].axes & 1u << AS_AXIS_WIDTH) /* edges do not grow with it */
                add_surface(&b, s, &all[q]);
    HASH_CLEAR(hh, sheets);
}
