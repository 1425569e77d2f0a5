/* power.h: what a duel flags and what it misses, counted over many trials of known truth, simulated or measured.
 * SPDX-License-Identifier: Apache-2.0
 * Simulated turns, with noise of an assumed shape, test the rules anywhere and in a second. Turns of real workers,
 * which `self-test --power` sends through the same engine, test the machine. */
#ifndef AS_DUEL_POWER_H
#define AS_DUEL_POWER_H

#include "rules.h"

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

/* Counts those of `trials` that have the row's injected, share and load into the row's other columns. */
void as_power_count(const as_trial *trials, size_t count, as_power *row);

/* Whether the row shows what is asked of a duel; otherwise `why` says what is asked. */
bool as_power_keeps(const as_power *row, char why[200]);

/* The rows as a page in Markdown. */
void as_power_page(const as_power *rows, size_t count, const char *machine, const char *build, as_text *out);

#endif
