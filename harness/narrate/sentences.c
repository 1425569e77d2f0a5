/* sentences.c: builds sections, and says what needs no file of its own: counts, growth and verdicts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sentences.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED_MAX = 12 };

as_sentence *as_section_add(as_section *section, as_tone tone, const char *mark)
{
    section->sentences =
        as_arena_grow(section->arena, section->sentences, &section->cap, section->count, sizeof *section->sentences);
    as_sentence *s = &section->sentences[section->count++];
    *s = (as_sentence){.tone = tone, .mark = as_arena_intern(section->arena, mark)};
    return s;
}

void as_section_say_piece(as_section *section, as_piece_kind kind, const char *text)
{
    as_sentence *s = &section->sentences[section->count - 1];
    s->pieces = as_arena_grow(section->arena, s->pieces, &s->cap, s->count, sizeof *s->pieces);
    s->pieces[s->count++] = (as_sentence_piece){kind, as_arena_intern(section->arena, text ? text : "?")};
}

void as_section_say(as_section *section, const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    const int length = vasprintf(&text, format, args);
    va_end(args);
    if (length >= 0)
        as_section_say_piece(section, AS_PIECE_WORDS, text);
    free(text);
}

void as_section_say_curve(as_section *section, const char *kernel, const char *pattern)
{
    as_section_say_piece(section, AS_PIECE_NAME, kernel);
    as_section_say(section, " on ");
    as_section_say_piece(section, AS_PIECE_NAME, pattern);
}

char *as_narrate_place(char out[32], double x) { return as_format_count(out, (uint64_t)(x + 0.5)); }

/* --- counts ------------------------------------------------------------------------------------------------------ */

static bool is_of_time(const as_fit *f) { return !f->quantity || !strcmp(f->quantity, "time"); }

as_section as_narrate_counts(const as_summary *rows, size_t count, const as_fit *fits, size_t fit_count,
                             as_arena *arena)
{
    as_section out = {.arena = arena};
    size_t ok = 0, samples = 0, disturbed = 0, slowed = 0, judged = 0, confirmed = 0;
    for (size_t i = 0; i < count; i++) {
        ok += rows[i].status == AS_STATUS_OK && rows[i].median_ns > 0;
        samples += rows[i].n != AS_NO_COUNT ? rows[i].n : 0;
        disturbed += rows[i].disturbed != AS_NO_COUNT ? rows[i].disturbed : 0;
        slowed += rows[i].slowed != AS_NO_COUNT ? rows[i].slowed : 0;
    }
    for (size_t i = 0; i < fit_count; i++) {
        const bool has_verdict = is_of_time(&fits[i]) && fits[i].verdict != AS_NO_WORD;
        judged += has_verdict;
        confirmed += has_verdict && fits[i].verdict == AS_FIT_CONFIRMED;
    }
    as_section_add(&out, AS_TONE_PLAIN, as_arena_printf(arena, "%zu of %zu", ok, count));
    as_section_say(&out, "case%s measured", count == 1 ? "" : "s");
    as_section_add(&out, AS_TONE_PLAIN, as_arena_printf(arena, "%zu", samples));
    as_section_say(&out, "sample%s, %zu of them disturbed", samples == 1 ? "" : "s", disturbed);
    if (slowed)
        as_section_say(&out, ", %zu on a core that was shared or clocked low", slowed);
    as_section_say(&out, " (marked, none deleted)");
    if (judged) {
        as_section_add(&out, AS_TONE_PLAIN, as_arena_printf(arena, "%zu of %zu", confirmed, judged));
        as_section_say(&out, "curves confirmed to grow as their kernels declare");
    }
    return out;
}

/* --- growth ------------------------------------------------------------------------------------------------------ */

static void say_class(as_section *out, const as_fit *f)
{
    char place[32];
    if (!f->growth)
        return;
    const bool open = !strcmp(f->growth, "ambiguous");
    as_section_say(out, open ? " No class stands out; nearest: " : " Its class: ");
    as_section_say_piece(out, AS_PIECE_FORMULA, !open ? f->growth : f->candidates ? f->candidates : "none stands out");
    if (f->step_at > 0 && f->step > 0)
        as_section_say(out, ", with a step of %.3g× beyond %s", f->step, as_narrate_place(place, f->step_at));
    as_section_say(out, ".");
}

static void say_growth(as_section *out, const as_fit *f)
{
    static const struct {
        as_tone tone;
        const char *mark;
    } marks[] = {[AS_NO_WORD] = {AS_TONE_PLAIN, "measured"},
                 [AS_FIT_CONFIRMED] = {AS_TONE_GOOD, "confirmed"},
                 [AS_FIT_REFUTED] = {AS_TONE_BAD, "refuted"},
                 [AS_FIT_NOT_ENOUGH_RANGE] = {AS_TONE_OPEN, "range too short"}};
    const char *symbol = as_axis_symbol(f->axis);
    char from[32], to[32];
    as_section_add(out, marks[f->verdict].tone, marks[f->verdict].mark)->about = f->curve;
    as_section_say_curve(out, f->kernel, f->pattern);
    as_section_say(out, ": time grows as ");
    as_section_say_piece(out, AS_PIECE_FORMULA, as_arena_printf(out->arena, "%s^%.2f", symbol, f->tail_slope));
    if (!isnan(f->tail_low) && !isnan(f->tail_high))
        as_section_say(out, " [%.2f, %.2f]", f->tail_low, f->tail_high);
    as_section_say(out, " over the upper half of %s = %s to %s", symbol, as_narrate_place(from, f->from),
                   as_narrate_place(to, f->to));
    if (f->declared && !isnan(f->expected_slope)) {
        as_section_say(out, "; declared is ");
        as_section_say_piece(out, AS_PIECE_FORMULA, f->declared);
        as_section_say(out, ", which comes to ");
        as_section_say_piece(out, AS_PIECE_FORMULA, as_arena_printf(out->arena, "%s^%.2f", symbol, f->expected_slope));
        as_section_say(out, " there");
    }
    as_section_say(out, ".");
    say_class(out, f);
}

/* What a reader should look at first comes first. */
static int order_of(as_fit_verdict verdict)
{
    return verdict == AS_FIT_REFUTED ? 0 : verdict == AS_FIT_CONFIRMED ? 1 : 2;
}

as_section as_narrate_growth(const as_fit *fits, size_t count, as_arena *arena)
{
    as_section out = {.arena = arena, .question = "Does it scale as declared?"};
    size_t found = 0;
    for (int order = 0; order < 3; order++)
        for (size_t i = 0; i < count; i++)
            if (is_of_time(&fits[i]) && !isnan(fits[i].tail_slope) && order_of(fits[i].verdict) == order &&
                ++found <= LISTED_MAX)
                say_growth(&out, &fits[i]);
    if (found > LISTED_MAX)
        out.more = as_arena_printf(arena, "%zu more curves in fits.csv", found - LISTED_MAX);
    return out;
}

/* --- verdicts ---------------------------------------------------------------------------------------------------- */

as_section as_narrate_verdicts(const as_verdict *rows, size_t count, as_arena *arena)
{
    static const struct {
        as_verdict_kind kind;
        as_tone tone;
    } kinds[] = {{AS_REGRESSED, AS_TONE_BAD}, {AS_FAILED, AS_TONE_BAD},        {AS_IMPROVED, AS_TONE_GOOD},
                 {AS_SAME, AS_TONE_GOOD},     {AS_INCONCLUSIVE, AS_TONE_OPEN}, {AS_MISSING, AS_TONE_OPEN},
                 {AS_NEW, AS_TONE_PLAIN}};
    as_section out = {.arena = arena, .question = "What changed?"};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t found = 0;
        const as_verdict *first = NULL, *most = NULL; /* most: the largest change of those whose gate is time */
        for (size_t i = 0; i < count; i++) {
            const as_verdict *v = &rows[i];
            if (v->verdict != kinds[k].kind)
                continue;
            first = found++ ? first : v;
            if ((v->gate == AS_NO_WORD || v->gate == AS_GATE_TIME) && !isnan(v->ratio))
                most = !most || fabs(log(v->ratio)) > fabs(log(most->ratio)) ? v : most;
        }
        if (!found)
            continue;
        as_section_add(&out, kinds[k].tone, as_verdict_kind_text(kinds[k].kind))->about = (most ? most : first)->case_;
        as_section_say(&out, "%zu of %zu verdicts", found, count);
        if (most)
            as_section_say(&out, "; the largest change is %+.2f %% of the time [%+.2f, %+.2f]", 100 * (most->ratio - 1),
                           100 * (most->ratio_low - 1), 100 * (most->ratio_high - 1));
        as_section_say(&out, ".");
    }
    return out;
}
