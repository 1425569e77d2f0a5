/* surface.c: which kernel and pattern is fastest at each T x D, where both are swept. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum { SIDE_MOST = 24, NAMES_MOST = 24 };

typedef struct {
    uint64_t value[SIDE_MOST];
    size_t count;
} side;

typedef struct {
    const char *shape;
    side t, d;
    const as_summary *best[SIDE_MOST][SIDE_MOST], *second[SIDE_MOST][SIDE_MOST]; /* [t][d] */
    const char *names[NAMES_MOST];
    size_t name_count;
} surface;

static int ascending(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void add_value(side *s, uint64_t value)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->value[i] == value)
            return;
    if (s->count < SIDE_MOST)
        s->value[s->count++] = value;
}

static size_t place_of(const side *s, uint64_t value)
{
    size_t i = 0;
    while (i < s->count && s->value[i] != value)
        i++;
    return i;
}

static void add_cell_of(surface *f, const as_summary *row)
{
    const size_t t = place_of(&f->t, row->length), d = place_of(&f->d, row->width);
    if (t == f->t.count || d == f->d.count)
        return;
    const as_summary **best = &f->best[t][d], **second = &f->second[t][d];
    if (!*best || row->median_ns < (*best)->median_ns) {
        *second = *best;
        *best = row;
    } else if (!*second || row->median_ns < (*second)->median_ns) {
        *second = row;
    }
}

static size_t name_at(surface *f, const char *name)
{
    size_t i = 0;
    while (i < f->name_count && strcmp(f->names[i], name) != 0)
        i++;
    if (i == f->name_count && i < NAMES_MOST)
        f->names[f->name_count++] = name;
    return i;
}

/* Parts of a layer do not stand in for each other or for a mechanism: no contest. */
static bool competes(const as_summary *row)
{
    return as_set_is_ok(row) && !(row->mechanism && !strcmp(row->mechanism, "layer"));
}

/* The shape number `index` of those that have two lengths, two widths, and two kernels or patterns at some cell. */
static bool find_surface(const as_chart_input *in, size_t index, surface *f)
{
    const char *seen[64];
    size_t seen_count = 0, found = 0;
    for (size_t i = 0; i < in->row_count && seen_count < 64; i++) {
        const char *shape = competes(&in->rows[i]) ? as_set_shape(in, &in->rows[i], "TD") : NULL;
        bool known = !shape, rivals = false;
        for (size_t k = 0; k < seen_count; k++)
            known = known || seen[k] == shape;
        if (known)
            continue;
        seen[seen_count++] = shape;
        *f = (surface){.shape = shape};
        for (size_t k = i; k < in->row_count; k++)
            if (competes(&in->rows[k]) && as_set_shape(in, &in->rows[k], "TD") == shape) {
                add_value(&f->t, in->rows[k].length);
                add_value(&f->d, in->rows[k].width);
            }
        qsort(f->t.value, f->t.count, sizeof *f->t.value, ascending);
        qsort(f->d.value, f->d.count, sizeof *f->d.value, ascending);
        for (size_t k = i; k < in->row_count; k++)
            if (competes(&in->rows[k]) && as_set_shape(in, &in->rows[k], "TD") == shape)
                add_cell_of(f, &in->rows[k]);
        for (size_t t = 0; t < f->t.count; t++)
            for (size_t d = 0; d < f->d.count; d++)
                rivals = rivals || f->second[t][d];
        if (f->t.count > 1 && f->d.count > 1 && rivals && found++ == index)
            return true;
    }
    return false;
}

static void add_ticks(const side *s, const char *axis, as_text *out)
{
    char text[32];
    as_text_add(out, "set %stics (", axis);
    for (size_t i = 0; i < s->count; i++)
        as_text_add(out, "%s'%s' %zu", i ? ", " : "", as_format_count(text, s->value[i]), i);
    as_text_add(out, ")\n");
}

/* The intervals of the first and the second overlap, or one process alone gave none. */
static bool is_close(const as_summary *a, const as_summary *b)
{
    return b && !(a->coverage > 0 && b->coverage > 0 && a->median_high_ns < b->median_low_ns);
}

static void add_cell(const as_chart_input *in, const surface *f, size_t t, size_t d, size_t name, as_text *out)
{
    const as_summary *best = f->best[t][d], *second = f->second[t][d];
    char time[32], lead[32] = "";
    if (second)
        snprintf(lead, sizeof lead, "%.2g×", second->median_ns / best->median_ns);
    as_text_add(out, "%" PRIu64 ",%" PRIu64 ",%zu,%zu,%.9g,\"%c%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\"\n", best->length,
                best->width, t, d, best->median_ns / 1e9, (char)('A' + name), is_close(best, second) ? " ≈" : "",
                as_format_seconds(time, best->median_ns / 1e9), lead, as_chart_plain(in->arena, best->kernel, 200),
                as_chart_plain(in->arena, best->pattern, 200), as_chart_plain(in->arena, best->isa, 20));
}

bool as_set_surface(const as_chart_input *in, size_t index, as_text *data, as_text *header)
{
    surface f;
    if (!find_surface(in, index, &f))
        return false;
    for (size_t t = 0; t < f.t.count; t++)
        for (size_t d = 0; d < f.d.count; d++)
            if (f.best[t][d])
                name_at(&f, as_set_name(in, f.best[t][d]));
    as_text_add(data, "length,width,column,row,median_s,letter,time,over_second,kernel,pattern,isa\n");
    for (size_t n = 0; n < f.name_count; n++) {
        as_text_add(data, "%s", n ? "\n\n" : "");
        for (size_t t = 0; t < f.t.count; t++)
            for (size_t d = 0; d < f.d.count; d++)
                if (f.best[t][d] && name_at(&f, as_set_name(in, f.best[t][d])) == n)
                    add_cell(in, &f, t, d, n, data);
    }
    as_set_header(in, f.shape, f.name_count, header);
    as_set_range(header, -0.5, (double)f.t.count - 0.5, -0.5, (double)f.d.count - 0.5);
    as_text_add(header, "AS_CURVES = %zu\narray AS_LABEL[%zu] = [", f.name_count, f.name_count);
    for (size_t n = 0; n < f.name_count; n++)
        as_text_add(header, "%s'%c   %s'", n ? ", " : "", (char)('A' + n), f.names[n]);
    as_text_add(header, "]\n");
    add_ticks(&f.t, "x", header);
    add_ticks(&f.d, "y", header);
    return true;
}
