/* layer_note.c: the note under a chart of a layer's phases: where the core passes the projections, and why there. Which
 * phases these are, and which kernels measure them alone, the layer's descriptor says.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../../kernels/api/registry.h"
#include "page.h"

/* By FLOPs the causal core, 2 T (T+1) D, passes q, k, v and output projections, 4 T D D + 4 T D Hkv d, at
 * T + 1 = 2 D + 2 Hkv d: 4 D where every head has keys of its own. By time it passes them at that times the rate of the
 * core over the rate of the projections, taken from kernels that were measured alone. */

/* The descriptor's row for the phase that a curve shows; NULL: of a plug-in that is not loaded. */
static const as_phase *described(const as_curve *c)
{
    const as_entry *entry = as_registry_find(c->kernel, AS_ISA_ALL);
    const as_phase *phase = entry ? entry->kernel->phases : NULL;
    while (phase && phase->run && strcmp(phase->name, as_phase_name(c)))
        phase++;
    return phase && phase->run ? phase : NULL;
}

static const as_curve *first_of_kind(const as_page *page, as_phase_kind kind)
{
    for (size_t i = 0; i < page->count; i++) {
        const as_phase *phase = described(page->curves[i]);
        if (phase && phase->kind == kind)
            return page->curves[i];
    }
    return NULL;
}

/* Sum of the times of the projections' phases at x. */
static double projections_ns(const as_page *page, double x)
{
    double sum = 0;
    for (size_t i = 0; i < page->count; i++) {
        const as_curve *c = page->curves[i];
        const as_phase *phase = described(c);
        for (size_t k = 0; phase && phase->kind == AS_PHASE_PROJECTION && k < c->count; k++)
            if (as_curve_x(c->axis, &page->in->rows[c->points[k]]) == x)
                sum += page->in->rows[c->points[k]].median_ns;
    }
    return sum;
}

/* The T beyond which the core takes longer, on straight lines between the points in logarithms; NaN: there is none. */
static double crossing(const as_page *page, const as_curve *core)
{
    double at = NAN, last_x = NAN, last = NAN;
    for (size_t k = 0; k < core->count; k++) {
        const as_summary *row = &page->in->rows[core->points[k]];
        const double x = as_curve_x(core->axis, row);
        const double r = log(row->median_ns / projections_ns(page, x));
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

static const char *algorithm(const char *kernel) { return strchr(kernel, '/') + 1; }

void as_page_note(as_page *page)
{
    as_arena *a = page->in->arena;
    page->note[0] = page->note[1] = "";
    if (!page->kind->value->phases || page->kind->value->ticks != AS_TICKS_TIME || page->kind->axis != AS_AXIS_LENGTH)
        return;
    const as_curve *core = first_of_kind(page, AS_PHASE_CORE), *projection = first_of_kind(page, AS_PHASE_PROJECTION);
    if (!core || !projection || !is_same(core->pattern, "causal"))
        return;
    const as_summary *like = &page->in->rows[core->points[0]];
    const double D = (double)like->width, due = 2 * D + 2 * (double)(like->kv_heads * like->head_dim),
                 at = crossing(page, core);
    if (isnan(at))
        return;
    const char *core_alone = described(core)->alone, *projection_alone = described(projection)->alone;
    const double core_rate = rate_alone(page->in->whole, core_alone, like, at);
    const double projection_rate = rate_alone(page->in->whole, projection_alone, like, at);
    page->note[0] = as_arena_printf(a, "the core passes projections and output at T = %.0f = %.2f D", at, at / D);
    page->note[1] =
        core_rate > 0 && projection_rate > 0
            ? as_arena_printf(a, "by FLOPs at %.3g D; times %.0f / %.0f GFLOP/s, %s and %s alone: T = %.0f", due / D,
                              core_rate, projection_rate, algorithm(core_alone), algorithm(projection_alone),
                              due * core_rate / projection_rate - 1)
            : as_arena_printf(a,
                              "by FLOPs at T + 1 = %.3g D, times the GFLOP/s of the core over those of the projections",
                              due / D);
}
