/* attention.h: what the descriptors of all attention kernels share: operands q, k, v and o, their work, their promise.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_ATTENTION_H
#define AS_ATTENTION_H

#include "../api/builtin.h"
#include "../api/dtype.h"
#include "../common/refuse.h"
#include "../common/size.h"

/* q (B,H,T,d), k (B,Hkv,S,d), v (B,Hkv,S,d), o (B,H,T,d) */
size_t as_attention_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX]);

/* Useful and dense FLOPs, exps and least bytes; flops_executed is `executed`. */
as_work as_attention_work(const as_problem *p, uint64_t executed);

/* Float32 attention over normal q, k, v: see the .c file. */
double as_attention_tolerance(const as_problem *p);

/* Refuses patterns but causal and full. */
bool as_attention_refuse_sparse(const as_problem *p, char *why, size_t cap);

/* Where query t of (batch b, head h) starts in q and o, and key 0 of its head in k and v. */
static inline size_t as_query_offset(const as_problem *p, size_t b, size_t h, size_t t)
{
    return ((b * p->heads + h) * p->length + t) * p->head_dim;
}

static inline size_t as_key_offset(const as_problem *p, size_t b, size_t h)
{
    return (b * p->kv_heads + h / (p->heads / p->kv_heads)) * p->context * p->head_dim;
}

/* Keys 0..n-1 that query t sees under causal or full, the only patterns that a dense kernel takes. */
static inline size_t as_dense_keys(const as_problem *p, size_t t)
{
    return as_pattern_traits(p->pattern) & AS_PATTERN_CAUSAL ? p->context - p->length + t + 1 : p->context;
}

#endif
