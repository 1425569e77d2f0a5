/* words.c: between the values of a list of words and their texts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <string.h>

const char *as_word_text(const as_word_list *words, int value)
{
    return value > 0 && value <= words->count ? words->texts[value] : "";
}

int as_word_find(const as_word_list *words, const char *text, size_t length)
{
    for (int value = 1; length && value <= words->count; value++)
        if (strlen(words->texts[value]) == length && !memcmp(words->texts[value], text, length))
            return value;
    return AS_NO_WORD;
}

void as_words_add(const as_word_list *words, as_text *out)
{
    for (int value = 1; value <= words->count; value++)
        as_text_add(out, "%s%s", value == 1 ? "" : value < words->count ? ", " : " or ", words->texts[value]);
}
