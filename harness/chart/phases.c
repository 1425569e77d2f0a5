/* phases.c: the phases of shares.csv as curves of their own, so that a chart can show them as it shows kernels. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "page.h"

_Static_assert(offsetof(as_share, phase) == offsetof(as_summary, median_ns), "both rows begin with the factors");

/* No kernel's text has a blank, so the phase's name can be found again behind this. */
#define BEHIND ": "

static as_summary row_of(const as_share *share, as_arena *arena)
{
    as_summary row;
    as_record_clear(&as_summary_schema, &row);
    memcpy(&row, share, offsetof(as_share, phase));
    row.kernel = as_arena_printf(arena, "%s" BEHIND "%s%s", share->kernel ? share->kernel : "?",
                                 share->phase ? share->phase : "?", share->once == 1 ? " (once)" : "");
    row.median_ns = share->median_ns;
    row.median_low_ns = share->median_low_ns;
    row.median_high_ns = share->median_high_ns;
    row.status = AS_STATUS_OK;
    return row;
}

void as_chart_phases(as_chart_input *in, as_share *shares, size_t count)
{
    as_chart_input *phases = as_arena_alloc(in->arena, sizeof *phases);
    if (!count)
        return;
    *phases = *in;
    phases->whole = in;
    phases->rows = as_arena_alloc(in->arena, count * sizeof *phases->rows);
    for (size_t i = 0; i < count; i++)
        phases->rows[i] = row_of(&shares[i], in->arena);
    phases->row_count = count;
    phases->shares = shares;
    phases->curves = as_curves_find(phases->rows, count, in->arena, &phases->curve_count);
    in->phases = phases;
}

const char *as_phase_name(const as_curve *c)
{
    const char *behind = strstr(c->kernel, BEHIND);
    return behind ? behind + strlen(BEHIND) : c->kernel;
}

const char *as_phase_owner(const as_curve *c, as_arena *arena)
{
    const char *behind = strstr(c->kernel, BEHIND);
    return as_arena_intern_n(arena, c->kernel, behind ? (size_t)(behind - c->kernel) : strlen(c->kernel));
}
