/* events.c: see events.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include <string.h>

#include "../run/counters.h"

as_texts as_groups_split(const char *list, as_arena *arena)
{
    size_t cap = 0, count = 0;
    const char **groups = NULL;
    for (const char *at = list; *at;) {
        const size_t length = strcspn(at, ",");
        groups = as_arena_grow(arena, groups, &cap, count, sizeof *groups);
        if (length)
            groups[count++] = as_arena_intern_n(arena, at, length);
        at += length + (at[length] == ',');
    }
    return (as_texts){.values = groups, .count = count};
}

static bool has(const char *const *events, size_t count, const char *event)
{
    for (size_t i = 0; i < count; i++)
        if (events[i] == event) /* interned */
            return true;
    return false;
}

bool as_groups_events(const as_texts *groups, as_arena *arena, const char ***events, as_err *err)
{
    size_t cap = 0, count = 0;
    const char **all = as_arena_grow(arena, NULL, &cap, 0, sizeof *all);
    for (size_t g = 0; g < groups->count; g++) {
        as_counter_group group;
        if (!as_counter_group_read(groups->values[g], arena, &group, err))
            return false;
        for (size_t e = 0; e < group.count; e++) {
            if (has(all, count, group.events[e]))
                continue;
            all = as_arena_grow(arena, all, &cap, count + 1, sizeof *all);
            all[count++] = group.events[e];
        }
    }
    if (count > AS_EVENTS_MAX)
        return as_fail(err, AS_EXIT_USAGE, "--counters: %zu events, at most %d in one run: name fewer groups", count,
                       AS_EVENTS_MAX);
    all[count] = NULL;
    *events = all;
    return true;
}
