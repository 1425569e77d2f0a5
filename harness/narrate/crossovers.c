/* crossovers.c: where the others pass the fastest dense attention.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sentences.h"

enum { LISTED_MAX = 12 };

static bool is_beside_dense(const as_crossover *c, as_axis axis)
{
    return !c->isa_a && c->kernel_a && !strcmp(c->kernel_a, "dense") && (axis == AS_NO_WORD || c->axis == axis);
}

/* An end of the interval; NaN lies beyond `limit`, which is the end of the range. */
static const char *end_of(as_section *out, double x, double limit, const char *side)
{
    char place[32];
    return as_arena_printf(out->arena, "%s%s", isnan(x) ? side : "", as_narrate_place(place, isnan(x) ? limit : x));
}

/* "faster from T = 1100 [990, above 4k] on" */
static void say_crossing(as_section *out, const as_crossover *c, const char *symbol)
{
    const bool beyond = c->beyond == AS_CURVE_B;
    char place[32];
    as_section_say(out, "faster %s %s = %s", beyond ? "from" : "up to", symbol, as_narrate_place(place, c->at));
    if (!isnan(c->at_low) || !isnan(c->at_high))
        as_section_say(out, " [%s, %s]", end_of(out, c->at_low, c->from, "below "),
                       end_of(out, c->at_high, c->to, "above "));
    as_section_say(out, beyond ? " on" : "");
}

static void say_crossover(as_section *out, const as_crossover *c)
{
    static const struct {
        as_tone tone;
        const char *mark, *words;
    } kinds[] = {[AS_NO_WORD] = {AS_TONE_OPEN, "unclear", "unclear"},
                 [AS_CROSSOVER_CROSSES] = {AS_TONE_GOOD, "crosses", NULL},
                 [AS_CROSSOVER_ALWAYS] = {AS_TONE_GOOD, "always", "always faster"},
                 [AS_CROSSOVER_NONE] = {AS_TONE_BAD, "nowhere", "none in range"},
                 [AS_CROSSOVER_UNCLEAR] = {AS_TONE_OPEN, "unclear", "unclear"}};
    const char *symbol = as_axis_symbol(c->axis);
    char place[32];
    as_section_add(out, kinds[c->verdict].tone, kinds[c->verdict].mark)->about = c->curve;
    as_section_say_piece(out, AS_PIECE_NAME, c->kernel_b);
    as_section_say(out, "  ");
    as_section_say_piece(out, AS_PIECE_NAME, c->pattern_b);
    as_section_say(out, " (%s): ", c->isa_b ? c->isa_b : "?");
    if (kinds[c->verdict].words)
        as_section_say(out, "%s", kinds[c->verdict].words);
    else
        say_crossing(out, c, symbol);
    as_section_say(out, ", %.2gx at %s = %s", c->ratio_to, symbol, as_narrate_place(place, c->to));
}

as_section as_narrate_crossovers(const as_crossover *rows, size_t count, as_axis axis, as_arena *arena)
{
    as_section out = {.arena = arena, .question = "Where does it pass the fastest dense attention?"};
    size_t found = 0;
    for (int crosses = 1; crosses >= 0; crosses--)
        for (size_t i = 0; i < count; i++)
            if (is_beside_dense(&rows[i], axis) && (rows[i].verdict == AS_CROSSOVER_CROSSES) == crosses &&
                ++found <= LISTED_MAX)
                say_crossover(&out, &rows[i]);
    if (found > LISTED_MAX)
        out.more = as_arena_printf(arena, "%zu more, and all other pairs, in crossovers.csv", found - LISTED_MAX);
    return out;
}
