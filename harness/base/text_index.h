/* text_index.h: finds the number that a text stands for, such as the row of a case, in constant time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BASE_TEXT_INDEX_H
#define AS_BASE_TEXT_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

typedef struct as_text_index as_text_index;

#define AS_TEXT_ABSENT SIZE_MAX

/* The entries live in `arena`, the table on the heap until as_text_index_free. */
as_text_index *as_text_index_create(as_arena *arena);
void as_text_index_free(as_text_index *index);

/* `text` is not copied: it must outlive the index. false: it has a number already, which it keeps; or it is NULL. */
bool as_text_index_add(as_text_index *index, const char *text, size_t number);

/* AS_TEXT_ABSENT: never added, or `text` is NULL. */
size_t as_text_index_find(const as_text_index *index, const char *text);

#endif
