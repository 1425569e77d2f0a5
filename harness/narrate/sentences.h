/* sentences.h: findings as sentences in pieces, said once: a terminal and a page only lay them out.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A section answers one question. Every text of a user or of a plug-in is a piece as it is: who writes a section
 * escapes what its form takes for more than text. All of it lives in the arena that the section was begun with. */
#ifndef AS_NARRATE_SENTENCES_H
#define AS_NARRATE_SENTENCES_H

#include "../base/arena.h"
#include "../model/curve.h"
#include "../model/verdicts.h"

typedef enum {
    AS_PIECE_WORDS,
    AS_PIECE_NAME,    /* of a kernel or a pattern: code */
    AS_PIECE_FORMULA, /* with ^2 for an exponent */
} as_piece_kind;

typedef struct {
    as_piece_kind kind;
    const char *text;
} as_sentence_piece;

typedef enum { AS_TONE_PLAIN, AS_TONE_GOOD, AS_TONE_BAD, AS_TONE_OPEN } as_tone;

typedef struct {
    as_tone tone;
    const char *mark; /* the answer in a word or a number: "confirmed", "3 skipped", "71 %" */
    as_sentence_piece *pieces;
    size_t count, cap;
    const char *about; /* the curve, or the case; NULL where the sentence names it */
} as_sentence;

typedef struct {
    as_arena *arena;
    const char *question; /* "Does it scale as declared?" */
    as_sentence *sentences;
    size_t count, cap;
    const char *more; /* "3 more curves in fits.csv"; NULL: nothing is left out */
} as_section;

/* --- findings, each a section; without sentences where there is nothing to say ------------------------------------ */

/* How many cases were measured, with how many samples; how many curves grow as declared. */
as_section as_narrate_counts(const as_summary *rows, size_t count, const as_fit *fits, size_t fit_count,
                             as_arena *arena);
/* Refuted ones first. */
as_section as_narrate_growth(const as_fit *fits, size_t count, as_arena *arena);
/* Curves beside the fastest dense attention, crossings first; `axis`: of that one alone, AS_NO_WORD: of all. */
as_section as_narrate_crossovers(const as_crossover *rows, size_t count, as_axis axis, as_arena *arena);
as_section as_narrate_nearest_roof(const as_summary *rows, size_t count, as_arena *arena);
as_section as_narrate_nearest_bandwidth(const as_summary *rows, size_t count, as_arena *arena);
/* Of the shape with most pairs of queries and keys. */
as_section as_narrate_fastest(const as_summary *rows, size_t count, as_arena *arena);
/* Cases that are not ok: those of one status and of one reason but for its numbers together. */
as_section as_narrate_failures(const as_summary *rows, size_t count, as_arena *arena);
as_section as_narrate_verdicts(const as_verdict *rows, size_t count, as_arena *arena);

/* --- for those who write them ------------------------------------------------------------------------------------- */

as_sentence *as_section_add(as_section *section, as_tone tone, const char *mark);
/* Appends words to the last sentence. */
void as_section_say(as_section *section, const char *format, ...) __attribute__((format(printf, 2, 3)));
void as_section_say_piece(as_section *section, as_piece_kind kind, const char *text);
/* "flash on causal" */
void as_section_say_curve(as_section *section, const char *kernel, const char *pattern);

/* A place on an axis: 4k. Into a caller's buffer, which is returned. */
char *as_narrate_place(char out[32], double x);

#endif
