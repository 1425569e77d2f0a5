/* reach.c: the last token's set after each depth, and the depth at which it is complete.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The topmost layer acts first, so the set after L layers of a schedule of m patterns starts with pattern L-1 mod m and
 * goes down. Depths that agree mod m are prefixes of one chain: m chains give every depth. Patterns that depend on
 * distance commute (distances add, and no partial sum exceeds the whole), so one chain upwards does. */
#include "reach.h"

#include <stdlib.h>
#include <string.h>

#include "reach_pairs.h"
#include "reach_frontier.h"

/* One chain under way. Depths recorded are those with k = every * n + offset. */
typedef struct {
    as_spread spread;
    as_reach *out;
    bool commute, causal;
    uint64_t *kept; /* a state to recognise again: Brent's cycle detection */
    uint64_t kept_size;
    size_t wait, waited;
} walk;

#define WORK_MAX ((uint64_t)1 << 31) /* words and keys, for states that neither fill nor repeat */

static void record(const walk *w, uint64_t depth)
{
    as_reach *out = w->out;
    size_t length = w->spread.ask->length;
    if (depth <= out->layers) {
        out->sees[depth - 1] = w->spread.size;
        if (w->commute && out->share)
            out->share[depth - 1] = (double)w->spread.places / ((double)length * (double)(length + 1) / 2);
    }
    if (w->spread.size == length && (out->cover != AS_COVERS || depth < out->layers_to_cover)) {
        out->cover = AS_COVERS;
        out->layers_to_cover = depth;
    }
}

/* The state at the end of a period was there before. */
static bool repeated(walk *w)
{
    const as_spread *s = &w->spread;
    size_t bytes = s->words * sizeof *s->seen;
    if (w->kept_size == s->size && !memcmp(w->kept, s->seen, bytes))
        return true;
    if (++w->waited >= w->wait) {
        memcpy(w->kept, s->seen, bytes);
        w->kept_size = s->size;
        w->wait *= 2;
        w->waited = 0;
    }
    return false;
}

/* Nothing that a later step of this chain does can make the set complete; *known says whether that is certain. */
static bool hopeless(walk *w, bool end_of_period, bool *known)
{
    const as_spread *s = &w->spread;
    *known = true;
    if (s->grows)
        return as_spread_settled(s);
    if (w->causal && !as_spread_has(s, s->ask->length - 1))
        return true; /* only the last token sees the last token */
    if (end_of_period && repeated(w))
        return true;
    *known = s->spent < WORK_MAX;
    return !*known;
}

/* Walks the chain whose first pattern is `first`; depths k with (k - 1) mod m = first count, or all when commuting. */
static void follow(walk *w, size_t first)
{
    as_spread *s = &w->spread;
    size_t m = s->period, layers = w->out->layers;
    bool single = w->commute || m == 1, done = false, known = true;
    w->kept_size = UINT64_MAX;
    w->wait = 1, w->waited = 0;
    s->spent = 0;
    as_spread_start(s, s->ask->length - 1);
    for (uint64_t depth = 1;; depth++) {
        if (!done || !s->grows) {
            size_t i = w->commute ? (depth - 1) % m : (first + m - (depth - 1) % m) % m;
            as_spread_step(s, i);
        }
        bool counts = single || (depth - 1) % m == first;
        if (counts)
            record(w, depth);
        bool beaten = w->out->cover == AS_COVERS && w->out->layers_to_cover <= depth;
        done = done || (s->grows && s->size == s->ask->length) || (!beaten && hopeless(w, depth % m == 0, &known));
        if ((done || beaten) && counts && depth >= layers)
            break;
    }
    if (!known && w->out->cover == AS_COVERS_NEVER)
        w->out->cover = AS_COVERS_UNKNOWN;
}

static bool find_reach(walk *w, const as_reach_ask *ask)
{
    w->commute = as_layers_all(ask->schedule, AS_PATTERN_BY_DISTANCE);
    w->causal = as_layers_all(ask->schedule, AS_PATTERN_CAUSAL);
    if (!as_spread_open(&w->spread, ask) || !(w->kept = calloc(w->spread.words, sizeof *w->kept)))
        return false;
    size_t chains = w->commute ? 1 : w->spread.period;
    for (size_t first = 0; first < chains; first++)
        follow(w, first);
    return !w->out->share || w->commute || as_pairs_find(&w->spread, w->out);
}

bool as_reach_find(const as_reach_ask *ask, as_reach *out, as_err *err)
{
    *out = (as_reach){.layers = ask->layers, .cover = AS_COVERS_NEVER};
    if (ask->length > AS_THEORY_LENGTH_MAX || ask->layers > AS_THEORY_LAYERS_MAX)
        return as_fail(err, AS_EXIT_USAGE, "reach is computed up to length 256M and 1M layers: ask for less");
    walk w = {.out = out};
    out->sees = calloc(ask->layers + 1, sizeof *out->sees);
    out->share = ask->share ? calloc(ask->layers + 1, sizeof *out->share) : NULL;
    bool ok = out->sees && (out->share || !ask->share) && find_reach(&w, ask);
    as_spread_close(&w.spread);
    free(w.kept);
    if (ok)
        return true;
    as_reach_free(out);
    return as_fail_memory(err);
}

void as_reach_free(as_reach *r)
{
    free(r->sees);
    free(r->share);
    *r = (as_reach){0};
}
