/* parts.h: the token-wise parts of a layer: norms, and RoPE's rotation.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Layer norm (Ba et al., 2016): gain (x - mean) / sqrt(variance + 1e-5). RMS norm (Zhang and Sennrich, 2019): gain x /
 * sqrt(mean of squares + 1e-5).
 * RoPE (Su et al., 2021): pair i of a head is turned by position times 10000^(-2i/d). Two layouts are in use, and
 * weights trained for one are wrong for the other: interleaved, pair (2i, 2i+1); half-split, pair (i, i + d/2). */
#ifndef AS_LAYER_PARTS_H
#define AS_LAYER_PARTS_H

#include <math.h>

#include "../api/builtin.h"
#include "../common/sequence.h"
#include "../tile/matmul.h"

#define LAYER_EPSILON 1e-5f

/* FLOPs of a token: sums 1 D (mean) and 3 D (subtract, square, add), then 3 D (subtract, scale, gain); RMS 2 D and 2 D.
 */
static inline uint64_t layer_norm_flops(size_t D, bool rms) { return (rms ? 4 : 7) * (uint64_t)D; }

static inline vf layer_lanes(const float *x, size_t lanes) { return lanes < VF_N ? vf_load_n(x, lanes) : vf_load(x); }

/* Sum over c of x[c], or with `mean` given of (x[c] - mean)^2. */
static inline float layer_sum(const float *x, size_t D)
{
    vf sum = vf_zero();
    for (size_t c = 0; c < D; c += VF_N)
        sum = vf_add(sum, layer_lanes(x + c, D - c < VF_N ? D - c : VF_N));
    return vf_sum(sum);
}

static inline float layer_squares(const float *x, size_t D, float mean)
{
    vf sum = vf_zero();
    size_t c = 0;
    for (; c + VF_N <= D; c += VF_N) {
        const vf off = vf_sub(vf_load(x + c), vf_set(mean));
        sum = vf_fma(off, off, sum);
    }
    float total = vf_sum(sum);
    for (; c < D; c++)
        total += (x[c] - mean) * (x[c] - mean);
    return total;
}

static inline void layer_norm(const float *x, const float *gain, float *o, size_t D, bool rms)
{
    const float mean = rms ? 0 : layer_sum(x, D) / (float)D;
    const vf scale = vf_set(1 / sqrtf(layer_squares(x, D, mean) / (float)D + LAYER_EPSILON));
    for (size_t c = 0; c < D; c += VF_N) {
        const size_t lanes = D - c < VF_N ? D - c : VF_N;
        const vf off = vf_sub(layer_lanes(x + c, lanes), vf_set(mean));
        vf_store_n(o + c, vf_mul(vf_mul(off, scale), layer_lanes(gain + c, lanes)), lanes);
    }
}

/* x and o (rows, D) */
static inline void layer_norm_rows(const float *x, const float *gain, float *o, size_t rows, size_t D, bool rms,
                                   int threads)
{
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (size_t row = 0; row < rows; row++)
        layer_norm(x + row * D, gain, o + row * D, D, rms);
}

/* cosines then sines of positions first.. first + T - 1: (T, d/2) each */
static inline void layer_angles(size_t first, size_t T, size_t d, int threads, float *angles)
{
    const size_t half = d / 2;
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (size_t t = 0; t < T; t++)
        for (size_t i = 0; i < half; i++) {
            const double angle = (double)(first + t) * pow(10000, -2.0 * (double)i / (double)d);
            angles[t * half + i] = (float)cos(angle);
            angles[(T + t) * half + i] = (float)sin(angle);
        }
}

/* A head's d channels; o may be x. Plain loops: compilers vectorise both. */
static inline void layer_rotate(const float *x, const float *restrict cosine, const float *restrict sine, float *o,
                                size_t d, bool split)
{
    const size_t half = d / 2;
    for (size_t i = 0; split && i < half; i++) {
        const float a = x[i], b = x[i + half];
        o[i] = a * cosine[i] - b * sine[i];
        o[i + half] = a * sine[i] + b * cosine[i];
    }
    for (size_t i = 0; !split && i < half; i++) {
        const float a = x[2 * i], b = x[2 * i + 1];
        o[2 * i] = a * cosine[i] - b * sine[i];
        o[2 * i + 1] = a * sine[i] + b * cosine[i];
    }
}

#endif
