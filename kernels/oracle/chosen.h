/* chosen.h: what the oracles of content-chosen keys share: all scores of a row, softmax over a list of keys, kept mass.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CHOSEN_H
#define AS_CHOSEN_H

#include <math.h>
#include <stdlib.h>

#include "truth.h"

/* Scores of float32 and of float64 may differ by this much, so two keys closer than this may be chosen either way. Sums
 * of d products: 2^-24 times sqrt(d) and more of their size, which is at most |q||k|. */
static inline double as_chosen_slack(double length_q, double length_k, double scale, size_t d)
{
    return fabs(scale) * length_q * length_k * (4 + sqrt((double)d)) / 16777216;
}

typedef struct {
    const as_problem *p;
    const float *q, *k, *v; /* the row's query; key 0 and value 0 of its head */
    size_t d, seen;         /* keys 0 .. seen-1 are in reach */
} as_chosen_row;

static inline as_chosen_row as_chosen_at(const as_problem *p, void *const *operand, as_oracle_row at)
{
    const size_t d = p->head_dim, kv = at.head / (p->heads / p->kv_heads);
    const size_t k0 = (at.batch * p->kv_heads + kv) * p->context * d;
    return (as_chosen_row){p,
                           (const float *)operand[0] + ((at.batch * p->heads + at.head) * p->length + at.row) * d,
                           (const float *)operand[1] + k0,
                           (const float *)operand[2] + k0,
                           d,
                           p->context - p->length + at.row + 1};
}

static inline double as_chosen_dot(const float *a, const float *b, size_t d)
{
    double sum = 0;
    for (size_t c = 0; c < d; c++)
        sum += (double)a[c] * (double)b[c];
    return sum;
}

static inline double as_chosen_score(const as_chosen_row *r, size_t u)
{
    return (double)r->p->scale * as_chosen_dot(r->q, r->k + u * r->d, r->d);
}

/* out (d) = softmax over the keys with times[u] > 0, each counting so often; score[u] of those is set. */
static inline void as_chosen_attend(const as_chosen_row *r, const double *score, const unsigned *times, double *out)
{
    double max = -INFINITY, total = 0;
    memset(out, 0, r->d * sizeof *out);
    for (size_t u = 0; u < r->seen; u++)
        max = times[u] && score[u] > max ? score[u] : max;
    for (size_t u = 0; u < r->seen; u++) {
        const double weight = times[u] ? times[u] * exp(score[u] - max) : 0;
        for (size_t c = 0; weight > 0 && c < r->d; c++)
            out[c] += weight * (double)r->v[u * r->d + c];
        total += weight;
    }
    for (size_t c = 0; c < r->d; c++)
        out[c] /= total;
}

/* Share of all weight on keys with times[u] > 0. */
static inline double as_chosen_mass(const as_chosen_row *r, const double *score, const unsigned *times)
{
    double max = -INFINITY, total = 0, kept = 0;
    for (size_t u = 0; u < r->seen; u++)
        max = score[u] > max ? score[u] : max;
    for (size_t u = 0; u < r->seen; u++) {
        total += exp(score[u] - max);
        kept += times[u] ? exp(score[u] - max) : 0;
    }
    return kept / total;
}

/* The row's keys: fills times and score (seen each) and says whether the kernel's rule was obeyed. */
typedef bool (*as_chosen_list)(const as_chosen_row *r, void *const *operand, as_oracle_row at, double *score,
                               unsigned *times);

static inline bool as_chosen_do(const as_chosen_row *r, void *const *operand, as_oracle_row at, as_chosen_list list,
                                double *out, double *mass)
{
    double *score = malloc(r->seen * sizeof *score);
    unsigned *times = calloc(r->seen, sizeof *times);
    const bool ok = score && times;
    if (ok && list(r, operand, at, score, times)) {
        if (out)
            as_chosen_attend(r, score, times, out);
        if (mass)
            *mass = as_chosen_mass(r, score, times);
    } else if (ok) {
        for (size_t c = 0; out && c < r->d; c++)
            out[c] = INFINITY;
    }
    free(score);
    free(times);
    return ok;
}

/* NAME_row and NAME_mass of an oracle whose keys LIST tells. */
#define AS_CHOSEN_ORACLE(NAME, LIST)                                                                                   \
    static bool NAME##_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)                   \
    {                                                                                                                  \
        const as_chosen_row r = as_chosen_at(p, operand, at);                                                          \
        return as_chosen_do(&r, operand, at, LIST, out, NULL);                                                         \
    }                                                                                                                  \
    static double NAME##_mass(const as_problem *p, void *const *operand, as_oracle_row at)                             \
    {                                                                                                                  \
        const as_chosen_row r = as_chosen_at(p, operand, at);                                                          \
        double kept = NAN;                                                                                             \
        as_chosen_do(&r, operand, at, LIST, NULL, &kept);                                                              \
        return kept;                                                                                                   \
    }

#endif
