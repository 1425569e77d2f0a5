/* failures.c: what was not measured, and why: a sentence for each reason, whatever the numbers in it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <uthash.h>

#include "sentences.h"

/* Cases of one status and of one reason but for its numbers. */
typedef struct {
    UT_hash_handle hh;
    const as_summary *first;
    size_t count;
    char key[];
} failure_group;

static failure_group *group_of(failure_group **groups, const as_summary *row, as_arena *arena)
{
    failure_group *hit;
    as_text key = {0};
    as_text_add(&key, "%s|", as_status_text(row->status));
    for (const char *c = row->reason ? row->reason : ""; *c; c++)
        if (!strchr("0123456789.", *c))
            as_text_append(&key, c, 1);
    HASH_FIND(hh, *groups, key.data, key.length, hit);
    if (!hit) {
        hit = as_arena_alloc(arena, sizeof *hit + key.length + 1);
        memcpy(hit->key, key.data, key.length + 1);
        hit->first = row;
        HASH_ADD_KEYPTR(hh, *groups, hit->key, key.length, hit);
    }
    as_text_free(&key);
    return hit;
}

as_section as_narrate_failures(const as_summary *rows, size_t count, as_arena *arena)
{
    as_section out = {.arena = arena, .question = "What was not measured, and why?"};
    failure_group *groups = NULL;
    for (size_t i = 0; i < count; i++)
        if (rows[i].status != AS_STATUS_OK)
            group_of(&groups, &rows[i], arena)->count++;
    for (const failure_group *g = groups; g; g = g->hh.next) {
        const as_summary *row = g->first;
        const bool skipped = row->status == AS_STATUS_SKIPPED;
        as_sentence *s = as_section_add(
            &out, skipped ? AS_TONE_PLAIN : AS_TONE_BAD,
            as_arena_printf(arena, "%zu %s", g->count, row->status == AS_NO_WORD ? "-" : as_status_text(row->status)));
        s->about = as_arena_printf(arena, "%s%s", g->count == 1 ? "" : "first: ", row->case_ ? row->case_ : "-");
        as_section_say(&out, "%s", row->reason ? row->reason : "no reason given");
    }
    HASH_CLEAR(hh, groups);
    return out;
}
