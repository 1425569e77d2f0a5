/* fill.c: the loops that fill operands, built once for each instruction set: plain C that compilers vectorise. Integers
 * and single roundings alone, so that every build makes the same numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../api/builtin.h"
#include "mix.h"
#include "operand.h"

/* Sum of four 16-bit uniforms, centred, scaled to variance 1: bell-shaped, within +-3.47. */
static inline float bell(uint64_t r)
{
    const int32_t sum =
        (int32_t)(r & 0xffff) + (int32_t)(r >> 16 & 0xffff) + (int32_t)(r >> 32 & 0xffff) + (int32_t)(r >> 48);
    return (float)(sum - 131070) * (1.0f / 37837.0f);
}

static inline float uniform(uint64_t r) { return (float)(int32_t)(r >> 40) * (1.0f / 16777216.0f); }

/* to nearest, ties to even */
static inline uint16_t bf16_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void fill(const as_fill_job *job, void *data)
{
    const uint64_t from = job->base + job->first;
    const size_t n = job->count;
    const float scale = job->scale;
    float *f32 = data;
    uint16_t *bf16 = data;
    if (job->fill == AS_FILL_UNIFORM && job->dtype == AS_F32)
        for (size_t i = 0; i < n; i++)
            f32[i] = uniform(as_mix_seed(from + i));
    else if (job->fill == AS_FILL_UNIFORM)
        for (size_t i = 0; i < n; i++)
            bf16[i] = bf16_of(uniform(as_mix_seed(from + i)));
    else if (job->dtype == AS_F32)
        for (size_t i = 0; i < n; i++)
            f32[i] = bell(as_mix_seed(from + i)) * scale;
    else
        for (size_t i = 0; i < n; i++)
            bf16[i] = bf16_of(bell(as_mix_seed(from + i)) * scale);
}

extern const as_filler AS_ISA(as_filler);
const as_filler AS_ISA(as_filler) = {AS_THIS_ISA, fill};
