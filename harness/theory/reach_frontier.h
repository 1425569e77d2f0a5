/* reach_frontier.h: a set of tokens that grows layer by layer: the engine under reach. For theory/ alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_THEORY_REACH_FRONTIER_H
#define AS_THEORY_REACH_FRONTIER_H

#include "reach_types.h"

/* Tokens not yet expanded under one pattern: bits, and the words in which there are any. */
typedef struct {
    uint64_t *bits;
    size_t *touched;
    size_t count;
} as_front;

typedef struct {
    const as_reach_ask *ask;
    size_t words;
    uint64_t *seen;  /* the set: bit t is token t */
    size_t *next;    /* union-find: the first word from here on that is not full */
    uint64_t size;   /* how many tokens */
    uint64_t places; /* sum of (t + 1) over them */
    size_t period;
    as_front *pending; /* [period] */
    as_front current;  /* the front being expanded */
    uint64_t *shifted; /* [words] scratch of the convolution */
    uint64_t *summed;  /* [words] scratch of the convolution */
    as_run *runs;
    uint64_t spent; /* words and keys touched: a measure of work */
    bool grows;     /* every step only adds; see reach_frontier.c */
} as_spread;

bool as_spread_open(as_spread *s, const as_reach_ask *ask);
void as_spread_close(as_spread *s);

/* Back to the set {token}. */
void as_spread_start(as_spread *s, size_t token);

/* The set becomes the union of the rows of its tokens under pattern i of the schedule. */
void as_spread_step(as_spread *s, size_t i);

/* True when no further step can change the set (growing sets alone). */
bool as_spread_settled(const as_spread *s);

static inline bool as_spread_has(const as_spread *s, size_t token) { return s->seen[token / 64] >> (token % 64) & 1; }

#endif
