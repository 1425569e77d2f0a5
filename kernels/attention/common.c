/* common.c: operands, work, tolerances and refusals that attention kernels share.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "attention.h"

size_t as_attention_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t B = p->batch, T = p->length, S = p->context, d = p->head_dim;
    out[0] = AS_OPERAND("q", AS_IN, AS_FILL_NORMAL, p->dtype, B, p->heads, T, d);
    out[1] = AS_OPERAND("k", AS_IN, AS_FILL_NORMAL, p->dtype, B, p->kv_heads, S, d);
    out[2] = AS_OPERAND("v", AS_IN, AS_FILL_NORMAL, p->dtype, B, p->kv_heads, S, d);
    out[3] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, p->dtype, B, p->heads, T, d);
    return 4;
}

/* Score and value are 2d FLOPs each per edge. Dense causal: query t sees S-T+t+1 keys. */
as_work as_attention_work(const as_problem *p, uint64_t executed)
{
    const uint64_t d = p->head_dim, B = p->batch, T = p->length, S = p->context, bytes = as_dtype_bytes(p->dtype);
    const uint64_t keys =
        T == 1 && p->edges / p->heads < S ? p->edges / p->heads : S; /* one query: those that it sees */
    const uint64_t dense = T * (S - T) + (T % 2 ? T * ((T + 1) / 2) : T / 2 * (T + 1));
    return (as_work){
        .flops_useful = 4 * d * p->edges * B,
        .flops_executed = executed,
        .flops_dense = 4 * d * dense * p->heads * B,
        .exps = p->edges * B,
        .bytes_min = 2 * B * d * bytes * (T * p->heads + keys * p->kv_heads),
    };
}

/* bfloat16 keeps 8 bits. Operands are exact, being bfloat16 themselves; what is rounded to 2^-9 of itself is the scaled
 * query (scores of magnitude up to 5 move by 5 2^-9, a weight by as much of itself), the weights, and the output, whose
 * magnitude is at most that of v, 3.5. */
static double as_attention_tolerance_bf16(const as_problem *p)
{
    (void)p;
    return (5 + 1 + 3.5) / 512;
}

/* Outputs are averages of v, which is normal, so errors are absolute. A score q.k/sqrt(d) is off by about
 * 2^-24 |q||k|/sqrt(d) ~ 2^-24 sqrt(d) at worst; exp turns that into a relative error of a weight, and sums over keys
 * average it out. 2^-24 (16 + 4 sqrt(d)), doubled, stays below what leaving out one key of 16384 does (6e-5). */
double as_attention_tolerance(const as_problem *p)
{
    if (p->dtype == AS_BF16)
        return as_attention_tolerance_bf16(p);
    return 2 * (16 + 4 * sqrt((double)p->head_dim)) / 16777216;
}

bool as_attention_refuse_sparse(const as_problem *p, char *why, size_t cap)
{
    if (as_pattern_traits(p->pattern) & AS_PATTERN_DENSE)
        return false;
    return as_refuse(why, cap, "dense kernel: takes causal and full only; attention/gather takes every pattern");
}
