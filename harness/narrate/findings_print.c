/* findings_print.c: a row per kernel and pattern at the far end of its curve; below it crossovers and failures.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "findings_print.h"
#include "sentences.h"

#define MISSING "-"

/* A row to be printed: a case, and the fit of the curve that it ends (NULL: it is on no curve). */
typedef struct {
    const as_summary *row;
    const as_fit *fit;
} line;

typedef struct {
    const as_findings *f;
    as_arena *arena;
    as_axis axis; /* the first that this sweep has */
    line *lines;
    size_t count;
} page;

static bool is_ok(const as_summary *row) { return row->status == AS_STATUS_OK && row->median_ns > 0; }

/* The main axis is the first that any curve has. On it every curve gives its last point, and every case that is on no
 * curve gives itself. On the axis edges every case is worth a line: its patterns are what is compared. */
static void choose_lines(page *p)
{
    const as_findings *f = p->f;
    const as_fit **fit = as_arena_alloc(p->arena, (f->case_count + 1) * sizeof *fit);
    bool *passed_over = as_arena_alloc(p->arena, f->case_count + 1);
    p->axis = AS_AXIS_SURFACE; /* beyond those of curves: there is none */
    for (size_t c = 0; c < f->fit_count; c++)
        p->axis = f->curves[c].axis < p->axis ? f->curves[c].axis : p->axis;
    for (size_t c = 0; c < f->fit_count; c++) {
        const as_curve *curve = &f->curves[c];
        if (curve->axis != p->axis)
            continue;
        for (size_t i = 0; i < curve->count; i++) {
            bool last = i + 1 == curve->count || p->axis == AS_AXIS_EDGES;
            if (last)
                fit[curve->points[i]] = &f->fits[c];
            else
                passed_over[curve->points[i]] = true;
        }
    }
    p->lines = as_arena_alloc(p->arena, (f->case_count + 1) * sizeof *p->lines);
    for (size_t i = 0; i < f->case_count; i++)
        if (is_ok(&f->summary[i]) && (fit[i] || !passed_over[i]))
            p->lines[p->count++] = (line){&f->summary[i], fit[i]};
}

/* Columns. Each writes one cell; a column of factors is shown where the lines differ in it. */
static const char *count_cell(as_arena *a, uint64_t count)
{
    char text[32];
    return count == AS_NO_COUNT ? MISSING : as_arena_intern(a, as_format_count(text, count));
}

static const char *real_cell(as_arena *a, const char *format, double value)
{
    char text[64];
    if (isnan(value))
        return MISSING;
    snprintf(text, sizeof text, format, value);
    return as_arena_intern(a, text);
}

static const char *kv_cell(const page *p, const line *l)
{
    return l->row->kv_heads == l->row->heads ? "=H" : count_cell(p->arena, l->row->kv_heads);
}

static const char *context_cell(const page *p, const line *l)
{
    return l->row->context == l->row->length ? "=T" : count_cell(p->arena, l->row->context);
}

static const char *median_cell(const page *p, const line *l)
{
    char text[32];
    return as_arena_intern(p->arena, as_format_seconds(text, l->row->median_ns / 1e9));
}

/* In the unit of the median would be shorter, but each end is read on its own. */
static const char *interval_cell(const page *p, const line *l)
{
    char low[32], high[32];
    if (l->row->processes < 2)
        return "one process";
    as_format_seconds(low, l->row->median_low_ns / 1e9);
    as_format_seconds(high, l->row->median_high_ns / 1e9);
    char *unit = strchr(low, ' ');
    if (unit && strchr(high, ' ') && !strcmp(unit, strchr(high, ' ')))
        *unit = 0;
    return as_arena_printf(p->arena, "%s .. %s", low, high);
}

/* Without the minus of -0.00. */
static double rounded(double slope) { return fabs(slope) < 0.005 ? 0 : slope; }

static const char *slope_cell(const page *p, const line *l)
{
    if (!l->fit || isnan(l->fit->tail_slope))
        return MISSING;
    if (isnan(l->fit->tail_low))
        return as_arena_printf(p->arena, "%.2f", rounded(l->fit->tail_slope));
    return as_arena_printf(p->arena, "%.2f [%.2f, %.2f]", rounded(l->fit->tail_slope), rounded(l->fit->tail_low),
                           rounded(l->fit->tail_high));
}

static const char *speed_cell(const page *p, const line *l)
{
    return isnan(l->row->speedup) ? MISSING : as_arena_printf(p->arena, "%.2fx", l->row->speedup);
}

/* Decoding is a matter of bandwidth; elsewhere the column would only distract. */
static const char *bandwidth_cell(const page *p, const line *l)
{
    return l->row->length == 1 ? real_cell(p->arena, "%.1f", l->row->percent_of_bandwidth) : MISSING;
}

static const char *growth_cell(const page *p, const line *l)
{
    (void)p;
    return l->fit && l->fit->growth ? l->fit->growth : MISSING;
}

/* "T^2 confirmed": what the kernel declares, and whether the slope bears it out. */
static const char *order_cell(const page *p, const line *l)
{
    if (!l->fit || l->fit->verdict == AS_NO_WORD)
        return MISSING;
    if (!strcmp(l->fit->declared, "edges") || !strcmp(l->fit->declared, "flops"))
        return as_arena_printf(p->arena, "%s (%.2f) %s", l->fit->declared, rounded(l->fit->expected_slope),
                               as_fit_verdict_text(l->fit->verdict));
    return as_arena_printf(p->arena, "%s %s", l->fit->declared, as_fit_verdict_text(l->fit->verdict));
}

static const char *workspace_cell(const page *p, const line *l)
{
    char text[32];
    if (l->row->workspace_peak_bytes == AS_NO_COUNT)
        return MISSING;
    return as_arena_intern(p->arena, as_format_bytes(text, (double)l->row->workspace_peak_bytes));
}

typedef struct {
    const char *title;
    enum { ALWAYS, WHERE_DIFFERENT, WHERE_KNOWN, OF_EDGES } shown;
    const char *(*cell)(const page *p, const line *l); /* NULL: the field of the row at `offset` */
    as_column_kind kind;
    size_t offset;
    const char *format; /* of AS_REAL */
} column;

#define FIELD(kind, name, format) NULL, kind, offsetof(as_summary, name), format
#define MADE(cell) cell, AS_TEXT, 0, NULL

static const char *cell_of(const page *p, const column *c, const line *l)
{
    const void *field = (const char *)l->row + c->offset;
    if (c->cell)
        return c->cell(p, l);
    if (c->kind == AS_COUNT)
        return count_cell(p->arena, *(const uint64_t *)field);
    if (c->kind == AS_REAL)
        return real_cell(p->arena, c->format, *(const double *)field);
    const char *text = *(const char *const *)field;
    return text && *text ? text : MISSING;
}

static const column columns[] = {
    {"kernel", ALWAYS, FIELD(AS_TEXT, kernel, NULL)},
    {"isa", WHERE_DIFFERENT, FIELD(AS_TEXT, isa, NULL)},
    {"pattern", ALWAYS, FIELD(AS_TEXT, pattern, NULL)},
    {"dtype", WHERE_DIFFERENT, FIELD(AS_TEXT, dtype, NULL)},
    {"B", WHERE_DIFFERENT, FIELD(AS_COUNT, batch, NULL)},
    {"H", WHERE_DIFFERENT, FIELD(AS_COUNT, heads, NULL)},
    {"Hkv", WHERE_DIFFERENT, MADE(kv_cell)},
    {"D", WHERE_DIFFERENT, FIELD(AS_COUNT, width, NULL)},
    {"T", ALWAYS, FIELD(AS_COUNT, length, NULL)},
    {"S", WHERE_DIFFERENT, MADE(context_cell)},
    {"threads", WHERE_DIFFERENT, FIELD(AS_COUNT, threads, NULL)},
    {"cache", WHERE_DIFFERENT, FIELD(AS_TEXT, cache, NULL)},
    {"machine", WHERE_DIFFERENT, FIELD(AS_TEXT, machine, NULL)},
    {"edges", OF_EDGES, FIELD(AS_COUNT, edges, NULL)},
    {"median", ALWAYS, MADE(median_cell)},
    {"interval", ALWAYS, MADE(interval_cell)},
    {"GFLOP/s", ALWAYS, FIELD(AS_REAL, gflops_useful, "%.1f")},
    {"% of roof", ALWAYS, FIELD(AS_REAL, percent_of_roof, "%.1f")},
    {"% of bandwidth", WHERE_KNOWN, MADE(bandwidth_cell)},
    {"ns/edge", ALWAYS, FIELD(AS_REAL, ns_per_edge, "%.3g")},
    {"mass kept", WHERE_KNOWN, FIELD(AS_REAL, mass_kept, "%.4f")},
    {NULL, ALWAYS, MADE(slope_cell)}, /* "slope in T" */
    {"growth", WHERE_KNOWN, MADE(growth_cell)},
    {"declared", WHERE_KNOWN, MADE(order_cell)},
    {"vs dense", ALWAYS, MADE(speed_cell)},
    {"workspace", ALWAYS, MADE(workspace_cell)},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static bool is_shown(const page *p, const column *c)
{
    if (c->cell == slope_cell)
        return p->axis < AS_AXIS_SURFACE;
    if (c->shown == OF_EDGES)
        return p->axis == AS_AXIS_EDGES;
    for (size_t i = 0; c->shown == WHERE_KNOWN && i < p->count; i++)
        if (strcmp(cell_of(p, c, &p->lines[i]), MISSING) != 0)
            return true;
    for (size_t i = 1; c->shown == WHERE_DIFFERENT && i < p->count; i++)
        if (strcmp(cell_of(p, c, &p->lines[i]), cell_of(p, c, &p->lines[0])) != 0)
            return true;
    return c->shown == ALWAYS;
}

static void print_lines(const page *p, as_text *out)
{
    size_t shown[COLUMNS], width = 0;
    for (size_t c = 0; c < COLUMNS; c++)
        if (is_shown(p, &columns[c]))
            shown[width++] = c;
    const char **cells = as_arena_alloc(p->arena, (p->count + 1) * width * sizeof *cells);
    for (size_t c = 0; c < width; c++) {
        const column *column = &columns[shown[c]];
        cells[c] = column->title ? column->title : as_arena_printf(p->arena, "slope in %s", as_axis_symbol(p->axis));
        for (size_t i = 0; i < p->count; i++)
            cells[(i + 1) * width + c] = cell_of(p, column, &p->lines[i]);
    }
    as_print_rows(out, cells, p->count + 1, width);
}

static void add_printable(as_text *out, const char *text)
{
    for (; *text; text++)
        as_text_append(out, (unsigned char)*text < 0x20 || *text == 0x7f ? "?" : text, 1);
}

static void add_pieces(as_text *out, const as_sentence *s)
{
    for (size_t i = 0; i < s->count; i++)
        add_printable(out, s->pieces[i].text);
}

/* Under one heading where all are of one shape, else under their shapes. */
static void print_crossovers(const page *p, as_text *out)
{
    if (p->axis >= AS_AXIS_EDGES)
        return;
    const as_section found = as_narrate_crossovers(p->f->crossovers, p->f->crossover_count, p->axis, p->arena);
    const char *under = found.count ? found.sentences[0].about : NULL;
    bool shapes = false;
    for (size_t i = 1; i < found.count; i++)
        shapes |= strcmp(under, found.sentences[i].about) != 0;
    if (!found.count)
        return;
    as_text_add(out, "\nAgainst the fastest dense attention%s%s%s:\n", shapes ? "" : " (", shapes ? "" : under,
                shapes ? "" : ")");
    under = NULL;
    for (size_t i = 0; i < found.count; i++) {
        const as_sentence *s = &found.sentences[i];
        if (shapes && (!under || strcmp(under, s->about) != 0))
            as_text_add(out, " %s\n", under = s->about);
        as_text_add(out, "  ");
        add_pieces(out, s);
        as_text_add(out, "\n");
    }
    if (found.more)
        as_text_add(out, "  %s\n", found.more);
}

static void print_failures(const page *p, as_text *out)
{
    const as_findings *f = p->f;
    const as_section counts = as_narrate_counts(f->summary, f->case_count, NULL, 0, p->arena),
                     failures = as_narrate_failures(f->summary, f->case_count, p->arena);
    for (size_t i = 0; i < counts.count; i++) {
        as_text_add(out, "%s%s ", i ? "; " : "\n", counts.sentences[i].mark);
        add_pieces(out, &counts.sentences[i]);
    }
    as_text_add(out, "\n");
    for (size_t i = 0; i < failures.count; i++) {
        const as_sentence *s = &failures.sentences[i];
        as_text_add(out, "  ");
        add_printable(out, s->mark);
        as_text_add(out, ": ");
        add_pieces(out, s);
        as_text_add(out, " (");
        add_printable(out, s->about);
        as_text_add(out, ")\n");
    }
}

void as_findings_print(const as_findings *findings, as_text *out)
{
    page p = {.f = findings, .arena = as_arena_create()};
    choose_lines(&p);
    if (p.count)
        print_lines(&p, out);
    print_crossovers(&p, out);
    print_failures(&p, out);
    as_arena_free(p.arena);
}
