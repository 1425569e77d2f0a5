/* power.c: simulated duels, rows of trials, and what is asked of a row.
 * SPDX-License-Identifier: Apache-2.0 */
#include "power.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernels/common/random.h"
#include "../stats/binomial.h"
#include "../stats/order.h"

enum { QUADS = 6 };

typedef struct {
    uint64_t x;
    as_noise noise;
    double shift;
} simulation;

as_noise as_noise_assumed(void)
{
    return (as_noise){.turn = 0.008, .tail_share = 0.05, .tail_factor = 6, .layout = 0.002};
}

/* Never 0 and never 1. */
static double uniform(simulation *s) { return as_random_unit(as_random_next(&s->x)) + 0x1p-54; }

static double normal(simulation *s) { return sqrt(-2 * log(uniform(s))) * cos(6.283185307179586 * uniform(s)); }

static double turn(simulation *s)
{
    const double size = uniform(s) < s->noise.tail_share ? s->noise.tail_factor : 1;
    return s->noise.turn * size * normal(s);
}

static as_pair_status simulate_pair(void *state, const as_pairing *at, as_pair_points *out)
{
    simulation *s = state;
    const double layout = s->noise.layout * normal(s), of_copy = s->noise.layout * normal(s);
    out->reason = NULL;
    for (int i = 0; i < 2 * QUADS; i++)
        as_points_add(out->news, log1p(s->shift) + layout + turn(s), at->process);
    for (int i = 0; i < QUADS; i++)
        as_points_add(out->copies, of_copy + turn(s), at->process);
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
        const as_duel duel = {.cases = cases, .count = 1, .rules = *rules, .pair = simulate_pair, .pair_state = &s};
        as_duel_run(&duel, arena, &row);
        tally.regressed += row.verdict == AS_REGRESSED;
        tally.improved += row.verdict == AS_IMPROVED;
        tally.same += row.verdict == AS_SAME;
        tally.inconclusive += row.verdict == AS_INCONCLUSIVE;
        as_arena_free(arena);
    }
    return tally;
}

/* --- measured ---------------------------------------------------------------------------------------------------- */

static bool of_row(const as_trial *t, const as_power *row)
{
    return !strcmp(t->injected, row->injected) && !strcmp(t->load, row->load) && fabs(t->share - row->share) < 1e-9;
}

void as_power_count(const as_trial *trials, size_t count, as_power *row)
{
    as_arena *arena = as_arena_create();
    double *ratios = as_arena_alloc(arena, (count + 1) * sizeof *ratios), seconds = 0, longest = 0;
    size_t n = 0;
    row->duels = row->flagged = row->opposite = row->inconclusive = row->passed = row->failed = 0;
    for (size_t i = 0; i < count; i++) {
        const as_trial *t = &trials[i];
        if (!of_row(t, row))
            continue;
        const bool regressed = t->verdict == AS_REGRESSED, improved = t->verdict == AS_IMPROVED;
        row->duels++;
        row->flagged += row->share > 0 ? regressed : row->share < 0 ? improved : regressed || improved;
        row->opposite += row->share > 0 ? improved : row->share < 0 ? regressed : false;
        row->inconclusive += t->verdict == AS_INCONCLUSIVE;
        row->passed += t->verdict == AS_SAME;
        seconds += t->seconds;
        longest = fmax(longest, t->seconds);
        if (!isnan(t->ratio))
            ratios[n++] = t->ratio;
    }
    row->failed = row->duels - row->flagged - row->opposite - row->inconclusive - row->passed;
    as_binomial_interval(row->flagged, row->duels, &row->flagged_low, &row->flagged_high);
    row->ratio = as_median(ratios, n);
    row->seconds = row->duels ? seconds / (double)row->duels : AS_NO_REAL;
    row->seconds_max = row->duels ? longest : AS_NO_REAL;
    as_arena_free(arena);
}

/* What is asked, of a slow-down that is in every call. */
static const struct {
    const char *injected;
    double share;
    double flagged_least, flagged_most, passed_most, seconds_most;
} asked[] = {
    {"none", 0, 0, 1.0 / 300, 1, 6},
    {"arithmetic", 0.02, 0.90, 1, 0.01, 6},
    {"arithmetic", 0.05, 0.97, 1, 0.01, 6},
    {"arithmetic", -0.05, 0.97, 1, 0.01, 6},
    {"instructions", 0, 0, 0, 1, INFINITY},
    {"instructions", 0.005, 1, 1, 0, INFINITY},
    {"instructions", -0.005, 1, 1, 0, INFINITY},
};

/* In whole duels: of 50 that may be flagged once in 300 it is one, of 10 that are to be flagged in nine of ten nine. */
bool as_power_keeps(const as_power *row, char why[200])
{
    why[0] = 0;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        if (strcmp(asked[i].injected, row->injected) || fabs(asked[i].share - row->share) > 1e-9 || !row->duels)
            continue;
        const double n = (double)row->duels;
        const double wrong = strcmp(row->load, "none") ? 0 : ceil(asked[i].flagged_most * n);
        if (row->share == 0 && (double)row->flagged > wrong)
            snprintf(why, 200, "%.0f flags at most", wrong);
        else if (row->opposite)
            snprintf(why, 200, "none flagged in the other direction");
        else if ((double)row->flagged < floor(asked[i].flagged_least * n))
            snprintf(why, 200, "%.0f flagged at least", floor(asked[i].flagged_least * n));
        else if ((double)row->passed > ceil(asked[i].passed_most * n))
            snprintf(why, 200, "%.0f called same at most", ceil(asked[i].passed_most * n));
        else if (row->seconds > asked[i].seconds_most)
            snprintf(why, 200, "%.0f s a case at most", asked[i].seconds_most);
    }
    return !why[0];
}

static const char page_head[] =
    "# What a duel sees\n"
    "\n"
    "This page is written by `attnscope self-test --power --trials N --out DIR --page docs/power.md`. Every row is N "
    "duels of the program\n"
    "with itself, in which each call of one side does a known share more: arithmetic in registers (of the case's own "
    "instruction set), reading of memory,\n"
    "reading across cache lines (alignment), in proportion to what that call took: the median ratio says what they "
    "came to. Of kind `work` one call in so many\n"
    "is followed by another, exactly; where a turn holds few calls most turns have none of them, and a median over "
    "turns sees\n"
    "less than there is. Below 0 it is the base that does more. Under `bursts` another process loads another CPU, on "
    "and off.\n"
    "Seconds are those of a whole duel of one case, confirmation included. The cases take turns: a tiled kernel, a "
    "gathering one, a\n"
    "linear one, plain C.\n"
    "\n"
    "Rows of kind `instructions` (`--gate instructions`) are counted by callgrind and not timed. The two sides then "
    "have their buffers and\n"
    "stacks in different places, which in a duel they do not; 0.5 % more is an empty loop in each call of one side.\n"
    "\n"
    "`self-test --power` fails when more than one duel in 300 without a change is flagged (under bursts: any), +2 % is "
    "flagged in fewer than\n"
    "90 of 100 or +-5 % in fewer than 97, a change is flagged in the wrong direction, +2 % is called same in more than "
    "one of 100, or a\n"
    "duel takes more than 6 s; of instructions, when any duel without a change is flagged or any of +-0.5 % is not.\n"
    "\n";

void as_power_page(const as_power *rows, size_t count, const char *machine, const char *build, as_text *out)
{
    as_text_append(out, page_head, sizeof page_head - 1);
    as_text_add(out, "Measured on %s, build %s.\n\n", machine ? machine : "an unknown machine",
                build ? build : "unknown");
    as_text_add(out, "| injected | share | load | duels | flagged | 95 %% interval | wrong way | inconclusive | same | "
                     "failed | median ratio | seconds | longest |\n| --- | ---: | --- | ---: | ---: | ---: | ---: | "
                     "---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (size_t i = 0; i < count; i++) {
        const as_power *r = &rows[i];
        as_text_add(
            out,
            "| %s | %+.3g %% | %s | %llu | %llu | %.1f .. %.1f %% | %llu | %llu | %llu | %llu | %.4f | %.1f | %.1f |\n",
            r->injected, 100 * r->share, r->load, (unsigned long long)r->duels, (unsigned long long)r->flagged,
            100 * r->flagged_low, 100 * r->flagged_high, (unsigned long long)r->opposite,
            (unsigned long long)r->inconclusive, (unsigned long long)r->passed, (unsigned long long)r->failed, r->ratio,
            r->seconds, r->seconds_max);
    }
}
