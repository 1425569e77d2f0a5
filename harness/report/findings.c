/* findings.c: what the folder says, in sentences with their numbers: does it scale as claimed, what is nearest the
 * roof, what is fastest, what is missing and why. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/axis_text.h"
#include "../model/curve.h"
#include "parts.h"

enum { SAID_MOST = 12, NEAREST = 3 };

static bool is_ok(const as_summary *row) { return as_text_is(row->status, "ok"); }

static void tile(as_text *out, const char *number, const char *words)
{
    as_text_add(out, "<li><b>%s</b>%s</li>\n", number, words);
}

/* --- the numbers at the top -------------------------------------------------------------------------------------- */

static bool is_judged(const as_fit *f) { return as_text_is(f->quantity ? f->quantity : "time", "time") && f->verdict; }

void as_report_tiles(const as_report *r, as_text *out)
{
    size_t ok = 0, samples = 0, disturbed = 0, gauged = 0, slowed = 0, judged = 0, confirmed = 0;
    char number[64], words[128], gauge[64] = "";
    for (size_t i = 0; i < r->in.summary_count; i++) {
        const as_summary *row = &r->in.summary[i];
        ok += is_ok(row);
        samples += row->n != AS_NO_COUNT ? row->n : 0;
        disturbed += row->disturbed != AS_NO_COUNT ? row->disturbed : 0;
        if (row->slowed != AS_NO_COUNT) {
            gauged += row->n;
            slowed += row->slowed;
        }
    }
    for (size_t i = 0; i < r->in.fit_count; i++) {
        judged += is_judged(&r->in.fits[i]);
        confirmed += is_judged(&r->in.fits[i]) && r->in.fits[i].verdict == AS_FIT_CONFIRMED;
    }
    if (!r->in.summary_count)
        return;
    as_text_add(out, "<ul class=\"tiles\">\n");
    snprintf(number, sizeof number, "%zu of %zu", ok, r->in.summary_count);
    tile(out, number, "cases measured, each checked against its oracle first");
    snprintf(number, sizeof number, "%zu", samples);
    if (gauged)
        snprintf(gauge, sizeof gauge, ", %.0f %% on a core shared or clocked low",
                 100.0 * (double)slowed / (double)gauged);
    snprintf(words, sizeof words, "samples; %.0f %% of them disturbed%s: marked, none deleted",
             samples ? 100.0 * (double)disturbed / (double)samples : 0, gauge);
    tile(out, number, words);
    snprintf(number, sizeof number, "%zu of %zu", confirmed, judged);
    if (judged)
        tile(out, number, "curves confirmed to grow as their kernels declare");
    as_text_add(out, "</ul>\n");
}

/* --- growth ------------------------------------------------------------------------------------------------------ */

static void add_range(as_text *out, const char *symbol, double from, double to)
{
    as_text_add(out, "%s = ", symbol);
    as_place_add(out, from);
    as_text_add(out, " to ");
    as_place_add(out, to);
}

/* "T^2.02 [1.95, 2.08]" */
static void add_slope(as_text *out, const char *symbol, const as_fit *f)
{
    as_text_add(out, "%s<sup>%.2f</sup>", symbol, f->tail_slope);
    if (!isnan(f->tail_low) && !isnan(f->tail_high))
        as_text_add(out, " [%.2f, %.2f]", f->tail_low, f->tail_high);
}

static void add_class(as_text *out, const as_fit *f)
{
    const bool open = as_text_is(f->growth, "ambiguous");
    if (!f->growth)
        return;
    as_text_add(out, open ? " No class stands out; nearest: " : " Its class: ");
    as_html_formula(out, open ? (f->candidates ? f->candidates : "none stands out") : f->growth);
    if (f->step_at > 0 && f->step > 0) {
        as_text_add(out, ", with a step of %.3g× beyond ", f->step);
        as_place_add(out, f->step_at);
    }
    as_text_add(out, ".");
}

static void add_growth(as_text *out, const as_fit *f)
{
    static const struct {
        const char *class, *word;
    } pills[] = {[AS_NO_WORD] = {"", "measured"},
                 [AS_FIT_CONFIRMED] = {"good", "confirmed"},
                 [AS_FIT_REFUTED] = {"bad", "refuted"},
                 [AS_FIT_NOT_ENOUGH_RANGE] = {"open", "range too short"}};
    const char *symbol = as_axis_symbol(f->axis);
    as_html_pill(out, pills[f->verdict].class, pills[f->verdict].word);
    as_html_curve(out, f->kernel, f->pattern);
    as_text_add(out, ": time grows as ");
    add_slope(out, symbol, f);
    as_text_add(out, " over the upper half of ");
    add_range(out, symbol, f->from, f->to);
    if (f->declared && !isnan(f->expected_slope)) {
        as_text_add(out, "; declared is ");
        as_html_formula(out, f->declared);
        as_text_add(out, ", which comes to %s<sup>%.2f</sup> there", symbol, f->expected_slope);
    }
    as_text_add(out, ".");
    add_class(out, f);
    as_text_add(out, " <span class=\"fixed\">");
    as_html_text(out, f->curve);
    as_text_add(out, "</span></li>\n");
}

/* What has most to tell comes first. */
static int turn_of(const as_fit *f)
{
    return f->verdict == AS_FIT_REFUTED ? 0 : f->verdict == AS_FIT_CONFIRMED ? 1 : 2;
}

static bool is_of_time(const as_fit *f)
{
    return as_text_is(f->quantity ? f->quantity : "time", "time") && !isnan(f->tail_slope);
}

void as_report_growth(const as_report *r, as_text *out)
{
    size_t count = 0;
    for (int turn = 0; turn < 3; turn++)
        for (size_t i = 0; i < r->in.fit_count; i++)
            if (is_of_time(&r->in.fits[i]) && turn_of(&r->in.fits[i]) == turn && ++count <= SAID_MOST) {
                as_text_add(out, count == 1 ? "<h3>Does it scale as declared?</h3>\n<ul class=\"said\">\n" : "");
                add_growth(out, &r->in.fits[i]);
            }
    as_text_add(out, count ? "</ul>\n" : "");
    if (count > SAID_MOST)
        as_text_add(out, "<p class=\"meta\">%zu more curves in <code>fits.csv</code>.</p>\n", count - SAID_MOST);
}

/* --- the roof, and the fastest ----------------------------------------------------------------------------------- */

static void add_case(as_text *out, const as_summary *row)
{
    as_html_curve(out, row->kernel, row->pattern);
    as_text_add(out, " (");
    as_html_text(out, row->isa);
    as_text_add(out, ", ");
    as_html_text(out, row->dtype);
    as_text_add(out, ") at ");
    if (row->length != row->context) {
        as_text_add(out, "S = ");
        as_place_add(out, (double)row->context);
        as_text_add(out, ", ");
    }
    as_text_add(out, "T = ");
    as_place_add(out, (double)row->length);
    as_text_add(out, ", D = %zu, H = %zu", (size_t)row->width, (size_t)row->heads);
}

/* The largest of `of` among the cases that are not in `said` yet, by kernel, pattern and isa. */
static const as_summary *largest(const as_report *r, double (*of)(const as_summary *row), const as_summary *const *said,
                                 size_t count)
{
    const as_summary *best = NULL;
    for (size_t i = 0; i < r->in.summary_count; i++) {
        const as_summary *row = &r->in.summary[i];
        bool known = !is_ok(row) || isnan(of(row)) || (best && of(row) <= of(best));
        for (size_t k = 0; !known && k < count; k++)
            known = as_text_is(said[k]->kernel, row->kernel) && as_text_is(said[k]->pattern, row->pattern) &&
                    as_text_is(said[k]->isa, row->isa);
        best = known ? best : row;
    }
    return best;
}

static double roof_share(const as_summary *row) { return row->percent_of_roof; }
static double bandwidth_share(const as_summary *row) { return row->length == 1 ? row->percent_of_bandwidth : NAN; }

static void add_nearest(const as_report *r, double (*of)(const as_summary *row), bool bandwidth, as_text *out)
{
    const as_summary *said[NEAREST];
    for (size_t count = 0; count < NEAREST; count++) {
        char share[32];
        const as_summary *row = said[count] = largest(r, of, said, count);
        if (!row)
            return;
        snprintf(share, sizeof share, "%.0f %%", of(row));
        as_html_pill(out, "", share);
        add_case(out, row);
        if (bandwidth)
            as_text_add(out, ": %.3g GB/s of %.3g GB/s, the measured read bandwidth where its operands fit.</li>\n",
                        row->gbs_min, 100 * row->gbs_min / row->percent_of_bandwidth);
        else
            as_text_add(out, ": %.3g useful GFLOP/s of %.3g GFLOP/s, the measured roof with %zu thread%s.</li>\n",
                        row->gflops_useful, 100 * row->gflops_useful / row->percent_of_roof, (size_t)row->threads,
                        row->threads == 1 ? "" : "s");
    }
}

static void add_speed(as_text *out, const as_summary *row)
{
    char text[32], low[32], high[32];
    as_text_add(out, ": %s", as_format_seconds(text, row->median_ns / 1e9));
    if (!isnan(row->median_low_ns) && !isnan(row->median_high_ns))
        as_text_add(out, " [%s, %s]", as_format_seconds(low, row->median_low_ns / 1e9),
                    as_format_seconds(high, row->median_high_ns / 1e9));
    as_text_add(out, " per call.</li>\n");
}

static bool is_shape(const as_summary *a, const as_summary *b)
{
    return a->length == b->length && a->context == b->context && a->width == b->width && a->heads == b->heads &&
           a->kv_heads == b->kv_heads && a->batch == b->batch && a->threads == b->threads &&
           as_text_is(a->dtype, b->dtype) && as_text_is(a->cache, b->cache) && as_text_is(a->machine, b->machine);
}

/* Of the shape with most pairs of queries and keys, the last of them in the table. */
static void add_fastest(const as_report *r, as_text *out)
{
    const as_summary *shape = NULL, *best[2] = {NULL, NULL};
    for (size_t i = 0; i < r->in.summary_count; i++) {
        const as_summary *row = &r->in.summary[i];
        if (is_ok(row) && row->length != AS_NO_COUNT && row->context != AS_NO_COUNT &&
            (!shape || row->length * row->context >= shape->length * shape->context))
            shape = row;
    }
    for (size_t i = 0; shape && i < r->in.summary_count; i++) {
        const as_summary *row = &r->in.summary[i];
        const bool dense = as_text_is(row->pattern, "causal") && as_text_is(row->mechanism, "attention");
        if (is_ok(row) && is_shape(row, shape))
            for (int d = 0; d <= dense; d++)
                best[d] = best[d] && best[d]->median_ns <= row->median_ns ? best[d] : row;
    }
    for (int d = 0; d < 2; d++) {
        if (!best[d] || (d && best[1] == best[0]))
            continue;
        as_html_pill(out, "", d ? "fastest dense" : "fastest");
        add_case(out, best[d]);
        add_speed(out, best[d]);
    }
}

void as_report_fastest(const as_report *r, as_text *out)
{
    static const struct {
        const char *title;
        double (*of)(const as_summary *row);
    } roofs[] = {{"What is nearest the roof?", roof_share},
                 {"What is nearest the memory's bandwidth?", bandwidth_share}};
    as_text said = {0};
    for (size_t i = 0; i < 2; i++) {
        said.length = 0;
        add_nearest(r, roofs[i].of, i == 1, &said);
        if (said.length)
            as_text_add(out, "<h3>%s</h3>\n<ul class=\"said\">\n%s</ul>\n", roofs[i].title, said.data);
    }
    said.length = 0;
    add_fastest(r, &said);
    if (said.length)
        as_text_add(out, "<h3>What is fastest at the largest shape?</h3>\n<ul class=\"said\">\n%s</ul>\n", said.data);
    as_text_free(&said);
}
