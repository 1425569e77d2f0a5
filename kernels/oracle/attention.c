/* attention.c: softmax attention by its definition, one row at a time, in float64. Every kernel of the mechanism
 * attention is held to this, whatever its pattern. A row that sees no key is zero. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../pattern/pattern.h"
#include "truth.h"

static double dot(const as_problem *p, const void *a, size_t ai, const void *b, size_t bi)
{
    double sum = 0;
    for (size_t c = 0; c < p->head_dim; c++)
        sum += as_truth_at(a, ai + c, p->dtype) * as_truth_at(b, bi + c, p->dtype);
    return sum;
}

/* operand: q (B,H,T,d), k (B,Hkv,S,d), v (B,Hkv,S,d) */
static bool oracle_attention_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const size_t d = p->head_dim, S = p->context, kv = at.head / (p->heads / p->kv_heads);
    const size_t q0 = ((at.batch * p->heads + at.head) * p->length + at.row) * d;
    const size_t k0 = (at.batch * p->kv_heads + kv) * S * d;
    as_run *runs = malloc(as_pattern_runs_max(p->pattern, S) * sizeof *runs);
    double max = -INFINITY, total = 0;
    memset(out, 0, d * sizeof *out);
    if (!runs)
        return false;
    size_t n = as_pattern_row(p->pattern, (as_at){at.head, S - p->length + at.row, S}, runs), keys = 0;
    for (size_t i = 0; i < n; i++)
        keys += runs[i].count;
    double *score = malloc((keys ? keys : 1) * sizeof *score);
    if (!score) {
        free(runs);
        return false;
    }
    for (size_t i = 0, e = 0; i < n; i++)
        for (size_t j = 0; j < runs[i].count; j++, e++) {
            score[e] =
                (double)p->scale * dot(p, operand[0], q0, operand[1], k0 + (runs[i].first + j * runs[i].step) * d);
            max = score[e] > max || isnan(score[e]) ? score[e] : max;
        }
    for (size_t i = 0, e = 0; i < n; i++)
        for (size_t j = 0; j < runs[i].count; j++, e++) {
            const double weight = exp(score[e] - max);
            const size_t v0 = k0 + (runs[i].first + j * runs[i].step) * d;
            total += weight;
            for (size_t c = 0; c < d; c++)
                out[c] += weight * as_truth_at(operand[2], v0 + c, p->dtype);
        }
    for (size_t c = 0; c < d && keys; c++)
        out[c] /= total;
    free(score);
    free(runs);
    return true;
}

const as_oracle as_oracle_attention = {.kernels = "attention", .row = oracle_attention_row};
