/* case_index.c: a hash table from interned keys to rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "case_index.h"

#include <stdlib.h>
#include <uthash.h>

typedef struct {
    UT_hash_handle hh;
    const char *key;
    size_t index;
} entry;

struct as_known {
    entry *table;
    const entry *last; /* found; rows of one case often follow each other */
};

void as_known_free(as_known *known)
{
    if (known)
        HASH_CLEAR(hh, known->table);
}

as_known *as_known_create(const char *dir, const as_findings *f, as_arena *arena, as_err *err)
{
    as_known *known = as_arena_alloc(arena, sizeof *known);
    entry *entries = as_arena_alloc(arena, (f->case_count + 1) * sizeof *entries), *twin;
    bool ok = true;
    for (size_t i = 0; ok && i < f->case_count; i++) {
        entries[i].key = f->cases[i].case_;
        entries[i].index = i;
        HASH_FIND_PTR(known->table, &entries[i].key, twin);
        if (!entries[i].key)
            ok = as_fail(err, AS_EXIT_USAGE, "%s/cases.csv:%zu: the column case is empty; every case needs its key",
                         dir, i + 2);
        else if (twin)
            ok = as_fail(err, AS_EXIT_USAGE, "%s/cases.csv:%zu: case '%s' stands in line %zu already", dir, i + 2,
                         entries[i].key, twin->index + 2);
        else
            HASH_ADD_PTR(known->table, key, &entries[i]);
    }
    if (!ok)
        as_known_free(known);
    return ok ? known : NULL;
}

size_t as_known_find(as_known *known, const char *key)
{
    entry *hit = NULL;
    if (known->last && known->last->key == key)
        return known->last->index;
    HASH_FIND_PTR(known->table, &key, hit);
    known->last = hit;
    return hit ? hit->index : AS_UNKNOWN;
}
