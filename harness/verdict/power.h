/* power.h: what a duel of these rules flags and what it misses, on turns with noise of an assumed shape; it proves the rules, not a machine.
 * SPDX-License-Identifier: Apache-2.0
 * Simulated turns prove the rules, anywhere and in a moment; the machine is proved by living workers, which the command
 * `self-test --power` sends through the same engine. */
#ifndef AS_POWER_H
#define AS_POWER_H

#include "duel.h"

/* Natural logarithms. Assumed, not fitted to stored turns: a turn is off by 0.8 % with tails (one in twenty by
 * six times that), a pair of processes by 0.2 % for all its turns. */
typedef struct {
    double turn, tail_share, tail_factor, layout;
} as_noise;

as_noise as_noise_assumed(void);

typedef struct {
    unsigned regressed, improved, same, inconclusive;
} as_tally;

/* `trials` duels of one case whose new build takes `shift` (0.02: 2 %) more time. The same seed, the same tally. */
as_tally as_power_simulate(const as_duel_rules *rules, as_noise noise, double shift, unsigned trials, uint64_t seed);

#endif
