/* verdict_text.c: counts, numbers and the one sentence below every table of verdicts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "verdict_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "../stats/order.h"

bool as_verdict_is_listed(const as_verdict *row)
{
    return row->verdict != AS_SAME || row->gate == AS_NO_WORD || row->gate == AS_GATE_TIME ||
           row->gate == AS_GATE_INSTRUCTIONS;
}

as_verdict_numbers as_verdict_numbers_of(const as_verdict *row)
{
    as_verdict_numbers n = {"-", "-", "-"};
    if (!isnan(row->ratio))
        snprintf(n.change, sizeof n.change, "%+.2f %%", 100 * (row->ratio - 1));
    if (!isnan(row->ratio_low) && !isnan(row->ratio_high))
        snprintf(n.interval, sizeof n.interval, "%+.2f .. %+.2f %%", 100 * (row->ratio_low - 1),
                 100 * (row->ratio_high - 1));
    if (!isnan(row->visible))
        snprintf(n.visible, sizeof n.visible, "%.2f %%", 100 * row->visible);
    return n;
}

void as_verdict_add_counts(const as_verdict *rows, size_t count, as_text *out)
{
    const char *comma = "";
    for (int kind = AS_REGRESSED; kind <= AS_FAILED; kind++) {
        size_t n = 0;
        for (size_t i = 0; i < count; i++)
            n += as_verdict_is_listed(&rows[i]) && (int)rows[i].verdict == kind;
        if (n)
            as_text_add(out, "%s%zu %s", comma, n, as_verdict_kind_text((as_verdict_kind)kind));
        if (n)
            comma = ", ";
    }
    if (!*comma)
        as_text_add(out, count ? "no change" : "no case");
}

static size_t rows_of_gate(const as_verdict *rows, size_t count, as_gate gate)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += rows[i].gate == gate;
    return n;
}

/* The exact gates by name that found no change in some case, and how many rows say so. */
static void add_held(const as_verdict *rows, size_t count, as_text *out)
{
    const char *comma = "; exact and unchanged: ";
    for (int g = AS_GATE_FLOPS; g <= AS_GATE_ORDER; g++) {
        size_t same = 0;
        for (size_t i = 0; i < count; i++)
            same += (int)rows[i].gate == g && rows[i].verdict == AS_SAME;
        if (same)
            as_text_add(out, "%s%s in %zu", comma, as_gate_text((as_gate)g), same);
        if (same)
            comma = ", ";
    }
}

void as_verdict_add_visible(const as_verdict *rows, size_t count, as_text *out)
{
    const as_gate gate = rows_of_gate(rows, count, AS_GATE_TIME) ? AS_GATE_TIME : AS_GATE_INSTRUCTIONS;
    const size_t cases = rows_of_gate(rows, count, gate);
    double *visible = calloc(count + 1, sizeof *visible);
    size_t n = 0;
    if (!visible)
        abort();
    for (size_t i = 0; i < count; i++)
        if (rows[i].gate == gate && !isnan(rows[i].visible))
            visible[n++] = 100 * rows[i].visible;
    const double half = as_median(visible, n); /* puts them in order */
    if (!n)
        as_text_add(out,
                    cases ? "no case was measured on both sides: no change of %s could have been seen"
                          : "nothing was measured",
                    as_gate_text(gate));
    else if (n == 1)
        as_text_add(out, "smallest change that could have been seen: %.2f %%", visible[0]);
    else
        as_text_add(out, "smallest change that could have been seen: %.2f %% in half of the cases, %.2f %% in all",
                    half, visible[n - 1]);
    if (n && n < cases)
        as_text_add(out, "; none in the %zu not measured", cases - n);
    add_held(rows, count, out);
    free(visible);
}
