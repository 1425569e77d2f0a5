/* axis_text.c: crossovers and places on an axis, written out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "axis_text.h"

#include <math.h>
#include <string.h>

void as_place_add(as_text *out, double x)
{
    char text[32];
    as_text_add(out, "%s", as_format_count(text, (uint64_t)(x + 0.5)));
}

static void add_interval_end(as_text *out, double x, double limit, const char *side)
{
    if (isnan(x))
        as_text_add(out, "%s ", side);
    as_place_add(out, isnan(x) ? limit : x);
}

void as_place_add_crossing(as_text *out, const as_crossover *c, const char *symbol)
{
    const bool beyond = c->beyond && !strcmp(c->beyond, "b");
    as_text_add(out, "faster %s %s = ", beyond ? "from" : "up to", symbol);
    as_place_add(out, c->at);
    if (!isnan(c->at_low) || !isnan(c->at_high)) {
        as_text_add(out, " [");
        add_interval_end(out, c->at_low, c->from, "below");
        as_text_add(out, ", ");
        add_interval_end(out, c->at_high, c->to, "above");
        as_text_add(out, "]");
    }
    as_text_add(out, beyond ? " on" : "");
}
