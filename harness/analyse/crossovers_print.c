/* crossovers_print.c: where the others pass the dense reference, a line each, below the table that a run ends with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "stages.h"

enum { LINES_MAX = 12 };

static bool is_meant(const as_crossover *c, as_axis axis)
{
    return !c->isa_a && !strcmp(c->kernel_a, "dense") && !strcmp(c->axis, as_axis_name(axis));
}

static void add_place(as_text *out, double x)
{
    char text[32];
    if (x < 1000)
        as_text_add(out, "%.0f", x);
    else
        as_text_add(out, "%s", as_format_count(text, (uint64_t)(x + 0.5)));
}

static void add_end(as_text *out, double x, double limit, const char *side)
{
    if (isnan(x))
        as_text_add(out, "%s ", side);
    add_place(out, isnan(x) ? limit : x);
}

static void add_line(const as_crossover *c, const char *symbol, as_text *out)
{
    as_text_add(out, "  %s  %s (%s): ", c->kernel_b, c->pattern_b, c->isa_b ? c->isa_b : "?");
    if (strcmp(c->verdict, "crosses") != 0) {
        as_text_add(out, "%s, ", !strcmp(c->verdict, "always")  ? "always faster"
                                 : !strcmp(c->verdict, "unclear") ? "unclear"
                                                                  : "none in range");
    } else {
        as_text_add(out, "faster %s %s = ", *c->beyond == 'b' ? "from" : "up to", symbol);
        add_place(out, c->at);
        if (!isnan(c->at_low) || !isnan(c->at_high)) {
            as_text_add(out, " [");
            add_end(out, c->at_low, c->from, "below");
            as_text_add(out, ", ");
            add_end(out, c->at_high, c->to, "above");
            as_text_add(out, "]");
        }
        as_text_add(out, *c->beyond == 'b' ? " on, " : ", ");
    }
    as_text_add(out, "%.2gx at %s = ", c->ratio_to, symbol);
    add_place(out, c->to);
    as_text_add(out, "\n");
}

/* Most to tell first: crossings, then the rest, in the order of the file. */
void as_crossovers_print(const as_findings *f, as_axis axis, as_text *out)
{
    size_t meant = 0, shown = 0;
    const char *shape = NULL;
    bool shapes = false;
    if (axis == AS_AXIS_COUNT || axis == AS_AXIS_EDGES)
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
            if (!is_meant(c, axis) || (strcmp(c->verdict, "crosses") == 0) != crossings)
                continue;
            if (shapes && (!under || strcmp(under, c->curve) != 0))
                as_text_add(out, " %s\n", under = c->curve);
            add_line(c, as_axis_symbol(axis), out);
            shown++;
        }
    if (meant > shown)
        as_text_add(out, "  %zu more, and all other pairs, in crossovers.csv\n", meant - shown);
}
