/* fill.c: the loops that fill operands, built once for each instruction set: plain C that compilers vectorise. Integers
 * and single roundings alone, so that every build makes the same numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../api/builtin.h"
#include "random.h"
#include "bf16.h"
#include "operand.h"

/* Sum of four 16-bit uniforms, centred, scaled to variance 1: bell-shaped, within +-3.47. */
static inline float bell(uint64_t r)
{
    const int32_t sum =
        (int32_t)(r & 0xffff) + (int32_t)(r >> 16 & 0xffff) + (int32_t)(r >> 32 & 0xffff) + (int32_t)(r >> 48);
    return (float)(sum - 131070) * (1.0f / 37837.0f);
}

static inline float uniform(uint64_t r) { return (float)(int32_t)(r >> 40) * (1.0f / 16777216.0f); }

static void fill(const as_fill_job *job, void *data)
{
    const uint64_t from = job->base + job->first;
    const size_t n = job->count;
    const float scale = job->scale;
    float *f32 = data;
    uint16_t *bf16 = data;
    if (job->fill == AS_FILL_UNIFORM && job->dtype == AS_F32)
        for (size_t i = 0; i < n; i++)
            f32[i] = uniform(as_random_first(from + i));
    else if (job->fill == AS_FILL_UNIFORM)
        for (size_t i = 0; i < n; i++)
            bf16[i] = as_bf16_round(uniform(as_random_first(from + i)));
    else if (job->dtype == AS_F32)
        for (size_t i = 0; i < n; i++)
            f32[i] = bell(as_random_first(from + i)) * scale;
    else
        for (size_t i = 0; i < n; i++)
            bf16[i] = as_bf16_round(bell(as_random_first(from + i)) * scale);
}

extern const as_filler AS_ISA(as_filler);
const as_filler AS_ISA(as_filler) = {AS_THIS_ISA, fill};
