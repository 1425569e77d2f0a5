/* crossings.c: where the sparse one starts to win, what was not measured and why, and what a duel found; in sentences.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "../model/axis_text.h"
#include "../model/curve.h"
#include "../model/failures.h"
#include "parts.h"

enum { SAID_MOST = 12 };

/* Of a verdict: its colour, and the short word for it. */
typedef struct {
    const char *verdict, *class, *word;
} pill;

static void add_pill(as_text *out, const pill *pills, size_t count, const char *verdict)
{
    pill p = {verdict, "", verdict};
    for (size_t i = 0; i < count; i++)
        p = as_text_is(verdict, pills[i].verdict) ? pills[i] : p;
    as_html_pill(out, p.class, p.word);
}

/* --- crossings --------------------------------------------------------------------------------------------------- */

static void add_where(as_text *out, const as_crossover *c, const char *symbol)
{
    if (c->verdict == AS_CROSSOVER_CROSSES) {
        as_text_add(out, "is ");
        as_place_add_crossing(out, c, symbol);
    } else {
        as_text_add(out, "%s",
                    c->verdict == AS_CROSSOVER_ALWAYS ? "is faster all the way"
                    : c->verdict == AS_CROSSOVER_NONE ? "is nowhere faster"
                                                      : "has no crossing that stands out of the noise");
    }
    as_text_add(out, ": %.2f× as fast at %s = ", c->ratio_from, symbol);
    as_place_add(out, c->from);
    as_text_add(out, ", %.2f× at %s = ", c->ratio_to, symbol);
    as_place_add(out, c->to);
    as_text_add(out, ".");
}

static void add_crossing(as_text *out, const as_crossover *c)
{
    static const pill pills[] = {{"crosses", "good", "crosses"},
                                 {"always", "good", "always"},
                                 {"none in range", "bad", "nowhere"},
                                 {"unclear", "open", "unclear"}};
    add_pill(out, pills, sizeof pills / sizeof *pills, as_crossover_verdict_text(c->verdict));
    as_html_curve(out, c->kernel_b, c->pattern_b);
    as_text_add(out, " (");
    as_html_text(out, c->isa_b);
    as_text_add(out, ") ");
    add_where(out, c, as_axis_symbol(c->axis));
    as_text_add(out, " <span class=\"fixed\">");
    as_html_text(out, c->curve);
    as_text_add(out, "</span></li>\n");
}

/* Crossings first, for they have most to tell. */
void as_report_crossings(const as_report *r, as_text *out)
{
    size_t count = 0, others = 0;
    for (int crosses = 1; crosses >= 0; crosses--)
        for (size_t i = 0; i < r->in.crossover_count; i++) {
            const as_crossover *c = &r->in.crossovers[i];
            const bool dense = as_text_is(c->kernel_a, "dense") && !c->isa_a;
            others += !dense && crosses;
            if (!dense || (c->verdict == AS_CROSSOVER_CROSSES) != crosses || ++count > SAID_MOST)
                continue;
            if (count == 1)
                as_text_add(out, "<h3>Where does it pass the fastest dense attention?</h3>\n<ul class=\"said\">\n");
            add_crossing(out, c);
        }
    as_text_add(out, count ? "</ul>\n" : "");
    others += count > SAID_MOST ? count - SAID_MOST : 0;
    if (others)
        as_text_add(out, "<p class=\"meta\">%zu more pair%s of curves in <code>crossovers.csv</code>.</p>\n", others,
                    others == 1 ? "" : "s");
}

/* --- what is missing --------------------------------------------------------------------------------------------- */

void as_report_troubles(const as_report *r, as_text *out)
{
    static const pill pills[] = {
        {"skipped", "", "skipped"}, {"failed", "bad", "failed"}, {"suspect", "bad", "suspect"}};
    size_t count;
    const as_trouble *troubles = as_troubles_find(r->in.summary, r->in.summary_count, r->in.arena, &count);
    if (!count)
        return;
    as_text_add(out, "<h3>What was not measured, and why?</h3>\n<ul class=\"said\">\n");
    for (size_t i = 0; i < count; i++) {
        add_pill(out, pills, sizeof pills / sizeof *pills, troubles[i].first->status);
        as_text_add(out, "%zu case%s: ", troubles[i].count, troubles[i].count == 1 ? "" : "s");
        as_html_text(out, troubles[i].first->reason ? troubles[i].first->reason : "no reason given");
        as_text_add(out, ". <span class=\"fixed\">%s", troubles[i].count == 1 ? "" : "the first: ");
        as_html_text(out, troubles[i].first->case_);
        as_text_add(out, "</span></li>\n");
    }
    as_text_add(out, "</ul>\n");
}

/* --- verdicts ---------------------------------------------------------------------------------------------------- */

void as_report_verdicts(const as_report *r, as_text *out)
{
    static const pill kinds[] = {{"regressed", "bad", "regressed"},
                                 {"failed", "bad", "failed"},
                                 {"improved", "good", "improved"},
                                 {"same", "good", "same"},
                                 {"inconclusive", "open", "inconclusive"},
                                 {"missing", "open", "missing"},
                                 {"new", "", "new"}};
    if (!r->in.verdict_count)
        return;
    as_text_add(out, "<h3>What changed?</h3>\n<ul class=\"said\">\n");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t count = 0;
        const as_verdict *first = NULL, *most = NULL; /* most: of those whose gate is time */
        for (size_t i = 0; i < r->in.verdict_count; i++) {
            const as_verdict *v = &r->in.verdicts[i];
            if (!as_text_is(as_verdict_kind_text(v->verdict), kinds[k].verdict))
                continue;
            first = count++ ? first : v;
            if ((v->gate == AS_NO_WORD || v->gate == AS_GATE_TIME) && !isnan(v->ratio))
                most = !most || fabs(log(v->ratio)) > fabs(log(most->ratio)) ? v : most;
        }
        if (!count)
            continue;
        add_pill(out, kinds, sizeof kinds / sizeof *kinds, kinds[k].verdict);
        as_text_add(out, "%zu of %zu verdicts", count, r->in.verdict_count);
        if (most)
            as_text_add(out, "; the largest change is %+.2f %% of the time [%+.2f, %+.2f]", 100 * (most->ratio - 1),
                        100 * (most->ratio_low - 1), 100 * (most->ratio_high - 1));
        as_text_add(out, ". <span class=\"fixed\">");
        as_html_text(out, most ? most->case_ : first->case_);
        as_text_add(out, "</span></li>\n");
    }
    as_text_add(out, "</ul>\n");
}
