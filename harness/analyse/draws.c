/* draws.c: see draws.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "draws.h"

#include <math.h>
#include <string.h>

#include "stats.h"

uint64_t as_random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t as_seed_of(const char *const *texts, size_t count)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < count; i++)
        for (const char *t = texts[i] ? texts[i] : ""; *t; t++)
            hash = (hash ^ (unsigned char)*t) * 0x100000001b3u;
    return hash;
}

double as_median_log(const double *times, size_t count, double *room)
{
    memcpy(room, times, count * sizeof *room);
    as_stats_sort(room, count);
    return log(as_stats_median(room, count));
}

double as_drawn_median_log(const double *times, size_t count, double *room, uint64_t *random)
{
    for (size_t i = 0; i < count; i++)
        room[i] = times[as_random_next(random) % count];
    as_stats_sort(room, count);
    return log(as_stats_median(room, count));
}
