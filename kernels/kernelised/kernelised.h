/* kernelised.h: what the descriptors of kernelised attention share: phi(q_t) . sum of phi(k_u) v_u over the past,
 * divided by phi(q_t) . sum of phi(k_u), with m features phi. q and o are (B,H,T,d), k and v (B,Hkv,S,d).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_KERNELISED_H
#define AS_KERNELISED_H

#include <math.h>

#include "../attention/attention.h"

/* Operands from here on are an algorithm's own; 0..3 are q, k, v, o. */
#define KERNELISED_OWN 4

#define PERFORMER_EPSILON 1e-6f /* added to every feature, so that no weight is 0 (Choromanski et al., 2021) */

/* Per token 2 m d + m to put a key into the state, 2 m d + 2 m + d to read it, m features each: 4 m d + 3 m + d where
 * every query head has its own keys. */
static inline uint64_t kernelised_flops(const as_problem *p, uint64_t m)
{
    const uint64_t d = p->head_dim;
    return p->batch * p->length * (p->kv_heads * (2 * m * d + m) + p->heads * (2 * m * d + 2 * m + d));
}

static inline as_work kernelised_work(const as_problem *p, uint64_t useful, uint64_t executed, uint64_t exps)
{
    as_work work = as_attention_work(p, executed);
    work.flops_useful = useful;
    work.exps = exps;
    return work;
}

/* Outputs are weighted means of v, which is normal. Numerator and denominator are sums of up to S products of float32,
 * each addition off by 2^-24 of a partial sum: errors add up like a random walk. */
static inline double kernelised_tolerance_f32(const as_problem *p)
{
    return 2 * (16 + 4 * sqrt((double)p->head_dim) + sqrt((double)p->context)) / 16777216;
}

/* bfloat16: what is rounded, to at most 2^-8 of itself, is the output, of a magnitude of at most 3.5; on AMX the
 * weights of a chunk's keys, the same for each value, and what averages out over many features: these and the state. */
static inline double kernelised_tolerance(const as_problem *p)
{
    return kernelised_tolerance_f32(p) + (p->dtype == AS_F32 ? 0 : (3.5 + 3.5 + 1) / 256);
}

#endif
