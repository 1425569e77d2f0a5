/* page.c: curves are dealt to pages, and a page becomes data and the header of its script. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../stats/order.h"

static double x_of(const as_chart_kind *kind, const as_summary *row)
{
    return kind->across ? kind->across->of(row) : as_curve_x(kind->axis, row);
}

static bool has_points(const as_chart_input *in, const as_curve *c, const as_chart_kind *kind)
{
    double y, low, high;
    for (size_t i = 0; i < c->count; i++)
        if (x_of(kind, &in->rows[c->points[i]]) > 0 && kind->value->of(in, c->points[i], &y, &low, &high))
            return true;
    return false;
}

typedef struct {
    const as_chart_input *in;
    const as_chart_kind *kind;
    as_page *pages;
    size_t count, cap;
} deal;

static as_page *new_page(deal *d)
{
    as_arena *a = d->in->arena;
    d->pages = as_arena_grow(a, d->pages, &d->cap, d->count, sizeof *d->pages);
    as_page *page = &d->pages[d->count++];
    *page = (as_page){.kind = d->kind, .in = d->in};
    page->name = d->count == 1 ? d->kind->name : as_arena_printf(a, "%s-%zu", d->kind->name, d->count);
    page->curves = as_arena_alloc(a, (d->in->curve_count + 1) * sizeof *page->curves);
    return page;
}

/* A page per shape, and a further one where a shape has too many curves for one. */
static as_page *page_of(deal *d, const char *shape, bool by_shape)
{
    for (size_t p = d->count; p-- > 0;)
        if (!by_shape || d->pages[p].shape == shape) {
            if (d->pages[p].count < 2 * AS_PAGE_CURVES - 4)
                return &d->pages[p];
            break;
        }
    as_page *page = new_page(d);
    page->shape = shape;
    return page;
}

as_page *as_pages_make(const as_chart_input *in, const as_chart_kind *kind, size_t *count)
{
    in = kind->value->phases ? in->phases : kind->across && kind->across->points ? in->points : in;
    deal d = {.in = in, .kind = kind};
    *count = 0;
    if (!in)
        return NULL;
    size_t fitting = 0;
    for (size_t i = 0; i < in->curve_count; i++)
        fitting += in->curves[i].axis == kind->axis && has_points(in, &in->curves[i], kind);
    for (size_t i = 0; i < in->curve_count; i++) {
        const as_curve *c = &in->curves[i];
        if (c->axis != kind->axis || !has_points(in, c, kind))
            continue;
        const char *shape = as_curve_shape(in, c);
        if (kind->value->phases) /* a page for each kernel and pattern */
            shape = as_arena_intern(
                in->arena, as_arena_printf(in->arena, "%s %s %s", as_phase_owner(c, in->arena), c->pattern, shape));
        as_page *page = page_of(&d, shape, kind->value->phases || fitting > AS_PAGE_CURVES);
        page->curves[page->count++] = c;
    }
    for (size_t p = 0; p < d.count; p++) {
        as_page_label(&d.pages[p]);
        as_page_note(&d.pages[p]);
    }
    *count = d.count;
    return d.pages;
}

void as_page_data(const as_page *page, as_text *out)
{
    as_arena *a = page->in->arena;
    as_text_add(out, "%s,%s,low,high,curve,kernel,pattern,isa\n",
                page->kind->across ? page->kind->across->name : as_axis_text(page->kind->axis),
                page->kind->value->column);
    for (size_t i = 0; i < page->count; i++) {
        const as_curve *c = page->curves[i];
        as_text_add(out, "%s", i ? "\n\n" : "");
        for (size_t k = 0; k < c->count; k++) {
            const as_summary *row = &page->in->rows[c->points[k]];
            double y, low, high;
            if (page->kind->value->of(page->in, c->points[k], &y, &low, &high))
                as_text_add(out, "%.9g,%.9g,%.9g,%.9g,\"%s\",\"%s\",\"%s\",\"%s\"\n", x_of(page->kind, row), y, low,
                            high, page->labels[i], as_chart_plain(a, row->kernel, 200),
                            as_chart_plain(a, row->pattern, 200), as_chart_plain(a, row->isa, 20));
        }
    }
}

/* The rectangle of the data, and the different x in it. */
typedef struct {
    double *x;
    size_t x_count;
    double low, high; /* above 0 */
} extent;

static extent extent_of(const as_page *page)
{
    size_t n = 0, points = 0;
    for (size_t i = 0; i < page->count; i++)
        points += page->curves[i]->count;
    extent e = {as_arena_alloc(page->in->arena, (points + 1) * sizeof(double)), 0, INFINITY, 0};
    for (size_t i = 0; i < page->count; i++)
        for (size_t k = 0; k < page->curves[i]->count; k++) {
            const as_summary *row = &page->in->rows[page->curves[i]->points[k]];
            double y, low, high;
            if (!page->kind->value->of(page->in, page->curves[i]->points[k], &y, &low, &high))
                continue;
            e.x[n++] = x_of(page->kind, row);
            e.low = low > 0 && low < e.low ? low : e.low;
            e.high = high > e.high ? high : e.high;
        }
    as_stats_sort(e.x, n);
    for (size_t i = 0; i < n; i++)
        if (!e.x_count || e.x[i] != e.x[e.x_count - 1])
            e.x[e.x_count++] = e.x[i];
    if (!(e.low <= e.high))
        e.low = e.high = 1; /* all of it 0 */
    return e;
}

/* Lines that no rate can pass: the measured roofs. */
typedef struct {
    double gflops[8]; /* or GB/s */
    const char *text[8];
    size_t count;
} roofs;

/* The read bandwidths that percent_of_bandwidth was computed with: of the levels that some point's operands fit. */
static roofs find_read_roofs(const as_page *page)
{
    static const char *const levels[4] = {"L1", "L2", "L3", "memory"};
    roofs found = {.count = 0};
    bool used[4] = {false};
    const as_chart_input *in = page->in;
    for (size_t i = 0; i < page->count; i++)
        for (size_t k = 0; k < page->curves[i]->count; k++) {
            const as_summary *row = &in->rows[page->curves[i]->points[k]];
            for (size_t l = 0; l < 4; l++)
                used[l] = used[l] || fabs(row->roof_gbs / in->machine.read_gbs[l] - 1) < 1e-6;
        }
    for (size_t l = 0; l < 4; l++) {
        if (!used[l])
            continue;
        found.gflops[found.count] = in->machine.read_gbs[l];
        found.text[found.count++] = as_arena_printf(in->arena, "measured read bandwidth, %s, 1 thread: %.3g GB/s",
                                                    levels[l], in->machine.read_gbs[l]);
    }
    return found;
}

/* The roofs that percent_of_roof was computed with, one line per isa, type and thread count. */
static roofs find_roofs(const as_page *page)
{
    roofs found = {.count = 0};
    if (page->kind->value->roof == AS_ROOF_READ)
        return find_read_roofs(page);
    if (page->kind->value->roof == AS_LINE_ONE)
        return found;
    for (size_t i = 0; page->kind->value->roof && i < page->count; i++) {
        const as_summary *row = &page->in->rows[page->curves[i]->points[0]];
        const double roof = row->roof_gflops;
        if (!(roof > 0) || !isfinite(roof) || found.count == 8)
            continue;
        const char *text = as_arena_printf(page->in->arena, "measured %s roof, %s, %" PRIu64 " thread%s: %.3g GFLOP/s",
                                           row->dtype && !strcmp(row->dtype, "bf16") ? "bf16" : "FMA",
                                           as_chart_plain(page->in->arena, row->isa, 20), row->threads,
                                           row->threads == 1 ? "" : "s", roof);
        bool known = false;
        for (size_t k = 0; k < found.count; k++)
            known = known || found.text[k] == text;
        if (known)
            continue;
        found.text[found.count] = text;
        found.gflops[found.count++] = roof;
    }
    return found;
}

/* Guides stand clear of the data: the steepest above it at the right end, the others below it at the left end. Their
 * words go to `ends`, whose heights are those of the axis yet. */
static size_t add_guides(const as_page *page, double left, double right, as_text *out, double *low, double *high,
                         as_end ends[2])
{
    static const char *const powers[] = {"", "", "²", "³"};
    const char *symbol = as_axis_symbol(page->kind->axis);
    double c[2] = {1, 1};
    int count = 0;
    for (int g = 0; g < 2 && page->kind->guides[g]; g++, count++) {
        double p = page->kind->guides[g];
        c[g] = g == 0 ? *low / pow(left, p) : *high / pow(right, p);
    }
    if (count == 1 && c[0] * pow(right, page->kind->guides[0]) > *high)
        *high = c[0] * pow(right, page->kind->guides[0]);
    as_text_add(out, "AS_GUIDES = %d\narray AS_GUIDE_C[2] = [%.9e, %.9e]\narray AS_GUIDE_P[2] = [%d, %d]\n", count,
                c[0], c[1], page->kind->guides[0], page->kind->guides[1]);
    as_text_add(out, "array AS_GUIDE_TEXT[2] = ['∝ %s%s', '∝ %s%s']\n", symbol, powers[page->kind->guides[0] & 3],
                symbol, powers[page->kind->guides[1] & 3]);
    for (int g = 0; g < count; g++)
        ends[g] = (as_end){.text = "∝ T²" /* as wide as any */, .height = c[g] * pow(right, page->kind->guides[g])};
    return (size_t)count;
}

static void add_roofs(const as_page *page, as_text *out, double *high)
{
    roofs r = find_roofs(page);
    as_text_add(out, "AS_ROOFS = %zu\narray AS_ROOF[8] = [", r.count);
    for (size_t i = 0; i < 8; i++) {
        as_text_add(out, "%s%.9g", i ? ", " : "", i < r.count ? r.gflops[i] : 0);
        *high = i < r.count && r.gflops[i] > *high ? r.gflops[i] : *high;
    }
    as_text_add(out, "]\narray AS_ROOF_TEXT[8] = [");
    for (size_t i = 0; i < 8; i++)
        as_text_add(out, "%s'%s'", i ? ", " : "", i < r.count ? r.text[i] : "");
    as_text_add(out, "]\n");
}

/* Where a byte is what takes the time: the read bandwidths of one thread, as far as they lie below every FMA roof. */
static void add_slopes(const as_page *page, double left, double *low, as_text *out)
{
    static const char *const levels[4] = {"L1", "L2", "L3", "memory"};
    const roofs flat = find_roofs(page);
    double bands[4], top = 0;
    const char *texts[4];
    size_t count = 0;
    for (size_t i = 0; i < flat.count; i++)
        top = flat.gflops[i] > top ? flat.gflops[i] : top;
    for (size_t l = 0; l < 4; l++) {
        const double gbs = page->in->machine.read_gbs[l];
        const bool alike = count && gbs > 0.8 * bands[count - 1]; /* two lines that no eye parts */
        if (!(gbs * left < 0.7 * top) || alike)
            continue;
        bands[count] = gbs;
        texts[count++] = as_arena_printf(page->in->arena, "%s reads %.3g GB/s", levels[l], gbs);
        *low = gbs * left < *low ? gbs * left : *low;
    }
    as_text_add(out, "AS_TOP_ROOF = %.9g\nAS_BANDS = %zu\narray AS_BAND[4] = [", top, count);
    for (size_t i = 0; i < 4; i++)
        as_text_add(out, "%s%.9g", i ? ", " : "", i < count ? bands[i] : 0);
    as_text_add(out, "]\narray AS_BAND_TEXT[4] = [");
    for (size_t i = 0; i < 4; i++)
        as_text_add(out, "%s'%s'", i ? ", " : "", i < count ? texts[i] : "");
    as_text_add(out, "]\n");
}

/* The legend stands below the chart, in as many columns as its longest label leaves room for. Returns its rows. */
static size_t add_layout(const as_page *page, as_text *out)
{
    size_t longest = 1;
    for (size_t i = 0; i < page->count; i++) {
        size_t shown = 0;
        for (const char *c = page->labels[i]; *c; c++)
            shown += ((unsigned char)*c & 0xc0) != 0x80;
        longest = shown > longest ? shown : longest;
    }
    size_t columns = (size_t)(870 / (75 + 8.6 * (double)longest)); /* as gnuplot will estimate it */
    columns = columns < 1 ? 1 : columns > 3 ? 3 : columns;
    columns = columns > page->count ? page->count : columns;
    const size_t rows = (page->count + columns - 1) / columns;
    as_text_add(out, "AS_KEY_ROWS = %zu\narray AS_LABEL[%zu] = [", rows, page->count);
    for (size_t i = 0; i < page->count; i++)
        as_text_add(out, "%s\\\n    '%s'", i ? ", " : "", page->labels[i]);
    as_text_add(out, "]\n");
    return rows;
}

/* The point furthest to the right. */
static as_end end_of(const as_page *page, const as_curve *c, const char *text)
{
    as_end end = {.text = text, .x = -1};
    for (size_t k = 0; k < c->count; k++) {
        const double x = x_of(page->kind, &page->in->rows[c->points[k]]);
        double y, low, high;
        if (page->kind->value->of(page->in, c->points[k], &y, &low, &high) && x >= end.x) {
            end.x = x;
            end.height = y;
        }
    }
    return end;
}

/* Behind the ends of the curves those of the guides. */
static void add_ends(const as_page *page, const as_end *guides, size_t guide_count, double low, double high,
                     bool linear, size_t key_rows, as_text *out)
{
    size_t width;
    as_arena *a = page->in->arena;
    const char *const *parts = as_page_parts(page, &width), **names = as_ends_name(a, parts, page->count, width);
    as_end *ends = as_arena_alloc(a, (page->count + guide_count) * sizeof *ends);
    for (size_t i = 0; i < page->count; i++)
        ends[i] = end_of(page, page->curves[i], names[i]);
    memcpy(ends + page->count, guides, guide_count * sizeof *guides);
    for (size_t i = 0; i < page->count + guide_count; i++)
        ends[i].height =
            linear ? (ends[i].height - low) / (high - low) : log(fmax(ends[i].height, low) / low) / log(high / low);
    as_ends_header(ends, page->count + guide_count, page->count, fmax(460, 22 * (double)key_rows), a,
                   out); /* as style.gp has it */
}

void as_page_header(const as_page *page, as_text *out)
{
    as_arena *a = page->in->arena;
    extent e = extent_of(page);
    const as_chart_value *value = page->kind->value;
    double left = e.x[0], right = e.x[e.x_count - 1], margin = right > left ? pow(right / left, 0.03) : 2;
    double low = e.low / 1.5, high = e.high * 1.5;
    as_text_add(out, "AS_NAME = '%s'\nAS_DATA = '%s.csv'\nAS_CURVES = %zu\n", page->name, page->name, page->count);
    as_text_add(out, "AS_MACHINE = '%s'\n",
                as_chart_plain(a, page->in->machine.name ? page->in->machine.name : "unknown machine", 60));
    as_text_add(out, "AS_SWEEP = '%s'\nAS_SHAPE = '%s'\n", as_chart_plain(a, page->in->sweep, 60),
                as_chart_plain(a, *page->shape ? page->shape : "several shapes", 110));
    as_text_add(out, "array AS_NOTE[2] = ['%s', '%s']\n", page->note[0], page->note[1]);
    as_end guides[2];
    const size_t key_rows = add_layout(page, out),
                 guide_count = add_guides(page, left, right * margin, out, &low, &high, guides);
    add_roofs(page, out, &high);
    if (value->roof == AS_LINE_ONE) {
        low = low < 0.7 ? low : 0.7;
        high = high > 1.4 ? high : 1.4;
    }
    if (value->roof == AS_ROOFLINE)
        add_slopes(page, left / margin, &low, out);
    /* Rates are read against the roof, on a linear axis from 0, unless they are too far apart for it. */
    bool linear = value->ticks == AS_TICKS_SHARE ||
                  (value->ticks == AS_TICKS_RATE && value->roof != AS_ROOFLINE && high / e.low < 25);
    if (value->ticks == AS_TICKS_SHARE)
        high = 100;
    if (value->ticks == AS_TICKS_RATE)
        high *= linear ? 1.06 : 1.35;
    as_text_add(out, "AS_LOG_Y = %d\nAS_X_LOW = %.9e\nAS_X_HIGH = %.9e\nAS_Y_LOW = %.9e\nAS_Y_HIGH = %.9e\n", !linear,
                left / margin, right * margin, linear ? 0 : low, high);
    add_ends(page, guides, guide_count, linear ? 0 : low, high, linear, key_rows, out);
    if (page->kind->across)
        as_ticks_plain(out, left / margin, right * margin);
    else if (page->kind->axis == AS_AXIS_EDGES)
        as_ticks_edges(out, left / margin, right * margin);
    else
        as_ticks_counts(out, "x", e.x, e.x_count, left, right);
    if (!linear)
        as_ticks_log(out, value->ticks, low, high);
}
