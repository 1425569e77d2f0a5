/* power.c: see power.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "power.h"

#include <string.h>

enum { QUADS = 6 };

typedef struct {
    uint64_t x;
    as_noise noise;
    double shift;
} simulation;

as_noise as_noise_assumed(void) { return (as_noise){.turn = 0.008, .tail_share = 0.05, .tail_factor = 6, .layout = 0.002}; }

/* splitmix64 */
static double uniform(simulation *s)
{
    uint64_t z = s->x += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

static double normal(simulation *s) { return sqrt(-2 * log(uniform(s))) * cos(6.283185307179586 * uniform(s)); }

static double turn(simulation *s)
{
    const double size = uniform(s) < s->noise.tail_share ? s->noise.tail_factor : 1;
    return s->noise.turn * size * normal(s);
}

static as_pair_status pair(void *state, size_t index, as_phase_kind phase, unsigned process, as_points *news,
                           as_points *copies, const char **reason)
{
    simulation *s = state;
    const double layout = s->noise.layout * normal(s), of_copy = s->noise.layout * normal(s);
    (void)index;
    (void)phase;
    *reason = NULL;
    for (int i = 0; i < 2 * QUADS; i++)
        as_points_add(news, log1p(s->shift) + layout + turn(s), process);
    for (int i = 0; i < QUADS; i++)
        as_points_add(copies, of_copy + turn(s), process);
    return AS_PAIR_OK;
}

as_tally as_power_simulate(const as_duel_rules *rules, as_noise noise, double shift, unsigned trials, uint64_t seed)
{
    static const char *const cases[] = {"simulated"};
    simulation s = {.x = seed, .noise = noise, .shift = shift};
    as_tally tally = {0};
    for (unsigned i = 0; i < trials; i++) {
        as_verdict row;
        as_arena *arena = as_arena_create();
        const as_duel duel = {.cases = cases, .count = 1, .rules = *rules, .pair = pair, .state = &s};
        as_duel_run(&duel, arena, &row);
        tally.regressed += !strcmp(row.verdict, "regressed");
        tally.improved += !strcmp(row.verdict, "improved");
        tally.same += !strcmp(row.verdict, "same");
        tally.inconclusive += !strcmp(row.verdict, "inconclusive");
        as_arena_free(arena);
    }
    return tally;
}
