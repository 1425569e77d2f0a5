/* failures.c: groups by a hash of status and reason, digits left out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "failures.h"

#include <string.h>
#include <uthash.h>

typedef struct {
    UT_hash_handle hh;
    size_t at;
    char key[];
} group;

as_trouble *as_troubles_find(const as_summary *rows, size_t count, as_arena *arena, size_t *found)
{
    group *groups = NULL, *hit;
    as_trouble *troubles = NULL;
    size_t cap = 0;
    *found = 0;
    for (size_t i = 0; i < count; i++) {
        const as_summary *row = &rows[i];
        as_text key = {0};
        if (row->status && !strcmp(row->status, "ok"))
            continue;
        as_text_add(&key, "%s|", row->status ? row->status : "?");
        for (const char *c = row->reason ? row->reason : ""; *c; c++)
            if (!strchr("0123456789.", *c))
                as_text_append(&key, c, 1);
        HASH_FIND(hh, groups, key.data, key.length, hit);
        if (!hit) {
            hit = as_arena_alloc(arena, sizeof *hit + key.length + 1);
            memcpy(hit->key, key.data, key.length + 1);
            hit->at = *found;
            HASH_ADD_KEYPTR(hh, groups, hit->key, key.length, hit);
            troubles = as_arena_grow(arena, troubles, &cap, *found, sizeof *troubles);
            troubles[(*found)++] = (as_trouble){row, 0};
        }
        troubles[hit->at].count++;
        as_text_free(&key);
    }
    HASH_CLEAR(hh, groups);
    return troubles;
}
