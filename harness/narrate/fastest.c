/* fastest.c: what is nearest a roof, and what is fastest at the largest shape.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sentences.h"

enum { NEAREST = 3 };

static bool is_ok(const as_summary *row) { return row->status == AS_STATUS_OK; }

static void say_case(as_section *out, const as_summary *row)
{
    char place[32];
    as_section_say_curve(out, row->kernel, row->pattern);
    as_section_say(out, " (%s, %s) at ", row->isa ? row->isa : "", row->dtype ? row->dtype : "");
    if (row->length != row->context)
        as_section_say(out, "S = %s, ", as_narrate_place(place, (double)row->context));
    as_section_say(out, "T = %s, D = %zu, H = %zu", as_narrate_place(place, (double)row->length), (size_t)row->width,
                   (size_t)row->heads);
}

/* The largest of `of` among the cases that are not in `said` yet, by kernel, pattern and isa. */
static const as_summary *largest(const as_summary *rows, size_t row_count, double (*of)(const as_summary *row),
                                 const as_summary *const *said, size_t count)
{
    const as_summary *best = NULL;
    for (size_t i = 0; i < row_count; i++) {
        const as_summary *row = &rows[i];
        bool known = !is_ok(row) || isnan(of(row)) || (best && of(row) <= of(best));
        for (size_t k = 0; !known && k < count; k++)
            known = as_text_same(said[k]->kernel, row->kernel) && as_text_same(said[k]->pattern, row->pattern) &&
                    as_text_same(said[k]->isa, row->isa);
        best = known ? best : row;
    }
    return best;
}

/* --- roofs ------------------------------------------------------------------------------------------------------- */

static double roof_share(const as_summary *row) { return row->percent_of_roof; }
static double bandwidth_share(const as_summary *row) { return row->length == 1 ? row->percent_of_bandwidth : NAN; }

static void say_roof(as_section *out, const as_summary *row)
{
    as_section_say(out, ": %.3g useful GFLOP/s of %.3g GFLOP/s, the measured roof with %zu thread%s.",
                   row->gflops_useful, row->roof_gflops, (size_t)row->threads, row->threads == 1 ? "" : "s");
}

static void say_bandwidth(as_section *out, const as_summary *row)
{
    as_section_say(out, ": %.3g GB/s of %.3g GB/s, the measured read bandwidth where its operands fit.", row->gbs_min,
                   row->roof_gbs);
}

static void add_nearest(as_section *out, const as_summary *rows, size_t row_count, double (*of)(const as_summary *row),
                        void (*say)(as_section *out, const as_summary *row))
{
    const as_summary *said[NEAREST];
    for (size_t count = 0; count < NEAREST; count++) {
        const as_summary *row = said[count] = largest(rows, row_count, of, said, count);
        if (!row)
            return;
        as_section_add(out, AS_TONE_PLAIN, as_arena_printf(out->arena, "%.0f %%", of(row)));
        say_case(out, row);
        say(out, row);
    }
}

as_section as_narrate_nearest_roof(const as_summary *rows, size_t count, as_arena *arena)
{
    as_section out = {.arena = arena, .question = "What is nearest the roof?"};
    add_nearest(&out, rows, count, roof_share, say_roof);
    return out;
}

as_section as_narrate_nearest_bandwidth(const as_summary *rows, size_t count, as_arena *arena)
{
    as_section out = {.arena = arena, .question = "What is nearest the memory's bandwidth?"};
    add_nearest(&out, rows, count, bandwidth_share, say_bandwidth);
    return out;
}

/* --- the fastest ------------------------------------------------------------------------------------------------- */

static void say_speed(as_section *out, const as_summary *row)
{
    char text[32], low[32], high[32];
    as_section_say(out, ": %s", as_format_seconds(text, row->median_ns / 1e9));
    if (!isnan(row->median_low_ns) && !isnan(row->median_high_ns))
        as_section_say(out, " [%s, %s]", as_format_seconds(low, row->median_low_ns / 1e9),
                       as_format_seconds(high, row->median_high_ns / 1e9));
    as_section_say(out, " per call.");
}

static bool is_shape(const as_summary *a, const as_summary *b)
{
    return a->length == b->length && a->context == b->context && a->width == b->width && a->heads == b->heads &&
           a->kv_heads == b->kv_heads && a->batch == b->batch && a->threads == b->threads &&
           as_text_same(a->dtype, b->dtype) && as_text_same(a->cache, b->cache) && as_text_same(a->machine, b->machine);
}

/* The shape with most pairs of queries and keys, the last of them in the table. */
as_section as_narrate_fastest(const as_summary *rows, size_t count, as_arena *arena)
{
    as_section out = {.arena = arena, .question = "What is fastest at the largest shape?"};
    const as_summary *shape = NULL, *best[2] = {NULL, NULL}; /* of all, of dense attention */
    for (size_t i = 0; i < count; i++)
        if (is_ok(&rows[i]) && rows[i].length != AS_NO_COUNT && rows[i].context != AS_NO_COUNT &&
            (!shape || rows[i].length * rows[i].context >= shape->length * shape->context))
            shape = &rows[i];
    for (size_t i = 0; shape && i < count; i++) {
        const as_summary *row = &rows[i];
        const bool dense = as_text_same(row->pattern, "causal") && as_text_same(row->mechanism, "attention");
        if (is_ok(row) && is_shape(row, shape))
            for (int d = 0; d <= dense; d++)
                best[d] = best[d] && best[d]->median_ns <= row->median_ns ? best[d] : row;
    }
    for (int d = 0; d < 2; d++) {
        if (!best[d] || (d && best[1] == best[0]))
            continue;
        as_section_add(&out, AS_TONE_PLAIN, d ? "fastest dense" : "fastest");
        say_case(&out, best[d]);
        say_speed(&out, best[d]);
    }
    return out;
}
