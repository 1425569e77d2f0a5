/* performer.c: FAVOR+ by its quadratic form, in float64, on the random features that the kernel laid open; and whether
 * those are orthogonal in blocks of d. See kernelised/performer.c for the form. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "truth.h"

#define EPSILON 1e-6

/* a (m) = w x - |x|^2 / 2, x (d) times sqrt(scale); returns the largest */
static double exponents(const as_problem *p, const float *w, const void *x, size_t from, size_t m, double *a)
{
    const size_t d = p->head_dim;
    const double root = sqrt((double)p->scale);
    double top = -INFINITY, half = 0;
    for (size_t c = 0; c < d; c++)
        half += 0.5 * (double)p->scale * pow(as_truth_at(x, from + c, p->dtype), 2);
    for (size_t i = 0; i < m; i++) {
        double sum = 0;
        for (size_t c = 0; c < d; c++)
            sum += (double)w[i * d + c] * as_truth_at(x, from + c, p->dtype);
        a[i] = root * sum - half;
        top = a[i] > top ? a[i] : top;
    }
    return top;
}

/* rows of a block of d are orthogonal, within float32; lengths are drawn, but never far from sqrt(d) */
static bool orthogonal(const float *w, size_t m, size_t d)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = i / d * d; j <= i; j++) {
            double dot = 0, ii = 0, jj = 0;
            for (size_t c = 0; c < d; c++) {
                dot += (double)w[i * d + c] * (double)w[j * d + c];
                ii += (double)w[i * d + c] * (double)w[i * d + c];
                jj += (double)w[j * d + c] * (double)w[j * d + c];
            }
            const double off = fabs(sqrt(ii) - sqrt((double)d));
            if (!(off < 7) || (i != j && !(fabs(dot) < 1e-6 * sqrt(ii * jj))))
                return false;
        }
    return true;
}

/* operand: q (B,H,T,d), k (B,H,S,d), v, o, features (m,d) */
static bool oracle_performer_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const size_t d = p->head_dim, m = p->param[0], n = p->context - p->length + at.row + 1;
    const size_t kv = at.head / (p->heads / p->kv_heads);
    const size_t q0 = ((at.batch * p->heads + at.head) * p->length + at.row) * d;
    const size_t k0 = (at.batch * p->kv_heads + kv) * p->context * d;
    const float *w = operand[4];
    double *query = malloc(m * sizeof *query), *keys = malloc(n * m * sizeof *keys), top = -INFINITY, total = 0;
    const bool ok = query && keys;
    memset(out, 0, d * sizeof *out);
    if (ok) {
        const double own = exponents(p, w, operand[0], q0, m, query);
        for (size_t i = 0; i < m; i++)
            query[i] = exp(query[i] - own) + EPSILON;
    }
    for (size_t u = 0; ok && u < n; u++) {
        const double seen = exponents(p, w, operand[1], k0 + u * d, m, keys + u * m);
        top = seen > top ? seen : top;
    }
    for (size_t u = 0; ok && u < n; u++) {
        double weight = 0;
        for (size_t i = 0; i < m; i++)
            weight += query[i] * (exp(keys[u * m + i] - top) + EPSILON);
        for (size_t c = 0; c < d; c++)
            out[c] += weight * as_truth_at(operand[2], k0 + u * d + c, p->dtype);
        total += weight;
    }
    const bool broken = at.batch + at.head + at.row == 0 && !orthogonal(w, m, d);
    for (size_t c = 0; c < d; c++)
        out[c] = broken ? INFINITY : out[c] / total;
    free(query);
    free(keys);
    return ok;
}

static double oracle_performer_price(const as_problem *p)
{
    return (double)p->context * (double)p->param[0] * (2 * (double)p->head_dim + 20);
}

const as_oracle as_oracle_performer = {
    .kernels = "kernelised/performer", .row = oracle_performer_row, .price = oracle_performer_price};
