/* words.h: a closed list of words as an enum, with its texts: what a column of words may hold.
 * SPDX-License-Identifier: Apache-2.0
 *
 *     #define AS_SIDE_WORDS(W) W(AS_SIDE_BASE, "base") W(AS_SIDE_NEW, "new")
 *     AS_WORDS(as_side, AS_SIDE_WORDS);        in a header: enum as_side, as_side_words, as_side_text()
 *     AS_WORDS_LIST(as_side, AS_SIDE_WORDS);   in one .c file
 *
 * Values count from 1; 0 is AS_NO_WORD, an empty cell. */
#ifndef AS_BASE_WORDS_H
#define AS_BASE_WORDS_H

#include <stddef.h>

#include "text.h"

#define AS_NO_WORD 0

typedef struct {
    const char *const *texts; /* by value; texts[0] is "" */
    int count;                /* of the words; the last value */
} as_word_list;

/* "" for AS_NO_WORD and for what is no value of the list. */
const char *as_word_text(const as_word_list *words, int value);
/* The value of a text of `length` bytes; AS_NO_WORD where the list does not hold it. */
int as_word_find(const as_word_list *words, const char *text, size_t length);
/* Appends "ok, skipped or failed". */
void as_words_add(const as_word_list *words, as_text *out);

#define AS_WORD_VALUE(symbol, text) symbol,
#define AS_WORD_TEXT(symbol, text) text,
#define AS_WORDS(type, LIST)                                                                                           \
    typedef enum { type##_no_word, LIST(AS_WORD_VALUE) } type;                                                         \
    extern const as_word_list type##_words;                                                                            \
    static inline const char *type##_text(type value) { return as_word_text(&type##_words, (int)value); }              \
    _Static_assert(sizeof(type) == sizeof(int), "a column of words is read and written as an int")
#define AS_WORDS_LIST(type, LIST)                                                                                      \
    static const char *const type##_texts[] = {"", LIST(AS_WORD_TEXT)};                                                \
    const as_word_list type##_words = {type##_texts, (int)(sizeof type##_texts / sizeof *type##_texts) - 1}

#endif
