/* reach_types.h: what the reach of a stack is asked for, and the answer.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_THEORY_REACH_TYPES_H
#define AS_THEORY_REACH_TYPES_H

#include "../../kernels/pattern/layers.h"
#include "../../kernels/pattern/pattern.h"

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

/* True when every pattern of the schedule has the trait. */
static inline bool as_layers_all(const as_layers *s, unsigned trait)
{
    for (size_t i = 0; i < as_layers_period(s); i++)
        if ((as_pattern_traits(as_layers_at(s, i)) & trait) != trait)
            return false;
    return true;
}

#endif
