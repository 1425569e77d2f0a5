/* crossovers_print.c: where the others pass the dense reference, a line each, below the table that a run ends with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../model/axis_text.h"
#include "stages.h"

enum { LINES_MAX = 12 };

static bool is_meant(const as_crossover *c, as_axis axis)
{
    return !c->isa_a && !strcmp(c->kernel_a, "dense") && c->axis == axis;
}

static void add_line(const as_crossover *c, const char *symbol, as_text *out)
{
    as_text_add(out, "  %s  %s (%s): ", c->kernel_b, c->pattern_b, c->isa_b ? c->isa_b : "?");
    if (c->verdict != AS_CROSSOVER_CROSSES) {
        as_text_add(out, "%s, ",
                    c->verdict == AS_CROSSOVER_ALWAYS    ? "always faster"
                    : c->verdict == AS_CROSSOVER_UNCLEAR ? "unclear"
                                                         : "none in range");
    } else {
        as_place_add_crossing(out, c, symbol);
        as_text_add(out, ", ");
    }
    as_text_add(out, "%.2gx at %s = ", c->ratio_to, symbol);
    as_place_add(out, c->to);
    as_text_add(out, "\n");
}

/* Most to tell first: crossings, then the rest, in the order of the file. */
void as_crossovers_print(const as_findings *f, as_axis axis, as_text *out)
{
    size_t meant = 0, shown = 0;
    const char *shape = NULL;
    bool shapes = false;
    if (axis >= AS_AXIS_EDGES)
        return;
    for (size_t i = 0; i < f->crossover_count; i++) {
        if (!is_meant(&f->crossovers[i], axis))
            continue;
        meant++;
        shapes |= shape && strcmp(shape, f->crossovers[i].curve) != 0;
        shape = f->crossovers[i].curve;
    }
    if (!meant)
        return;
    as_text_add(out, "\nAgainst the fastest dense attention%s%s%s:\n", shapes ? "" : " (", shapes ? "" : shape,
                shapes ? "" : ")");
    const char *under = NULL;
    for (int crossings = 1; crossings >= 0; crossings--)
        for (size_t i = 0; i < f->crossover_count && shown < LINES_MAX; i++) {
            const as_crossover *c = &f->crossovers[i];
            if (!is_meant(c, axis) || (c->verdict == AS_CROSSOVER_CROSSES) != crossings)
                continue;
            if (shapes && (!under || strcmp(under, c->curve) != 0))
                as_text_add(out, " %s\n", under = c->curve);
            add_line(c, as_axis_symbol(axis), out);
            shown++;
        }
    if (meant > shown)
        as_text_add(out, "  %zu more, and all other pairs, in crossovers.csv\n", meant - shown);
}
