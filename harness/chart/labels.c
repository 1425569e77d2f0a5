/* labels.c: what a curve is called: its kernel, its pattern, and of the rest only what differs on the chart; what does
 * not differ goes into the title. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "page.h"

const char *as_chart_plain(as_arena *arena, const char *text, size_t most)
{
    static const struct {
        char from;
        const char *to;
    } harmless[] = {{'\'', "’"}, {'`', "’"}, {'"', "”"}, {'\\', "∖"}};
    as_text out = {0};
    size_t shown = 0, all = 0;
    if (!text || !*text)
        text = "?";
    for (const char *c = text; *c; all++)
        c += as_utf8_length(c) ? as_utf8_length(c) : 1;
    if (strchr("=+-@", *text)) /* a spreadsheet would take it for a formula */
        as_text_add(&out, "’");
    for (const char *c = text; *c && shown < most; shown++) {
        size_t length = as_utf8_length(c);
        const char *other = length == 0 ? "?" : (unsigned char)*c < 0x20 || *c == 0x7f ? " " : NULL;
        for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
            other = *c == harmless[i].from ? harmless[i].to : other;
        as_text_append(&out, other ? other : c, other ? strlen(other) : length);
        c += length ? length : 1;
        if (shown + 2 == most && all > most) {
            as_text_add(&out, "…");
            break;
        }
    }
    return as_text_keep(&out, arena);
}

/* The factors of a curve's first point that a label or the title may name. */
enum { ISA, DTYPE, CACHE, MACHINE, THREADS, B, H, HKV, D, HEAD, T, S, FACTORS };

static const char *named(as_arena *a, const char *name, uint64_t value)
{
    char text[32];
    return value == AS_NO_COUNT ? NULL : as_arena_printf(a, "%s=%s", name, as_format_count(text, value));
}

static const char *factor_text(as_arena *a, const as_summary *r, int factor)
{
    switch (factor) {
    case ISA:
        return r->isa;
    case DTYPE:
        return r->dtype;
    case CACHE:
        return r->cache ? as_arena_printf(a, "%s cache", r->cache) : NULL;
    case MACHINE:
        return r->machine;
    case THREADS:
        return r->threads == AS_NO_COUNT ? NULL
               : r->threads == 1         ? "1 thread"
                                         : as_arena_printf(a, "%" PRIu64 " threads", r->threads);
    case B:
        return named(a, "B", r->batch);
    case H:
        return named(a, "H", r->heads);
    case HKV:
        return r->kv_heads == r->heads ? "Hkv=H" : named(a, "Hkv", r->kv_heads);
    case D:
        return named(a, "D", r->width);
    case HEAD:
        return named(a, "d", r->head_dim);
    case T:
        return named(a, "T", r->length);
    default:
        return r->context == r->length ? "S=T" : named(a, "S", r->context);
    }
}

/* NULL where it varies along the curve. */
static const char *held(const as_chart_input *in, const as_curve *c, int factor)
{
    const char *first = factor_text(in->arena, &in->rows[c->points[0]], factor);
    const char *last = factor_text(in->arena, &in->rows[c->points[c->count - 1]], factor);
    return first && last && !strcmp(first, last) ? first : NULL;
}

/* What goes without saying where all curves have it. */
static bool is_usual(const char *text) { return !strcmp(text, "Hkv=H") || !strcmp(text, "S=T"); }

static bool all_have(const as_page *page, int factor, const char *text)
{
    for (size_t i = 0; i < page->count; i++)
        if (!as_text_same(held(page->in, page->curves[i], factor), text))
            return false;
    return true;
}

const char *as_curve_shape(const as_chart_input *in, const as_curve *c)
{
    as_text out = {0};
    as_text_add(&out, "%s", "");
    for (int f = 0; f < FACTORS; f++) {
        const char *text = f == ISA || f == MACHINE ? NULL : held(in, c, f); /* side by side on one chart */
        if (text)
            as_text_add(&out, "%s ", text);
    }
    return as_text_keep(&out, in->arena);
}

/* fits.csv begins with the curves' times in the order of the curves: the search does, too, and is over at once in a
 * folder of thousands. */
static const as_fit *fit_of(const as_chart_input *in, const as_curve *c)
{
    const size_t own = (size_t)(c - in->curves);
    for (size_t i = 0; i < in->fit_count; i++) {
        const as_fit *f = &in->fits[(own + i) % in->fit_count];
        if (f->axis == c->axis && as_text_same(f->kernel, c->kernel) && as_text_same(f->pattern, c->pattern) &&
            as_text_same(f->curve, c->fixed))
            return f;
    }
    return NULL;
}

/* Without the minus of -0.00. */
static double rounded(double slope) { return fabs(slope) < 0.005 ? 0 : slope; }

static void add_slope(as_text *out, const as_chart_input *in, const as_curve *c)
{
    const as_fit *fit = fit_of(in, c);
    if (!fit || isnan(fit->tail_slope))
        return;
    as_text_add(out, "   slope %.2f", rounded(fit->tail_slope));
    if (!isnan(fit->tail_low) && !isnan(fit->tail_high))
        as_text_add(out, " [%.2f .. %.2f]", rounded(fit->tail_low), rounded(fit->tail_high));
}

/* A logarithmic axis has no place for 0: the legend says it. */
static bool is_zero(const as_page *page, const as_curve *c)
{
    double y, low, high;
    for (size_t i = 0; i < c->count; i++)
        if (page->kind->value->of(page->in, c->points[i], &y, &low, &high) && y > 0)
            return false;
    return true;
}

void as_page_label(as_page *page)
{
    const as_chart_input *in = page->in;
    bool common[FACTORS];
    as_text shape = {0}, label = {0};
    const bool phases = page->kind->value->phases;
    if (phases)
        as_text_add(&shape, "%s  %s", as_phase_owner(page->curves[0], in->arena), page->curves[0]->pattern);
    for (int f = 0; f < FACTORS; f++) {
        const char *text = held(in, page->curves[0], f);
        common[f] = all_have(page, f, text);
        if (common[f] && text && !is_usual(text))
            as_text_add(&shape, "%s%s", shape.length ? ", " : "", text);
    }
    page->shape = as_arena_intern(in->arena, shape.length ? shape.data : "");
    page->labels = as_arena_alloc(in->arena, page->count * sizeof *page->labels);
    for (size_t i = 0; i < page->count; i++) {
        const as_curve *c = page->curves[i];
        label.length = 0;
        if (phases)
            as_text_add(&label, "%s", as_chart_plain(in->arena, as_phase_name(c), 56));
        else
            as_text_add(&label, "%s  %s", as_chart_plain(in->arena, c->kernel, 40),
                        as_chart_plain(in->arena, c->pattern, 56));
        for (int f = 0; f < FACTORS; f++) {
            const char *text = common[f] ? NULL : held(in, c, f);
            if (text)
                as_text_add(&label, ", %s", as_chart_plain(in->arena, text, 24));
        }
        const char *name = as_chart_plain(in->arena, label.data, 80); /* the page is no wider */
        label.length = 0;
        as_text_add(&label, "%s", name);
        if (is_zero(page, c))
            as_text_add(&label, "   none");
        if (page->kind->value->slope)
            add_slope(&label, in, c);
        page->labels[i] = as_arena_intern(in->arena, label.data);
    }
    as_text_free(&label);
    as_text_free(&shape);
}

/* attention/flash is flash where no other kernel of the page is called that. */
static const char *short_kernel(const as_page *page, const char *kernel)
{
    const char *slash = strchr(kernel, '/');
    if (!slash || !slash[1])
        return kernel;
    for (size_t i = 0; i < page->count; i++) {
        const char *other = page->curves[i]->kernel, *behind = strchr(other, '/');
        if (strcmp(other, kernel) != 0 && !strcmp(behind ? behind + 1 : other, slash + 1))
            return kernel;
    }
    return slash + 1;
}

const char *const *as_page_parts(const as_page *page, size_t *width)
{
    *width = 2 + FACTORS;
    const char **parts = as_arena_alloc(page->in->arena, page->count * *width * sizeof *parts);
    for (size_t i = 0; i < page->count; i++) {
        const as_curve *c = page->curves[i];
        const char **own = parts + i * *width;
        own[0] = page->kind->value->phases ? as_phase_name(c) : short_kernel(page, c->kernel);
        own[1] = c->pattern;
        for (int f = 0; f < FACTORS; f++)
            own[2 + f] = held(page->in, c, f);
    }
    return parts;
}
