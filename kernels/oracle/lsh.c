/* lsh.c: content/lsh must have hashed a row's token as the rotations say, near-ties aside, and sorted all tokens by
 * bucket and position; attention to the neighbourhoods that follow. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "chosen.h"
#include "../content/lsh.h"

/* The rotations are those of the seed. */
static bool drawn(const as_problem *p, const float *rotation)
{
    const size_t n = p->head_dim * lsh_half(p);
    for (size_t i = 0; i < lsh_rounds(p) * n; i++)
        if (rotation[i] != lsh_rotation(p, i / n, i % n))
            return false;
    return true;
}

/* [xR; -xR] is nowhere larger than at `bucket`, but for rounding. rotation: R, (d, buckets/2) */
static bool hashed(const as_problem *p, const float *x, const float *rotation, size_t bucket)
{
    const size_t half = lsh_half(p), d = p->head_dim;
    const double slack = as_chosen_slack(sqrt(as_chosen_dot(x, x, d)), 4 + sqrt((double)d), 1, d);
    double own = 0, top = -INFINITY;
    for (size_t j = 0; j < half; j++) {
        double along = 0;
        for (size_t c = 0; c < d; c++)
            along += (double)x[c] * (double)rotation[c * half + j];
        top = fabs(along) > top ? fabs(along) : top;
        own = bucket % half == j ? (bucket < half ? along : -along) : own;
    }
    return half ? bucket < 2 * half && own >= top - 2 * slack : bucket == 0;
}

/* order (T) ascends by (bucket, position), each position within 0..T-1: so it is a permutation, and the only one. */
static bool sorted(const float *order, const float *bucket, size_t T)
{
    for (size_t i = 0; i < T; i++) {
        if (!(order[i] >= 0 && order[i] < (float)T))
            return false;
        const size_t now = (size_t)order[i], before = i ? (size_t)order[i - 1] : 0;
        if (i && !(bucket[now] > bucket[before] || (bucket[now] == bucket[before] && now > before)))
            return false;
    }
    return true;
}

/* operand: lsh.h */
static bool oracle_lsh_list(const as_chosen_row *r, void *const *operand, as_oracle_row at, double *score,
                            unsigned *times)
{
    const as_problem *p = r->p;
    const size_t T = p->length, m = lsh_chunk(p), unit = at.batch * p->heads + at.head, t = at.row;
    unsigned any = 0;
    if (unit + t == 0 && !drawn(p, operand[LSH_ROTATIONS]))
        return false;
    for (size_t u = 0; u < r->seen; u++)
        score[u] = as_chosen_score(r, u) / sqrt(as_chosen_dot(r->k + u * r->d, r->k + u * r->d, r->d));
    for (size_t round = 0; round < lsh_rounds(p); round++) {
        const size_t from = (unit * lsh_rounds(p) + round) * T;
        const float *order = (const float *)operand[LSH_ORDER] + from,
                    *bucket = (const float *)operand[LSH_BUCKET] + from;
        const float *rotation = (const float *)operand[LSH_ROTATIONS] + round * r->d * lsh_half(p);
        if (!sorted(order, bucket, T) || !hashed(p, r->q, rotation, (size_t)bucket[t]))
            return false;
        size_t i = 0;
        while ((size_t)order[i] != t)
            i++;
        const size_t begin = i / m * m;
        for (size_t j = begin < m ? 0 : begin - m; j < T && j < begin + m; j++)
            if ((size_t)order[j] < t) {
                times[(size_t)order[j]]++;
                any = 1;
            }
    }
    times[t] = !any;
    return true;
}

static as_chosen_row row_of(const as_problem *p, void *const *operand, as_oracle_row at)
{
    const size_t d = p->head_dim, x0 = (at.batch * p->heads + at.head) * p->length * d;
    const float *x = (const float *)operand[LSH_QK] + x0;
    return (as_chosen_row){p, x + at.row * d, x, (const float *)operand[LSH_V] + x0, d, at.row + 1};
}

static bool oracle_lsh_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const as_chosen_row r = row_of(p, operand, at);
    return as_chosen_do(&r, operand, at, oracle_lsh_list, out, NULL);
}

/* Of what? Of the same attention without hashing: to all earlier tokens, or to itself where there is none. */
static double oracle_lsh_mass(const as_problem *p, void *const *operand, as_oracle_row at)
{
    as_chosen_row r = row_of(p, operand, at);
    double kept = NAN, *score = malloc(r.seen * sizeof *score);
    unsigned *times = calloc(r.seen, sizeof *times);
    if (score && times && oracle_lsh_list(&r, operand, at, score, times)) {
        if (r.seen > 1)
            score[r.seen - 1] = -INFINITY;
        kept = as_chosen_mass(&r, score, times);
    }
    free(score);
    free(times);
    return kept;
}

static double oracle_lsh_price(const as_problem *p)
{
    const double d = (double)p->head_dim, T = (double)p->length;
    return 8 * T * d + (double)lsh_rounds(p) * (10 * T + 2 * d * (double)lsh_half(p));
}

const as_oracle as_oracle_lsh = {
    .kernels = "content/lsh", .row = oracle_lsh_row, .price = oracle_lsh_price, .mass = oracle_lsh_mass};
