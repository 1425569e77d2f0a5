/* lsh.h: operands, parameters and rotations of content/lsh, shared with its oracle.
 * SPDX-License-Identifier: Apache-2.0
 *
 * qk, v, o (B,H,T,d); rotations (rounds, d, buckets/2); bucket (B,H,rounds,T): of each position; order (B,H,rounds,T):
 * positions sorted by (bucket, position). The last three are the kernel's to write. */
#ifndef AS_LSH_H
#define AS_LSH_H

#include "../attention/attention.h"
#include "../common/gauss.h"

enum { LSH_QK, LSH_V, LSH_O, LSH_ROTATIONS, LSH_BUCKET, LSH_ORDER };

static inline size_t lsh_buckets(const as_problem *p) { return p->param[0]; }
static inline size_t lsh_half(const as_problem *p) { return p->param[0] / 2; }
static inline size_t lsh_chunk(const as_problem *p) { return p->param[1]; }
static inline size_t lsh_rounds(const as_problem *p) { return p->param[2]; }

/* Element i of a round's (d, buckets/2). */
static inline float lsh_rotation(const as_problem *p, size_t round, size_t i)
{
    return (float)as_gauss(p->param[3], round, i);
}

#endif
