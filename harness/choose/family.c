/* family.c: patterns that differ in their numbers only, and the ones between those that were measured. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernels/pattern/pattern.h"
#include "../../kernels/pattern/shape.h"
#include "internal.h"

enum {
    NUMBERS_MAX = 16,
    VALUES_MIN = 3,  /* of a number, for others between them to be candidates */
    VALUES_MAX = 64, /* of a number */
    GRID_MAX = 96,   /* patterns of a family: a finer grid is left out, then a coarse one */
};

/* What as_pattern_shape finds; of one kind of pattern each has as many numbers. */
static size_t read_numbers(const char *pattern, as_pattern_number out[NUMBERS_MAX])
{
    return as_pattern_shape(pattern, NULL, 0, out, NUMBERS_MAX);
}

static bool speaks(const as_choose_ask *ask, const as_summary *r)
{
    if (r->status != AS_STATUS_OK || !(r->median_ns > 0) || !r->kernel || !r->pattern || r->batch != 1)
        return false;
    if (ask->decode ? r->length != 1 : r->length != r->context)
        return false;
    if (ask->only)
        return as_glob(ask->only, r->kernel);
    return !r->mechanism || !strcmp(r->mechanism, "attention") || !strcmp(r->mechanism, "content");
}

static const char *pattern_of(const as_choosing *c, const as_family *f, size_t i)
{
    return c->ask->rows[f->rows[i]].pattern;
}

/* --- which numbers vary ------------------------------------------------------------------------------------------ */

/* A number that is not free is its value in the first pattern, or the ratio of it to the free one that it goes with. */
typedef struct {
    as_pattern_number like[NUMBERS_MAX];
    size_t count;
    size_t leader[NUMBERS_MAX]; /* place of a number that this one is a multiple of throughout; its own: free or
                                   constant */
    bool varies[NUMBERS_MAX];
} shape;

static bool is_whole(const shape *s, size_t n) { return s->like[n].kind == AS_NUMBER_WHOLE; }

static bool find_shape(const as_choosing *c, const as_family *f, shape *s)
{
    as_pattern_number other[NUMBERS_MAX];
    *s = (shape){.count = 0};
    s->count = read_numbers(pattern_of(c, f, 0), s->like);
    if (!s->count || s->count > NUMBERS_MAX)
        return false;
    for (size_t n = 0; n < s->count; n++)
        if (s->like[n].kind == AS_NUMBER_NAME)
            return false;
    for (size_t n = 0; n < s->count; n++) {
        s->leader[n] = n;
        for (size_t i = 1; i < f->count && !s->varies[n]; i++) {
            read_numbers(pattern_of(c, f, i), other);
            s->varies[n] = other[n].value != s->like[n].value;
        }
    }
    for (size_t n = 1; n < s->count; n++)
        for (size_t m = 0; m < n && s->leader[n] == n; m++) {
            bool together = s->varies[n] && s->varies[m] && s->leader[m] == m && is_whole(s, n) && is_whole(s, m) &&
                            s->like[m].value > 0;
            for (size_t i = 1; i < f->count && together; i++) {
                read_numbers(pattern_of(c, f, i), other);
                together = other[n].value * s->like[m].value == s->like[n].value * other[m].value;
            }
            s->leader[n] = together ? m : n;
        }
    return true;
}

static void find_free(const as_choosing *c, as_family *f)
{
    shape s;
    if (!find_shape(c, f, &s))
        return;
    for (size_t n = 0; n < s.count; n++) {
        if (!s.varies[n] || s.leader[n] != n)
            continue;
        if (f->free_count == AS_FREE_MAX) {
            f->free_count = 0;
            return;
        }
        f->free[f->free_count++] = n;
    }
}

void as_family_place(const as_family *f, const char *pattern, double out[AS_FREE_MAX])
{
    as_pattern_number all[NUMBERS_MAX];
    const size_t n = read_numbers(pattern, all);
    for (size_t k = 0; k < f->free_count; k++)
        out[k] = f->free[k] < n ? log1p(all[f->free[k]].value) : 0;
}

as_family *as_families_find(as_choosing *c)
{
    as_family *families = NULL, *hit;
    char skeleton[AS_PATTERN_SHAPE_MAX];
    as_text key = {0};
    for (size_t i = 0; i < c->ask->count; i++) {
        const as_summary *r = &c->ask->rows[i];
        if (!speaks(c->ask, r))
            continue;
        key.length = 0;
        as_text_add(&key, "%s\x1f%s\x1f%s\x1f%s\x1f%" PRIu64 "\x1f", r->kernel, r->isa ? r->isa : "?",
                    r->dtype ? r->dtype : "?", r->cache ? r->cache : "?", r->threads);
        as_pattern_shape(r->pattern, skeleton, sizeof skeleton, NULL, 0);
        as_text_add(&key, "%s", skeleton);
        HASH_FIND(hh, families, key.data, key.length, hit);
        if (!hit) {
            hit = as_arena_alloc(c->arena, sizeof *hit + key.length + 1);
            memcpy(hit->key, key.data, key.length + 1);
            HASH_ADD_KEYPTR(hh, families, hit->key, key.length, hit);
        }
        hit->rows = as_arena_grow(c->arena, hit->rows, &hit->cap, hit->count, sizeof *hit->rows);
        hit->rows[hit->count++] = i;
    }
    as_text_free(&key);
    for (as_family *f = families; f; f = f->hh.next)
        find_free(c, f);
    return families;
}

/* --- the grid ---------------------------------------------------------------------------------------------------- */

typedef struct {
    double value[VALUES_MAX];
    size_t count;
} values;

static void insert_value(values *v, double x)
{
    size_t at = v->count;
    while (at && v->value[at - 1] > x)
        at--;
    if (v->count == VALUES_MAX || (at && v->value[at - 1] == x))
        return;
    memmove(&v->value[at + 1], &v->value[at], (v->count - at) * sizeof *v->value);
    v->value[at] = x;
    v->count++;
}

/* What was measured of the number at `place`, and between it 1, 2, 4, 8, ... (fineness 1), and 3, 6, 12, ... (2). */
static values values_of(const as_choosing *c, const as_family *f, size_t place, int fineness)
{
    as_pattern_number all[NUMBERS_MAX];
    values v = {.count = 0};
    bool whole = true;
    for (size_t i = 0; i < f->count; i++) {
        read_numbers(pattern_of(c, f, i), all);
        insert_value(&v, all[place].value);
        whole = whole && all[place].kind == AS_NUMBER_WHOLE;
    }
    const double low = v.value[0], high = v.value[v.count - 1];
    if (v.count < VALUES_MIN || !whole)
        return v;
    for (double x = 1; fineness && x < high; x *= 2) {
        if (x > low)
            insert_value(&v, x);
        if (fineness > 1 && 3 * x > low && 3 * x < high)
            insert_value(&v, 3 * x);
    }
    return v;
}

/* The pattern with these values; false: a number that goes with a free one would not be whole. */
static bool spell_pattern(const shape *s, const as_family *f, const double *chosen, const char *like, as_text *out)
{
    out->length = 0;
    const char *from = like;
    for (size_t n = 0; n < s->count; n++) {
        double value = s->like[n].value;
        for (size_t k = 0; k < f->free_count; k++)
            if (f->free[k] == s->leader[n])
                value = chosen[k] * s->like[n].value / s->like[s->leader[n]].value;
        if (is_whole(s, n) && s->varies[n] && value != floor(value))
            return false;
        const char *at = like + s->like[n].at;
        as_text_append(out, from, (size_t)(at - from));
        if (s->varies[n])
            as_text_add(out, "%.15g", value);
        else
            as_text_append(out, at, s->like[n].length);
        from = at + s->like[n].length;
    }
    as_text_add(out, "%s", from);
    return true;
}

static size_t distinct(const as_choosing *c, const as_family *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->count; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = !strcmp(pattern_of(c, f, k), pattern_of(c, f, i));
        n += !seen;
    }
    return n;
}

static bool is_candidate(const as_choosing *c, size_t from, const char *text)
{
    for (size_t i = from; i < c->out->count; i++)
        if (!strcmp(c->out->rows[i].pattern, text))
            return true;
    return false;
}

static void try_pattern(as_choosing *c, const as_family *f, size_t from, const char *text,
                        void (*consider)(as_choosing *, const as_family *, const char *))
{
    as_pattern_error at;
    as_pattern *p = as_pattern_parse(text, &at);
    if (p && !is_candidate(c, from, as_pattern_text(p)))
        consider(c, f, as_pattern_text(p));
    as_pattern_free(p);
}

static void each_between(as_choosing *c, const as_family *f, size_t from,
                         void (*consider)(as_choosing *, const as_family *, const char *))
{
    shape s;
    values v[AS_FREE_MAX];
    as_text text = {0};
    size_t total = GRID_MAX + 1;
    if (!f->free_count || distinct(c, f) < (size_t)1 << f->free_count || !find_shape(c, f, &s))
        return; /* too few to tell the numbers' effects apart */
    for (int fineness = 2; fineness >= 0 && total > GRID_MAX; fineness--) {
        total = 1;
        for (size_t k = 0; k < f->free_count; k++) {
            v[k] = values_of(c, f, f->free[k], fineness);
            total *= v[k].count;
        }
    }
    for (size_t i = 0; i < total && total <= GRID_MAX; i++) {
        double chosen[AS_FREE_MAX];
        for (size_t k = 0, rest = i; k < f->free_count; k++) {
            chosen[k] = v[k].value[rest % v[k].count];
            rest /= v[k].count;
        }
        if (spell_pattern(&s, f, chosen, pattern_of(c, f, 0), &text))
            try_pattern(c, f, from, text.data, consider);
    }
    as_text_free(&text);
}

/* A pattern that --pattern spells out belongs here if it differs in its numbers only. */
static void each_named(as_choosing *c, const as_family *f, size_t from,
                       void (*consider)(as_choosing *, const as_family *, const char *))
{
    char skeleton[AS_PATTERN_SHAPE_MAX];
    for (size_t i = 0; i < c->named_count; i++) {
        if (!c->named[i].is_pattern)
            continue;
        as_pattern_shape(c->named[i].text, skeleton, sizeof skeleton, NULL, 0);
        if (!strcmp(skeleton, strrchr(f->key, '\x1f') + 1))
            try_pattern(c, f, from, c->named[i].text, consider);
    }
}

void as_family_each(as_choosing *c, const as_family *f,
                    void (*consider)(as_choosing *, const as_family *, const char *))
{
    const size_t from = c->out->count;
    for (size_t i = 0; i < f->count; i++)
        if (!is_candidate(c, from, pattern_of(c, f, i)))
            consider(c, f, pattern_of(c, f, i));
    each_between(c, f, from, consider);
    each_named(c, f, from, consider);
}
