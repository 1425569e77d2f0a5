/* claim_measured.c: exponents from fits.csv, crossings from summary.csv and crossovers.csv. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "claim_measured.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/file.h"

enum { QUOTED = 4 }; /* curves in one cell */

bool as_measured_read(const char *dir, as_arena *arena, as_folder_contents *out, as_err *err)
{
    *out = as_folder_open(dir, arena);
    if (!as_dir_has(dir, as_fit_schema.file) && !as_dir_has(dir, as_summary_schema.file))
        return as_fail(err, AS_EXIT_USAGE, "%s: neither fits.csv nor summary.csv is there: give a result folder", dir);
    return as_folder_read(out, 0, AS_FOLDER_FITS | AS_FOLDER_SUMMARY | AS_FOLDER_CROSSOVERS, err);
}

static bool about(const as_measurable *m, const char *kernel, const char *pattern)
{
    return kernel && pattern && as_glob(m->kernels, kernel) && as_glob(m->patterns, pattern);
}

static void quote_exponents(const as_folder_contents *m, const as_measurable *what, as_text *out)
{
    size_t found = 0;
    for (size_t i = 0; i < m->fit_count; i++) {
        const as_fit *f = &m->fits[i];
        if (!about(what, f->kernel, f->pattern) || f->axis != AS_AXIS_LENGTH || isnan(f->tail_slope) ||
            (f->quantity && strcmp(f->quantity, "time")))
            continue;
        if (++found > QUOTED)
            continue;
        as_text_add(out, "%s%s on %s: T^%.2f", found > 1 ? "; " : "", f->kernel, f->pattern, f->tail_slope);
        if (!isnan(f->tail_low) && !isnan(f->tail_high))
            as_text_add(out, " (%.2f..%.2f)", f->tail_low, f->tail_high);
        as_text_add(out, " to T = %.0f", f->to);
        if (f->growth && strcmp(f->growth, "ambiguous"))
            as_text_add(out, ", class %s", f->growth);
    }
    if (found > QUOTED)
        as_text_add(out, "; %zu more in fits.csv", found - QUOTED);
}

static bool comparable(const as_summary *a, const as_summary *b)
{
    return as_text_same(a->kernel, b->kernel) && as_text_same(a->pattern, b->pattern) && as_text_same(a->isa, b->isa) &&
           as_text_same(a->dtype, b->dtype) && as_text_same(a->cache, b->cache) && a->batch == b->batch &&
           a->heads == b->heads && a->kv_heads == b->kv_heads && a->width == b->width && a->threads == b->threads;
}

static bool usable(const as_measurable *what, const as_summary *c)
{
    return about(what, c->kernel, c->pattern) && c->length == c->context && !isnan(c->speedup);
}

/* Where the curves themselves cross, between the measured lengths. */
static void quote_interval(const as_folder_contents *m, const as_summary *first, as_text *out)
{
    char width[40], heads[40];
    snprintf(width, sizeof width, " D=%llu ", (unsigned long long)first->width);
    snprintf(heads, sizeof heads, " H=%llu ", (unsigned long long)first->heads);
    for (size_t i = 0; i < m->crossover_count; i++) {
        const as_crossover *c = &m->crossovers[i];
        if (!as_text_same(c->kernel_a, "dense") || c->axis != AS_AXIS_LENGTH ||
            !as_text_same(c->kernel_b, first->kernel) || !as_text_same(c->pattern_b, first->pattern) ||
            !as_text_same(c->isa_b, first->isa) || c->verdict != AS_CROSSOVER_CROSSES || c->beyond != AS_CURVE_B ||
            !c->curve || !strstr(c->curve, width) || !strstr(c->curve, heads))
            continue;
        as_text_add(out, ", crossing at %.0f", c->at);
        if (!isnan(c->at_low) && !isnan(c->at_high))
            as_text_add(out, " [%.0f, %.0f]", c->at_low, c->at_high);
        return;
    }
}

/* The least measured length from which on every longer one is faster than dense, along the curve of `first`. */
static void quote_crossing(const as_folder_contents *m, const as_measurable *what, const as_summary *first,
                           as_text *out)
{
    uint64_t least = UINT64_MAX, most = 0, slow = 0, crossing = UINT64_MAX;
    for (size_t i = 0; i < m->summary_count; i++) {
        const as_summary *c = &m->summary[i];
        if (!usable(what, c) || !comparable(c, first))
            continue;
        least = c->length < least ? c->length : least;
        most = c->length > most ? c->length : most;
        if (c->speedup <= 1 && c->length > slow)
            slow = c->length;
    }
    for (size_t i = 0; i < m->summary_count; i++) {
        const as_summary *c = &m->summary[i];
        if (usable(what, c) && comparable(c, first) && c->length > slow && c->length < crossing)
            crossing = c->length;
    }
    as_text_add(out, "%s on %s (D = %llu, H = %llu): ", first->kernel, first->pattern, (unsigned long long)first->width,
                (unsigned long long)first->heads);
    if (crossing == UINT64_MAX)
        as_text_add(out, "not faster than dense at T = %llu", (unsigned long long)most);
    else
        as_text_add(out, "faster than dense from T = %llu on", (unsigned long long)crossing);
    quote_interval(m, first, out);
    as_text_add(out, " (%llu..%llu measured)", (unsigned long long)least, (unsigned long long)most);
}

static void quote_crossings(const as_folder_contents *m, const as_measurable *what, as_text *out)
{
    size_t found = 0;
    for (size_t i = 0; i < m->summary_count; i++) {
        bool seen = !usable(what, &m->summary[i]);
        for (size_t j = 0; !seen && j < i; j++)
            seen = usable(what, &m->summary[j]) && comparable(&m->summary[i], &m->summary[j]);
        if (seen || ++found > QUOTED)
            continue;
        as_text_add(out, "%s", found > 1 ? "; " : "");
        quote_crossing(m, what, &m->summary[i], out);
    }
    if (found > QUOTED)
        as_text_add(out, "; %zu more curves", found - QUOTED);
}

void as_measured_quote(const as_folder_contents *m, const as_measurable *what, as_text *out)
{
    if (!what->kernels)
        return;
    if (what->crossing)
        quote_crossings(m, what, out);
    else
        quote_exponents(m, what, out);
}
