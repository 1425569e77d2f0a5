/* sums.h: what the oracles of convolutions, mixers and layers share: products and non-linearities in float64.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_ORACLE_SUMS_H
#define AS_ORACLE_SUMS_H

#include <math.h>
#include <stdlib.h>

#include "truth.h"

/* out (columns) += x (n) w (n, columns; row stride ld) */
static inline void as_sums_add(const double *x, size_t n, const float *w, size_t ld, size_t columns, double *out)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < columns; c++)
            out[c] += x[i] * (double)w[i * ld + c];
}

/* The same for x in float32. */
static inline void as_sums_add_f32(const float *x, size_t n, const float *w, size_t ld, size_t columns, double *out)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < columns; c++)
            out[c] += (double)x[i] * (double)w[i * ld + c];
}

static inline double as_truth_sigmoid(double x) { return 1 / (1 + exp(-x)); }

/* The tanh form. */
static inline double as_truth_gelu(double x)
{
    return 0.5 * x * (1 + tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x)));
}

/* o (D) = mlp(x (D)); w1 (D, Dff) and GELU, or w1 (D, 2 Dff) and SwiGLU; w2 (Dff, D) */
static inline bool as_truth_mlp(const double *x, const float *w1, const float *w2, size_t D, size_t Dff, bool swiglu,
                                double *o)
{
    const size_t wide = swiglu ? 2 * Dff : Dff;
    double *hidden = calloc(wide, sizeof *hidden);
    if (!hidden)
        return false;
    as_sums_add(x, D, w1, wide, wide, hidden);
    for (size_t i = 0; i < Dff; i++)
        hidden[i] = swiglu ? hidden[i] * as_truth_sigmoid(hidden[i]) * hidden[Dff + i] : as_truth_gelu(hidden[i]);
    memset(o, 0, D * sizeof *o);
    as_sums_add(hidden, Dff, w2, D, D, o);
    free(hidden);
    return true;
}

/* The same of a token in float32. */
static inline bool as_truth_mlp_f32(const float *x, const float *w1, const float *w2, size_t D, size_t Dff, bool swiglu,
                                    double *o)
{
    double *wider = malloc(D * sizeof *wider);
    for (size_t c = 0; wider && c < D; c++)
        wider[c] = x[c];
    const bool ok = wider && as_truth_mlp(wider, w1, w2, D, Dff, swiglu, o);
    free(wider);
    return ok;
}

/* layer/norm of x (D): see kernels/layer/parts.h */
static inline void as_truth_norm(const double *x, const float *gain, size_t D, bool rms, double *o)
{
    double mean = 0, squares = 0;
    for (size_t c = 0; c < D && !rms; c++)
        mean += x[c] / (double)D;
    for (size_t c = 0; c < D; c++)
        squares += (x[c] - mean) * (x[c] - mean) / (double)D;
    for (size_t c = 0; c < D; c++)
        o[c] = (x[c] - mean) / sqrt(squares + 1e-5) * gain[c];
}

/* Element c of a head x (d) turned for `position`. */
static inline double as_truth_rope(const double *x, size_t d, size_t c, size_t position, bool split)
{
    const size_t half = d / 2, i = split ? c % half : c / 2;
    const bool second = split ? c >= half : c % 2;
    const double angle = (double)position * pow(10000, -2.0 * (double)i / (double)d);
    const double a = x[split ? i : 2 * i], b = x[split ? i + half : 2 * i + 1];
    return second ? a * sin(angle) + b * cos(angle) : a * cos(angle) - b * sin(angle);
}

#endif
