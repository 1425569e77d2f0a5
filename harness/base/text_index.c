/* text_index.c: a uthash table whose entries live in an arena.
 * SPDX-License-Identifier: Apache-2.0 */
#include "text_index.h"

#include <string.h>
#include <uthash.h>

typedef struct {
    UT_hash_handle hh;
    const char *text;
    size_t number;
} index_entry;

struct as_text_index {
    as_arena *arena;
    index_entry *table;
};

as_text_index *as_text_index_create(as_arena *arena)
{
    as_text_index *index = as_arena_alloc(arena, sizeof *index);
    index->arena = arena;
    return index;
}

void as_text_index_free(as_text_index *index) { HASH_CLEAR(hh, index->table); }

bool as_text_index_add(as_text_index *index, const char *text, size_t number)
{
    if (!text || as_text_index_find(index, text) != AS_TEXT_ABSENT)
        return false;
    index_entry *entry = as_arena_alloc(index->arena, sizeof *entry);
    entry->text = text;
    entry->number = number;
    HASH_ADD_KEYPTR(hh, index->table, entry->text, strlen(text), entry);
    return true;
}

size_t as_text_index_find(const as_text_index *index, const char *text)
{
    index_entry *hit = NULL;
    if (text)
        HASH_FIND_STR(index->table, text, hit);
    return hit ? hit->number : AS_TEXT_ABSENT;
}
