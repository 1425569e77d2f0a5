/* mixing.h: token mixing by definition for any number of hidden units, a few channels of a row at a time.
 * SPDX-License-Identifier: Apache-2.0
 * A row of the output needs every hidden unit, so knowing all its channels would cost as much as a layer. Channels do
 * not mix: as many as stay under a budget are computed, chosen by the row; the others are not compared. */
#ifndef AS_ORACLE_MIXING_H
#define AS_ORACLE_MIXING_H

#include "../mixing/token.h"
#include "sums.h"

/* D_S, which the oracle that includes this file defines. */
static size_t mixing_units(const as_problem *p);

#define MIXING_BUDGET 1e7 /* multiply-adds of a row; at least one channel is computed */

static inline size_t as_truth_mixing_channels(const as_problem *p, size_t D_S)
{
    const double channels = MIXING_BUDGET / ((double)p->length * (double)D_S);
    const size_t D = as_problem_width(p);
    return channels < 1 ? 1 : channels < (double)D ? (size_t)channels : D;
}

/* Channel c of token t. x (T,D), w1 (D_S,T), w2 (T,D_S) */
static inline double as_truth_mixing(const as_problem *p, const float *x, const float *w1, const float *w2, size_t D_S,
                                     size_t t, size_t c)
{
    const size_t T = p->length, D = as_problem_width(p);
    const bool causal = p->param[AS_MIXER_CAUSAL];
    double out = 0;
    for (size_t i = 0; i < D_S; i++) {
        const size_t place = (size_t)((uint64_t)i * T / D_S);
        double sum = 0;
        if (causal && place > t)
            continue;
        for (size_t u = 0; u < (causal ? place + 1 : T); u++)
            sum += (double)w1[i * T + u] * (double)x[u * D + c];
        out += (double)w2[t * D_S + i] * as_truth_gelu(sum);
    }
    return out;
}

/* operand: x (B,T,D), w1 (D_S,T), w2 (T,D_S) */
static bool mixing_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const size_t D_S = mixing_units(p), D = as_problem_width(p), channels = as_truth_mixing_channels(p, D_S);
    const float *x = (const float *)operand[0] + at.batch * p->length * D;
    for (size_t c = 0; c < D; c++)
        out[c] = AS_ORACLE_SKIPPED;
    for (size_t i = 0; i < channels; i++) {
        const size_t c = (at.row * 7 + i * D / channels) % D;
        out[c] = as_truth_mixing(p, x, operand[1], operand[2], D_S, at.row, c);
    }
    return true;
}

static double mixing_price(const as_problem *p)
{
    const size_t D_S = mixing_units(p);
    return 2 * (double)p->length * (double)D_S * (double)as_truth_mixing_channels(p, D_S);
}

#endif
