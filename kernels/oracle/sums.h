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

/* The same for x and w of either type, w from element `at` on. */
static inline void as_sums_add_any(const void *x, size_t x_at, size_t n, const void *w, size_t w_at, size_t ld,
                                   size_t columns, as_dtype dtype, double *out)
{
    if (dtype == AS_F32) {
        as_sums_add_f32((const float *)x + x_at, n, (const float *)w + w_at, ld, columns, out);
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < columns; c++)
            out[c] += as_truth_at(x, x_at + i, dtype) * as_truth_at(w, w_at + i * ld + c, dtype);
}

static inline double as_truth_sigmoid(double x) { return 1 / (1 + exp(-x)); }

/* The tanh form. */
static inline double as_truth_gelu(double x)
{
    return 0.5 * x * (1 + tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x)));
}

/* hidden (Dff, or 2 Dff where gates are) through the non-linearity, in place */
static inline void as_truth_activate(double *hidden, size_t Dff, bool swiglu)
{
    for (size_t i = 0; i < Dff; i++)
        hidden[i] = swiglu ? hidden[i] * as_truth_sigmoid(hidden[i]) * hidden[Dff + i] : as_truth_gelu(hidden[i]);
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
    as_truth_activate(hidden, Dff, swiglu);
    memset(o, 0, D * sizeof *o);
    as_sums_add(hidden, Dff, w2, D, D, o);
    free(hidden);
    return true;
}

/* The same of the token whose D elements begin with x[at], all of either type. */
static inline bool as_truth_mlp_any(const void *x, size_t at, const void *w1, const void *w2, as_dtype dtype, size_t D,
                                    size_t Dff, bool swiglu, double *o)
{
    const size_t wide = swiglu ? 2 * Dff : Dff;
    double *hidden = calloc(wide, sizeof *hidden);
    if (!hidden)
        return false;
    as_sums_add_any(x, at, D, w1, 0, wide, wide, dtype, hidden);
    as_truth_activate(hidden, Dff, swiglu);
    memset(o, 0, D * sizeof *o);
    for (size_t i = 0; i < Dff; i++)
        for (size_t c = 0; c < D; c++)
            o[c] += hidden[i] * as_truth_at(w2, i * D + c, dtype);
    free(hidden);
    return true;
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
