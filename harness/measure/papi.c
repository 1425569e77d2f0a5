/* papi.c: PAPI as a source of counts; the only file that includes its header.
 * SPDX-License-Identifier: Apache-2.0
 * An event set is made for every start: that costs some system calls outside of the timed region, and keeps no state of
 * a set that did not fit. */
#include <papi.h>
#include <stdio.h>

#include "counters.h"

static int set = PAPI_NULL; /* PAPI itself is one per process */

static bool initialize_papi(char *why, size_t cap)
{
    static int version;
    if (version == 0) {
        version = PAPI_library_init(PAPI_VER_CURRENT);
        /* What the kernel does on our behalf (a switch, a migration) counts too, where the system lets us see it. */
        if (version == PAPI_VER_CURRENT)
            PAPI_set_domain(PAPI_DOM_ALL);
    }
    if (version != PAPI_VER_CURRENT)
        snprintf(why, cap, "PAPI does not start: %s",
                 version < 0 ? PAPI_strerror(version) : "another version is installed");
    return version == PAPI_VER_CURRENT;
}

static void drop_event_set(void)
{
    if (set == PAPI_NULL)
        return;
    PAPI_cleanup_eventset(set);
    PAPI_destroy_eventset(&set);
    set = PAPI_NULL;
}

static bool build_event_set(const char *const *events, size_t n, int *code)
{
    *code = PAPI_create_eventset(&set);
    for (size_t i = 0; i < n && *code == PAPI_OK; i++)
        *code = PAPI_add_named_event(set, events[i]);
    if (*code == PAPI_OK)
        *code = PAPI_start(set);
    if (*code != PAPI_OK)
        drop_event_set();
    return *code == PAPI_OK;
}

static bool start_papi(void *state, const char *const *events, size_t n, char *why, size_t cap)
{
    (void)state;
    int code = PAPI_OK;
    if (!initialize_papi(why, cap))
        return false;
    if (build_event_set(events, n, &code))
        return true;
    PAPI_set_domain(PAPI_DOM_USER);
    const bool user = build_event_set(events, n, &code);
    PAPI_set_domain(PAPI_DOM_ALL);
    if (!user)
        snprintf(why, cap, "PAPI says: %s", PAPI_strerror(code));
    return user;
}

static bool stop_papi(void *state, long long *values, size_t n)
{
    (void)state;
    (void)n;
    const int code = PAPI_stop(set, values);
    drop_event_set();
    return code == PAPI_OK;
}

const as_pmu *as_pmu_papi(void)
{
    static const as_pmu pmu = {.source = "papi", .start = start_papi, .stop = stop_papi};
    return &pmu;
}

const char *as_pmu_papi_version(as_arena *arena)
{
    return as_arena_printf(arena, "PAPI %d.%d", PAPI_VERSION_MAJOR(PAPI_VERSION), PAPI_VERSION_MINOR(PAPI_VERSION));
}
