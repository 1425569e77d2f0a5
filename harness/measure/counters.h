/* counters.h: groups of events from configs/counters/, a probe that believes none of them, and passes that fit.
 * SPDX-License-Identifier: Apache-2.0
 * An event is absent, counts nothing, or counts nonsense on many machines. Each is started and stopped around a loop of
 * known work first; one that fails is `unavailable: <reason>`, never a zero. */
#ifndef AS_MEASURE_COUNTERS_H
#define AS_MEASURE_COUNTERS_H

#include <stdint.h>

#include "../base/arena.h"
#include "../base/err.h"
#include "../model/config.h"

/* configs/counters/NAME.yaml: `about`, and `events`, a mapping from an event's name to a line of prose. */
typedef struct {
    const char *name, *about;
    const char **events, **help;
    size_t count;
} as_counter_group;

bool as_counter_group_parse(const char *path, const char *text, size_t length, as_arena *arena, as_counter_group *out,
                            as_err *err);
/* By name, from the program's own configs/counters. Unknown: the error lists what there is. */
bool as_counter_group_read(const char *name, as_arena *arena, as_counter_group *out, as_err *err);
/* The names of all groups, sorted; ends with NULL. */
const char *const *as_counter_group_names(as_arena *arena);
/* GROUP,GROUP as --counters has them. */
as_texts as_counter_groups_split(const char *list, as_arena *arena);
/* The events of all groups, each once, with NULL behind the last. false: an unknown group, or too many events. */
bool as_counter_groups_events(const as_texts *groups, as_arena *arena, const char ***events, as_err *err);

/* A source of counts. The real one is PAPI; a test brings its own. */
typedef struct {
    const char *source; /* for counters.csv */
    /* Counts the `n` events together from now on, on the calling thread; false and the reason when it cannot. */
    bool (*start)(void *state, const char *const *events, size_t n, char *why, size_t cap);
    /* Ends it; values in the order of the events. */
    bool (*stop)(void *state, long long *values, size_t n);
    void *state;
} as_pmu;

/* PAPI, initialized at the first start. */
const as_pmu *as_pmu_papi(void);
const char *as_pmu_papi_version(as_arena *arena); /* "PAPI 7.0": what this program was built with */

/* Starts and stops the event around a loop of known work. false: it does not start, or what it counted cannot be; `why`
 * says so. */
bool as_counter_works(const as_pmu *pmu, const char *event, char *why, size_t cap);

#define AS_EVENTS_MAX 64

typedef struct {
    const char *name;
    char status[200]; /* "ok", or "unavailable: ..." */
    unsigned pass;    /* where ok */
    long long value;  /* of the last as_counters_stop of its pass */
} as_event;

typedef struct {
    const as_pmu *pmu;
    as_event events[AS_EVENTS_MAX];
    size_t count;
    unsigned passes; /* each holds events that count together without multiplexing; 0: nothing to count */
    bool running;    /* the pass that was started counts */
} as_counters;

/* Probes each event alone, then puts the good ones into as few passes as the PMU allows. */
void as_counters_probe(as_counters *c, const as_pmu *pmu, const char *const *events);

bool as_counters_start(as_counters *c, unsigned pass);
/* false when the pass gave no values. */
bool as_counters_stop(as_counters *c, unsigned pass);

#endif
