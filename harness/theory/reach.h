/* reach.h: which tokens can reach which through a stack of layers: what follows from a pattern without running it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One layer lets token t read the tokens of N(t), and nothing else: the residual stream, which would add t itself, is
 * not counted, so that the reach of one layer is |N(t)|. After L layers the last token has seen N1(N2(... NL({T}))):
 * the topmost layer is applied first. Where heads differ, a layer of several heads reads the union of their rows.
 *
 * Cost: a row is expanded once for each pattern of the schedule, into a bit set; runs go by the word. Patterns that
 * depend on distance alone may instead be convolved as bit sets of distances, whichever is cheaper at each layer. */
#ifndef AS_THEORY_REACH_H
#define AS_THEORY_REACH_H

#include "../../kernels/pattern/layers.h"
#include "../base/err.h"

#define AS_THEORY_LENGTH_MAX ((size_t)1 << 28)
#define AS_THEORY_LAYERS_MAX ((size_t)1 << 20)

typedef struct {
    const as_layers *schedule;
    size_t length; /* T queries of T keys */
    size_t layers; /* how many to list */
    size_t heads;  /* union of the rows of heads 0..heads-1 */
    bool share;    /* also the fraction of all pairs */
} as_reach_ask;

typedef enum {
    AS_COVERS,         /* layers_to_cover is exact */
    AS_COVERS_NEVER,   /* proven: a fixed point, a repeated state, or a last token that is lost for good */
    AS_COVERS_UNKNOWN, /* the states neither filled up nor repeated within the work allowed (masks of users alone) */
} as_cover;

typedef struct {
    uint64_t *sees; /* [layers] tokens that the last token sees after layers 1..L */
    double *share;  /* [layers] share of all pairs that are connected: of T(T+1)/2 for causal patterns, else of T*T */
    size_t layers;
    size_t sampled; /* 0: share is exact; else the number of rows it was estimated from */
    as_cover cover;
    uint64_t layers_to_cover; /* layers until the last token sees all T; 0 unless AS_COVERS */
} as_reach;

/* false: out of memory, or a length beyond AS_THEORY_LENGTH_MAX. Free with as_reach_free. */
bool as_reach_find(const as_reach_ask *ask, as_reach *out, as_err *err);
void as_reach_free(as_reach *r);

/* True when every pattern of the schedule has the trait. */
bool as_layers_all(const as_layers *s, unsigned trait);

#endif
