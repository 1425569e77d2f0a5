/* probe.c: which counters of configs/counters work here, and why the others do not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

static void probe_group(as_machine *m, const as_counter_group *group, const as_pmu *pmu, as_arena *arena)
{
    for (size_t i = 0; i < group->count; i++) {
        char why[160] = "";
        const bool works = as_counter_works(pmu, group->events[i], why, sizeof why);
        m->probes[m->probe_count++] =
            (as_counter_probe){group->name, group->events[i], works, works ? NULL : as_arena_printf(arena, "%s", why)};
    }
}

bool as_machine_probe(as_machine *m, const as_pmu *pmu, as_arena *arena, as_err *err)
{
    const char *const *names = as_counter_group_names(arena);
    size_t cap = 0;
    m->probes = as_arena_grow(arena, NULL, &cap, 0, sizeof *m->probes);
    m->probe_count = 0;
    for (; *names; names++) {
        as_counter_group group;
        if (!as_counter_group_read(*names, arena, &group, err))
            return false;
        m->probes = as_arena_grow(arena, m->probes, &cap, m->probe_count + group.count, sizeof *m->probes);
        probe_group(m, &group, pmu, arena);
    }
    as_machine_warn(m, arena);
    return true;
}
