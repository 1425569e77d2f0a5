/* mass.c: what a pattern loses: the distance of the kernel's output from dense attention in float64, and the share of a
 * row's dense softmax weight on the keys that the pattern shows it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "../../kernels/oracle/truth.h"
#include "internal.h"

typedef struct {
    const as_bench *bench;
    const as_problem *problem; /* the bench's */
    bool full;
    double *query, *weight, *output; /* d, S, d */
    unsigned char *seen;             /* S, all 0 between rows; for a multiset alone */
    as_run *runs;
} rows;

static void *operand_data(const as_bench *b, const char *name) { return b->data[as_bench_operand(b, name)]; }

/* Dense attention of one row: r->weight[0..n-1] without its division by their sum, which is returned; r->output. */
static double dense_row(rows *r, as_oracle_row at, size_t n)
{
    const as_problem *p = r->problem;
    const size_t d = p->head_dim, S = p->context;
    const void *q = operand_data(r->bench, "q"), *k = operand_data(r->bench, "k"), *v = operand_data(r->bench, "v");
    const size_t q0 = ((at.batch * p->heads + at.head) * p->length + at.row) * d;
    const size_t k0 = (at.batch * p->kv_heads + at.head / (p->heads / p->kv_heads)) * S * d;
    double max = -INFINITY, total = 0;
    for (size_t c = 0; c < d; c++) {
        r->query[c] = (double)p->scale * as_truth_at(q, q0 + c, p->dtype);
        r->output[c] = 0;
    }
    for (size_t j = 0; j < n; j++) {
        double score = 0;
        for (size_t c = 0; c < d; c++)
            score += r->query[c] * as_truth_at(k, k0 + j * d + c, p->dtype);
        r->weight[j] = score;
        max = score > max || isnan(score) ? score : max;
    }
    for (size_t j = 0; j < n; j++) {
        const double weight = r->weight[j] = exp(r->weight[j] - max);
        total += weight;
        for (size_t c = 0; c < d; c++)
            r->output[c] += weight * as_truth_at(v, k0 + j * d + c, p->dtype);
    }
    for (size_t c = 0; c < d; c++)
        r->output[c] /= total;
    return total;
}

/* Sum of r->weight over the distinct keys that the pattern shows. */
static double visible_weight(rows *r, as_oracle_row at)
{
    const as_problem *p = r->problem;
    const as_at where = {at.head, p->context - p->length + at.row, p->context};
    const size_t n = as_pattern_row(p->pattern, where, r->runs);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t e = 0, j = r->runs[i].first; e < r->runs[i].count; e++, j += r->runs[i].step) {
            if (r->seen && r->seen[j])
                continue;
            if (r->seen)
                r->seen[j] = 1;
            sum += r->weight[j];
        }
    for (size_t i = 0; i < n && r->seen; i++)
        for (size_t e = 0; e < r->runs[i].count; e++)
            r->seen[r->runs[i].first + e * r->runs[i].step] = 0;
    return sum;
}

/* 0 where both are the same, NaN or not; infinity where only one is a number. */
static double difference(double a, double b)
{
    if (a == b || (isnan(a) && isnan(b)))
        return 0;
    const double error = fabs(a - b);
    return isnan(error) ? INFINITY : error;
}

static double output_distance(const rows *r, as_oracle_row at)
{
    const as_problem *p = r->problem;
    const as_operand *o = &r->bench->operands[r->bench->out];
    const size_t o0 = ((at.batch * p->heads + at.head) * p->length + at.row) * p->head_dim;
    double most = 0;
    for (size_t c = 0; c < p->head_dim; c++)
        most = fmax(most, difference(as_truth_at(r->bench->data[r->bench->out], o0 + c, o->dtype), r->output[c]));
    return most;
}

static bool open_rows(rows *r, const as_bench *b, bool full)
{
    const as_problem *p = &b->problem;
    *r = (rows){.bench = b, .problem = p, .full = full};
    r->query = malloc(p->head_dim * sizeof *r->query);
    r->weight = malloc(p->context * sizeof *r->weight);
    r->output = malloc(p->head_dim * sizeof *r->output);
    r->runs = calloc(as_pattern_runs_max(p->pattern, p->context), sizeof *r->runs);
    const bool multiset = as_pattern_traits(p->pattern) & AS_PATTERN_MULTISET;
    if (multiset)
        r->seen = calloc(p->context, 1);
    return r->query && r->weight && r->output && r->runs && (!multiset || r->seen);
}

static void close_rows(rows *r)
{
    free(r->query);
    free(r->weight);
    free(r->output);
    free(r->runs);
    free(r->seen);
}

bool as_mass(const as_bench *b, bool full, size_t count, uint64_t seed, as_arena *arena, as_applied *result,
             as_err *err)
{
    const as_problem *p = &b->problem;
    rows r;
    double sum = 0, least = INFINITY, error = 0;
    as_oracle_row worst = {0};
    const bool ok = open_rows(&r, b, full) || as_fail_memory(err);
    for (size_t i = 0; ok && i < count; i++) {
        const as_oracle_row at = as_oracle_nth(&b->operands[b->out], i, count, seed);
        const double total = dense_row(&r, at, full ? p->context : p->context - p->length + at.row + 1);
        double kept = visible_weight(&r, at) / total;
        kept = kept > 1 ? 1 : kept; /* summed in another order */
        error = fmax(error, output_distance(&r, at));
        sum += kept;
        if (kept < least || (isnan(kept) && !isnan(least))) {
            least = kept;
            worst = at;
        }
    }
    close_rows(&r);
    result->dense_error_max = error;
    result->mass_kept_mean = sum / (double)count;
    result->mass_kept_min = least;
    result->mass_worst_row = as_arena_printf(arena, "%zu/%zu/%zu", worst.batch, worst.head, worst.row);
    return ok;
}
