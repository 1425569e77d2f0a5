/* crossovers.c: every pair of curves of one shape, and where the one passes the other.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A group is all curves of one axis that hold the same things fixed but for the instruction set. Against each of them
 * stands the dense reference, the fastest dense attention at each x; and in groups of up to PAIRS_MAX curves each other
 * one. Intervals come from DRAWS sets of medians, for each of which the processes of every point were drawn anew; a
 * curve's draws are made once and serve all of its pairs. */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "crossing.h"
#include "../stats/draws.h"
#include "stages.h"
#include "../stats/order.h"

enum { DRAWS = 500, PAIRS_MAX = 40 };
#define UNCLEAR 0.95 /* fewer draws than this with the verdict of the medians: it is within the noise */
#define CROSSES 0.80 /* the same where there is a crossing, whose interval tells the rest */

/* A curve with its draws: log median [0] and its DRAWS relatives, for each x. */
typedef struct {
    const as_curve *curve; /* NULL: the dense reference */
    const char *isa;
    double *log_x;
    double *log_y;      /* [count][DRAWS + 1] */
    double *low, *high; /* of these, for each x */
    size_t count;
    bool dense;     /* of the curves that the reference is made of */
    bool resampled; /* every point has two processes or more */
} trace;

typedef struct {
    UT_hash_handle hh;
    as_axis axis;
    size_t *curves;
    size_t count, cap;
    const char *shape; /* what is held */
    char key[];
} group;

typedef struct {
    as_findings *f;
    as_arena *arena;   /* of the findings */
    as_arena *scratch; /* of one group */
    size_t cap;
} book;

/* What is held, without the instruction set, which comes first. */
static const char *shape_of(const as_curve *c)
{
    const char *space = strchr(c->fixed, ' ');
    return space ? space + 1 : c->fixed;
}

static group *find_groups(book *b)
{
    group *groups = NULL, *hit;
    as_text key = {0};
    for (size_t i = 0; i < b->f->fit_count; i++) {
        const as_curve *c = &b->f->curves[i];
        if (c->axis == AS_AXIS_EDGES) /* patterns differ along it: nothing is held that a pair could share */
            continue;
        key.length = 0;
        as_text_add(&key, "%d ", (int)c->axis);
        const size_t shape_at = key.length;
        as_text_add(&key, "%s", shape_of(c));
        HASH_FIND(hh, groups, key.data, key.length, hit);
        if (!hit) {
            hit = as_arena_alloc(b->arena, sizeof *hit + key.length + 1);
            memcpy(hit->key, key.data, key.length + 1);
            hit->axis = c->axis;
            hit->shape = hit->key + shape_at;
            HASH_ADD_KEYPTR(hh, groups, hit->key, key.length, hit);
        }
        hit->curves = as_arena_grow(b->arena, hit->curves, &hit->cap, hit->count, sizeof *hit->curves);
        hit->curves[hit->count++] = i;
    }
    as_text_free(&key);
    return groups;
}

/* One point of a trace: the medians of the case in row `row`. */
static void add_point(book *b, trace *t, as_axis axis, size_t row)
{
    const as_replicates *r = &b->f->replicates[row];
    const as_summary *s = &b->f->summary[row];
    double *times = as_arena_alloc(b->scratch, (r->count + AS_DRAWS_ROOM(r->count)) * sizeof *times);
    double *y = &t->log_y[t->count * (DRAWS + 1)];
    uint64_t random = as_seed_of(&s->case_, 1);
    for (size_t k = 0; k < r->count; k++)
        times[k] = r->of[k].wall_ns;
    t->log_x[t->count++] = log(as_curve_x(axis, s));
    t->resampled &= r->count >= 2;
    const as_draws draws = as_draws_from(times, r->count, times + r->count);
    y[0] = log(s->median_ns);
    double low = y[0], high = y[0];
    for (size_t d = 1; d <= DRAWS; d++) {
        y[d] = r->count ? as_draws_next(&draws, &random) : y[0];
        low = y[d] < low ? y[d] : low;
        high = y[d] > high ? y[d] : high;
    }
    t->low[t->count - 1] = low;
    t->high[t->count - 1] = high;
}

static trace new_trace(book *b, size_t most)
{
    return (trace){.log_x = as_arena_alloc(b->scratch, (most + 1) * sizeof(double)),
                   .log_y = as_arena_alloc(b->scratch, (most + 1) * (DRAWS + 1) * sizeof(double)),
                   .low = as_arena_alloc(b->scratch, (most + 1) * sizeof(double)),
                   .high = as_arena_alloc(b->scratch, (most + 1) * sizeof(double)),
                   .resampled = true};
}

static bool is_dense(const as_curve *c, const as_summary *first)
{
    return !strcmp(c->pattern, "causal") && (!first->mechanism || !strcmp(first->mechanism, "attention"));
}

static trace trace_of(book *b, const as_curve *c)
{
    trace t = new_trace(b, c->count);
    const as_summary *rows = b->f->summary;
    t.curve = c;
    t.isa = rows[c->points[0]].isa;
    t.dense = is_dense(c, &rows[c->points[0]]);
    for (size_t i = 0; i < c->count; i++)
        if (i == 0 || as_curve_x(c->axis, &rows[c->points[i]]) > as_curve_x(c->axis, &rows[c->points[i - 1]]))
            add_point(b, &t, c->axis, c->points[i]);
    return t;
}

typedef struct {
    double x;
    size_t row;
} place;

static int by_x(const void *a, const void *b)
{
    const place *p = a, *q = b;
    return (p->x > q->x) - (p->x < q->x);
}

/* At each x the fastest of the dense curves. Empty where there is none. */
static trace trace_dense(book *b, const group *g, const trace *traces)
{
    const as_summary *rows = b->f->summary;
    size_t most = 0, count = 0;
    for (size_t i = 0; i < g->count; i++)
        most += traces[i].dense ? traces[i].curve->count : 0;
    place *places = as_arena_alloc(b->scratch, (most + 1) * sizeof *places);
    trace t = new_trace(b, most);
    for (size_t i = 0; i < g->count; i++)
        for (size_t k = 0; traces[i].dense && k < traces[i].curve->count; k++) {
            const size_t row = traces[i].curve->points[k];
            places[count++] = (place){as_curve_x(g->axis, &rows[row]), row};
        }
    qsort(places, count, sizeof *places, by_x);
    for (size_t i = 0, next; i < count; i = next) {
        size_t fastest = places[i].row;
        for (next = i; next < count && places[next].x == places[i].x; next++)
            if (rows[places[next].row].median_ns < rows[fastest].median_ns)
                fastest = places[next].row;
        add_point(b, &t, g->axis, fastest);
    }
    return t;
}

/* --- a pair ------------------------------------------------------------------------------------------------------ */

typedef struct {
    const double **a, **b; /* draws at each common x */
    double *log_x, *r, *at;
    size_t count;
    size_t a_slower, b_slower; /* x at which every draw says so: where that is all of them, there is nothing to draw */
} pair;

static pair pair_of(book *b, const trace *s, const trace *t)
{
    const size_t most = (s->count < t->count ? s->count : t->count) + 1;
    pair p = {.a = as_arena_alloc(b->scratch, most * sizeof *p.a),
              .b = as_arena_alloc(b->scratch, most * sizeof *p.b),
              .log_x = as_arena_alloc(b->scratch, most * sizeof(double)),
              .r = as_arena_alloc(b->scratch, most * sizeof(double)),
              .at = as_arena_alloc(b->scratch, DRAWS * sizeof(double))};
    for (size_t i = 0, k = 0; i < s->count && k < t->count;) {
        if (s->log_x[i] == t->log_x[k]) {
            p.a_slower += s->low[i] > t->high[k];
            p.b_slower += t->low[k] > s->high[i];
            p.a[p.count] = &s->log_y[i++ * (DRAWS + 1)];
            p.b[p.count] = &t->log_y[k * (DRAWS + 1)];
            p.log_x[p.count++] = t->log_x[k++];
        } else if (s->log_x[i] < t->log_x[k]) {
            i++;
        } else {
            k++;
        }
    }
    return p;
}

static as_crossing crossing_of(const pair *p, size_t draw)
{
    for (size_t i = 0; i < p->count; i++)
        p->r[i] = p->a[i][draw] - p->b[i][draw];
    return as_crossing_find(p->log_x, p->r, p->count);
}

/* Where a draw's crossing lies when it has none: before the first x or beyond the last. */
static double place_of(const as_crossing *drawn, as_crossing_kind kind)
{
    if (drawn->kind == kind)
        return drawn->log_at;
    const bool b_wins = drawn->kind == AS_B_FASTER;
    return b_wins == (kind == AS_B_BEYOND) ? -INFINITY : INFINITY;
}

static void judge_pair(const pair *p, bool resampled, as_crossover *row)
{
    static const as_crossover_verdict verdicts[] = {[AS_A_FASTER] = AS_CROSSOVER_NONE,
                                                    [AS_B_FASTER] = AS_CROSSOVER_ALWAYS,
                                                    [AS_B_BEYOND] = AS_CROSSOVER_CROSSES,
                                                    [AS_A_BEYOND] = AS_CROSSOVER_CROSSES};
    const as_crossing found = crossing_of(p, 0);
    const bool crosses = found.kind == AS_B_BEYOND || found.kind == AS_A_BEYOND;
    size_t agree = 0, opposite = 0, placed = 0;
    row->verdict = verdicts[found.kind];
    if (p->a_slower == p->count || p->b_slower == p->count)
        return;
    for (size_t d = 1; resampled && d <= DRAWS; d++) {
        const as_crossing drawn = crossing_of(p, d);
        agree += drawn.kind == found.kind;
        if (crosses && drawn.kind != found.kind && !isnan(drawn.log_at))
            opposite++; /* a crossing the other way round: no place on this scale */
        else if (crosses)
            p->at[placed++] = place_of(&drawn, found.kind);
    }
    if (crosses) {
        row->beyond = found.kind == AS_B_BEYOND ? AS_CURVE_B : AS_CURVE_A;
        row->at = exp(found.log_at);
    }
    if (!resampled)
        return;
    if (agree < (crosses ? CROSSES : UNCLEAR) * DRAWS || opposite > DRAWS / 20)
        row->verdict = AS_CROSSOVER_UNCLEAR;
    as_stats_sort_ends(p->at, placed, placed / 40 + 1);
    if (!crosses || !placed)
        return;
    const double low = p->at[placed / 40], high = p->at[placed - 1 - placed / 40];
    row->at_low = isinf(low) ? NAN : exp(fmin(low, found.log_at));
    row->at_high = isinf(high) ? NAN : exp(fmax(high, found.log_at));
}

static void add_pair(book *b, const group *g, const trace *s, const trace *t)
{
    as_findings *f = b->f;
    const pair p = pair_of(b, s, t);
    if (p.count < 2)
        return;
    f->crossovers = as_arena_grow(b->arena, f->crossovers, &b->cap, f->crossover_count, sizeof *f->crossovers);
    as_crossover *row = &f->crossovers[f->crossover_count++];
    as_record_clear(&as_crossover_schema, row);
    row->axis = g->axis;
    row->curve = g->shape;
    row->kernel_a = s->curve ? s->curve->kernel : "dense";
    row->pattern_a = s->curve ? s->curve->pattern : "causal";
    row->isa_a = s->curve ? s->isa : NULL;
    row->kernel_b = t->curve->kernel;
    row->pattern_b = t->curve->pattern;
    row->isa_b = t->isa;
    row->points = p.count;
    row->from = round(1e6 * exp(p.log_x[0])) / 1e6;
    row->to = round(1e6 * exp(p.log_x[p.count - 1])) / 1e6;
    row->ratio_from = exp(p.a[0][0] - p.b[0][0]);
    row->ratio_to = exp(p.a[p.count - 1][0] - p.b[p.count - 1][0]);
    judge_pair(&p, s->resampled && t->resampled, row);
}

static void add_group(book *b, const group *g)
{
    b->scratch = as_arena_create();
    trace *traces = as_arena_alloc(b->scratch, g->count * sizeof *traces);
    for (size_t i = 0; i < g->count; i++)
        traces[i] = trace_of(b, &b->f->curves[g->curves[i]]);
    const trace dense = trace_dense(b, g, traces);
    for (size_t i = 0; i < g->count; i++)
        if (!traces[i].dense)
            add_pair(b, g, &dense, &traces[i]);
    for (size_t i = 0; g->count <= PAIRS_MAX && i < g->count; i++)
        for (size_t k = i + 1; k < g->count; k++)
            add_pair(b, g, &traces[i], &traces[k]);
    as_arena_free(b->scratch);
}

void as_crossovers_make(as_findings *f, as_arena *arena)
{
    book b = {.f = f, .arena = arena};
    group *groups = find_groups(&b);
    for (const group *g = groups; g; g = g->hh.next)
        if (g->count > 1)
            add_group(&b, g);
    HASH_CLEAR(hh, groups);
}
