/* layer_note.c: what a chart of a layer's phases says of itself: where the core passes the projections, and why it is
 * there.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "page.h"

/* By FLOPs the causal core, 2 T (T+1) D, passes q, k, v and output projections, 4 T D D + 4 T D Hkv d, at
 * T + 1 = 2 D + 2 Hkv d: 4 D where every head has keys of its own. By time it passes them at that times the rate of the
 * core over the rate of the projections, taken from kernels that were measured alone. */

/* Time of a phase at x; 0: the page has none. */
static double phase_ns(const as_page *page, const char *name, double x)
{
    for (size_t i = 0; i < page->count; i++) {
        const as_curve *c = page->curves[i];
        for (size_t k = 0; !strcmp(as_phase_name(c), name) && k < c->count; k++)
            if (as_curve_x(c->axis, &page->in->rows[c->points[k]]) == x)
                return page->in->rows[c->points[k]].median_ns;
    }
    return 0;
}

/* The T beyond which the core takes longer, on straight lines between the points in logarithms; NaN: there is none. */
static double crossing(const as_page *page, const as_curve *core)
{
    double at = NAN, last_x = NAN, last = NAN;
    for (size_t k = 0; k < core->count; k++) {
        const as_summary *row = &page->in->rows[core->points[k]];
        const double x = as_curve_x(core->axis, row);
        const double r = log(row->median_ns / (phase_ns(page, "projections", x) + phase_ns(page, "output", x)));
        if (last < 0 && r >= 0)
            at = last_x * pow(x / last_x, last / (last - r));
        last_x = x;
        last = r;
    }
    return at;
}

static bool is_same(const char *a, const char *b) { return a && b && !strcmp(a, b); }

/* GFLOP/s at T of a kernel that was measured alone in the shape of `like`, between the two points around T; NaN: it was
 * not. */
static double rate_alone(const as_chart_input *in, const char *kernel, const as_summary *like, double T)
{
    double low = 0, high = INFINITY, below = NAN, above = NAN;
    for (size_t i = 0; i < in->row_count; i++) {
        const as_summary *r = &in->rows[i];
        const double x = (double)r->length;
        if (!is_same(r->kernel, kernel) || !is_same(r->pattern, like->pattern) || !is_same(r->isa, like->isa) ||
            !is_same(r->dtype, like->dtype) || !is_same(r->cache, like->cache) || r->width != like->width ||
            r->heads != like->heads || r->kv_heads != like->kv_heads || r->batch != like->batch ||
            r->threads != like->threads || !(r->gflops_useful > 0))
            continue;
        if (x <= T && x > low) {
            low = x;
            below = r->gflops_useful;
        }
        if (x >= T && x < high) {
            high = x;
            above = r->gflops_useful;
        }
    }
    return high > low ? below * pow(above / below, log(T / low) / log(high / low)) : below;
}

void as_page_note(as_page *page)
{
    as_arena *a = page->in->arena;
    page->note[0] = page->note[1] = "";
    if (!page->kind->value->phases || page->kind->value->ticks != AS_TICKS_TIME || page->kind->axis != AS_AXIS_LENGTH)
        return;
    const as_curve *core = NULL;
    for (size_t i = 0; i < page->count; i++)
        core = !strcmp(as_phase_name(page->curves[i]), "core") ? page->curves[i] : core;
    if (!core || !is_same(core->pattern, "causal"))
        return;
    const as_summary *like = &page->in->rows[core->points[0]];
    const double D = (double)like->width, due = 2 * D + 2 * (double)(like->kv_heads * like->head_dim),
                 at = crossing(page, core);
    if (isnan(at))
        return;
    const double flash = rate_alone(page->in->whole, "attention/flash", like, at);
    const double projections = rate_alone(page->in->whole, "layer/projections", like, at);
    page->note[0] = as_arena_printf(a, "the core passes projections and output at T = %.0f = %.2f D", at, at / D);
    page->note[1] =
        flash > 0 && projections > 0
            ? as_arena_printf(a, "by FLOPs at %.3g D; times %.0f / %.0f GFLOP/s, flash and projections alone: T = %.0f",
                              due / D, flash, projections, due * flash / projections - 1)
            : as_arena_printf(a,
                              "by FLOPs at T + 1 = %.3g D, times the GFLOP/s of the core over those of the projections",
                              due / D);
}
