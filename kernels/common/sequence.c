/* sequence.c: work and refusals of kernels that turn a sequence into another.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sequence.h"

#include <math.h>

#include "../attention/attention.h"

bool as_sequence_refuse_dtype(const as_problem *p, char *why, size_t cap) { return as_refuse_but_f32(p, why, cap); }

bool as_sequence_refuse_pattern(const as_problem *p, bool sees_future, char *why, size_t cap)
{
    const unsigned traits = as_pattern_traits(p->pattern);
    const bool causal = traits & AS_PATTERN_CAUSAL;
    if ((traits & AS_PATTERN_DENSE) && causal != sees_future)
        return false;
    return as_refuse(why, cap,
                     sees_future ? "sees the whole sequence whatever the pattern: takes full only"
                                 : "sees the past in its own way whatever the pattern: takes causal only");
}

bool as_sequence_refuse_context(const as_problem *p, char *why, size_t cap)
{
    if (p->context == p->length)
        return false;
    return as_refuse(why, cap, "keeps no cache of earlier tokens: context must be the same as length");
}

as_work as_sequence_work(const as_problem *p, const as_kernel *kernel, uint64_t useful, uint64_t executed,
                         uint64_t exps)
{
    as_operand table[AS_OPERANDS_MAX];
    const size_t count = kernel->operands(p, table);
    as_work work = as_attention_work(p, executed);
    work.flops_useful = useful;
    work.exps = exps;
    work.bytes_min = 0;
    for (size_t i = 0; i < count; i++) {
        size_t numbers = 1;
        for (int j = 0; j < table[i].rank; j++)
            numbers *= table[i].shape[j];
        const uint64_t bytes = as_dtype_size(table[i].dtype, numbers);
        work.bytes_min += table[i].role == AS_KEPT ? 0 : bytes;
    }
    return work;
}

double as_sequence_tolerance(double terms) { return (32 + 12 * sqrt(terms)) / 16777216; }

double as_sequence_magnitude(double terms) { return 5 + 7.25 / sqrt(terms); }

double as_sequence_tolerance_of(const as_problem *p, double terms)
{
    return as_sequence_tolerance(terms) + (p->dtype == AS_F32 ? 0 : as_sequence_magnitude(terms) / 256);
}
