/* events.h: from the names of counter groups to the events that a run counts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_EVENTS_H
#define AS_EVENTS_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../model/config.h"

/* --counters GROUP,GROUP */
as_texts as_groups_split(const char *list, as_arena *arena);

/* The events of all groups, each once, with NULL behind the last. false: a group that is not known, or too many events. */
bool as_groups_events(const as_texts *groups, as_arena *arena, const char ***events, as_err *err);

#endif
