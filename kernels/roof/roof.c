/* roof.c: the loops that measure this machine's limits, built once per instruction set; see roof.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "roof.h"

#include "api/builtin.h"
#include "vec/vec.h"

/* Enough independent sums to hide the latency of two multiply-add units: 5 cycles x 2. */
#define CHAINS 12

#if defined AS_ISA_avx512
#include "roof/bf16.h"
#else
#define bf16_loop NULL
#define bf16_runs NULL
#endif

static uint64_t fma_loop(uint64_t rounds, float *sink)
{
    vf sum[CHAINS], a = vf_set(0.999f), b = vf_set(0.001f);
    for (int i = 0; i < CHAINS; i++)
        sum[i] = vf_set((float)i);
    for (uint64_t r = 0; r < rounds; r++) {
        VF_UNROLL
        for (int i = 0; i < CHAINS; i++)
            sum[i] = vf_fma(sum[i], a, b);
    }
    for (int i = 1; i < CHAINS; i++)
        sum[0] = vf_add(sum[0], sum[i]);
    *sink += vf_sum(sum[0]);
    return rounds * CHAINS * VF_N * 2;
}

static uint64_t read_loop(const float *data, size_t bytes, float *sink)
{
    const size_t stride = 8 * VF_N, n = bytes / sizeof(float) / stride * stride;
    vf sum[8];
    for (int i = 0; i < 8; i++)
        sum[i] = vf_zero();
    for (size_t at = 0; at < n; at += stride) {
        VF_UNROLL
        for (int i = 0; i < 8; i++)
            sum[i] = vf_add(sum[i], vf_load(data + at + (size_t)i * VF_N));
    }
    for (int i = 1; i < 8; i++)
        sum[0] = vf_add(sum[0], sum[i]);
    *sink += vf_sum(sum[0]);
    return n * sizeof(float);
}

#define STREAMS 8

/* The same sum, of so many parts of the data side by side: hardware prefetchers follow each of them. */
static uint64_t read_streams_loop(const float *data, size_t bytes, float *sink)
{
    const size_t n = bytes / sizeof(float) / (STREAMS * VF_N) * VF_N; /* of a stream */
    vf sum[STREAMS];
    for (int i = 0; i < STREAMS; i++)
        sum[i] = vf_zero();
    for (size_t at = 0; at < n; at += VF_N) {
        VF_UNROLL
        for (int i = 0; i < STREAMS; i++)
            sum[i] = vf_add(sum[i], vf_load(data + (size_t)i * n + at));
    }
    for (int i = 1; i < STREAMS; i++)
        sum[0] = vf_add(sum[0], sum[i]);
    *sink += vf_sum(sum[0]);
    return n * STREAMS * sizeof(float);
}

const as_roof AS_PASTE(as_roof, AS_ISA_NAME) = {
    AS_THIS_ISA, AS_THIS_ISA == AS_AMX ? NULL : fma_loop, {read_loop, read_streams_loop}, bf16_loop, bf16_runs};
