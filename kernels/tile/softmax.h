/* softmax.h: softmax kept as a running (max, sum) while keys arrive block by block (Milakov and Gimelshein, 2018).
 * SPDX-License-Identifier: Apache-2.0
 * Scores are in units of log2: p = 2^(s - max). The sum is kept as a vector and added up once, at the end. */
#ifndef AS_TILE_SOFTMAX_H
#define AS_TILE_SOFTMAX_H

#include <math.h>

#include "../vec/exp.h"

/* A row's maximum is only moved when the new one is larger by this much: until then weights grow to 2^8 at most, which
 * float32 sums without loss, and the row's output needs no rescaling. */
#define TILE_SLACK 8.0f

/* sum: VF_N partial sums */
typedef struct {
    float *max, *sum;
} tile_running;

/* Moves the maximum to that of s (n, a multiple of VF_N; -infinity where not visible) where that is called for. Returns
 * what the row's sum and output so far must be multiplied by: 1 nearly always. */
static inline float tile_softmax_max(const float *s, size_t n, float *max)
{
    vf top = vf_load(s), other = top; /* two: one would wait for itself */
    size_t j = VF_N;
    for (; j + VF_N < n; j += 2 * VF_N) {
        top = vf_max(top, vf_load(s + j));
        other = vf_max(other, vf_load(s + j + VF_N));
    }
    if (j < n)
        other = vf_max(other, vf_load(s + j));
    const float here = vf_top(vf_max(top, other)), before = *max;
    if (!(here > before + TILE_SLACK || (before == -INFINITY && here > before)))
        return 1;
    *max = here;
    return before == -INFINITY ? 0 : exp2f(before - here);
}

static inline vf tile_softmax_base(float max) { return vf_set(max == -INFINITY ? 0 : max); }

/* s becomes weights over `max`; sums so far are multiplied by `scale`, and these added. */
static inline void tile_softmax_weights(float *s, size_t n, float max, float *sum, float scale)
{
    const vf base = tile_softmax_base(max);
    vf total = vf_mul(vf_load(sum), vf_set(scale));
    for (size_t j = 0; j < n; j += VF_N) {
        const vf p = vf_exp2(vf_sub(vf_load(s + j), base));
        total = vf_add(total, p);
        vf_store(s + j, p);
    }
    vf_store(sum, total);
}

/* Both; returns what tile_softmax_max does. */
static inline float tile_softmax_row(float *s, size_t n, float *max, float *sum)
{
    const float scale = tile_softmax_max(s, n, max);
    tile_softmax_weights(s, n, *max, sum, scale);
    return scale;
}

#endif
