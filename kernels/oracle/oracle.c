/* oracle.c: finds the oracle of a kernel and compares rows of the kernel's output with it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "oracle.h"

#include <math.h>
#include <stdlib.h>

#include "../common/random.h"
#include "truth.h"

extern const as_oracle *const as_builtin_oracles[]; /* ends with NULL */

/* The longest beginning wins: an algorithm's own truth before its mechanism's. */
const as_oracle *as_oracle_find(const char *name)
{
    const as_oracle *best = NULL;
    size_t longest = 0;
    for (const as_oracle *const *o = as_builtin_oracles; *o; o++) {
        const size_t n = strlen((*o)->kernels);
        if (!strncmp((*o)->kernels, name, n) && (!name[n] || strchr("/-:", name[n])) && n > longest) {
            best = *o;
            longest = n;
        }
    }
    return best;
}

/* An output's leading dimensions as (batch, head, row): (B,H,T,x), (B,T,x) or (T,x). */
static void row_space(const as_operand *out, size_t dims[3])
{
    dims[0] = out->rank > 2 ? out->shape[0] : 1;
    dims[1] = out->rank > 3 ? out->shape[1] : 1;
    dims[2] = out->shape[out->rank - 2];
}

static as_oracle_row row_at(const size_t dims[3], size_t index)
{
    return (as_oracle_row){index / dims[2] / dims[1], index / dims[2] % dims[1], index % dims[2]};
}

/* The i-th of `rows` rows to be checked out of `all`: first, last, then drawn by seed. */
static size_t pick(size_t i, size_t rows, size_t all, uint64_t seed)
{
    if (rows >= all)
        return i;
    return i == 0 ? 0 : i == 1 ? all - 1 : (size_t)(as_random_first(seed + i) % all);
}

as_oracle_row as_oracle_nth(const as_operand *out, size_t i, size_t rows, uint64_t seed)
{
    size_t dims[3];
    row_space(out, dims);
    return row_at(dims, pick(i, rows, dims[0] * dims[1] * dims[2], seed));
}

size_t as_oracle_rows(const as_problem *p, double flops)
{
    const double per_row = 4.0 * (double)p->context * (double)p->head_dim;
    const double rows = flops / per_row;
    return rows < 4 ? 4 : rows > 1e9 ? (size_t)1e9 : (size_t)rows;
}

/* `rows` rows at 4 S d FLOPs, in rows of this oracle's price; at least the first and the last. */
static size_t affordable(const as_oracle *oracle, const as_problem *p, size_t rows)
{
    const double usual = 4.0 * (double)p->context * (double)p->head_dim;
    const double fewer = oracle->price ? (double)rows * usual / oracle->price(p) : (double)rows;
    return fewer < 2 ? (rows < 2 ? rows : 2) : fewer < (double)rows ? (size_t)fewer : rows;
}

/* Where either is not a number, 0 if both are and infinity if one is: NaN in the inputs must come out as NaN. */
static double difference(double got, double truth)
{
    if (got == truth || (isnan(got) && isnan(truth)))
        return 0;
    const double error = fabs(got - truth);
    return isnan(error) ? INFINITY : error;
}

/* Row `index` of the output, (batch, head, row) = `at`, against `truth`. */
static void compare(const as_operand *out, const void *data, size_t index, as_oracle_row at, const double *truth,
                    as_oracle_verdict *verdict)
{
    const size_t width = out->shape[out->rank - 1];
    verdict->rows++;
    for (size_t c = 0; c < width; c++) {
        if (truth[c] == AS_ORACLE_SKIPPED)
            continue;
        const double seen = difference(as_truth_at(data, index * width + c, out->dtype), truth[c]);
        if (seen > verdict->error_max) {
            verdict->error_max = seen;
            verdict->worst = at;
        }
    }
}

bool as_oracle_check(const as_oracle_question *q, double **truth, as_oracle_verdict *verdict)
{
    const as_oracle *oracle = q->oracle;
    size_t out = 0, dims[3];
    while (out + 1 < q->count && q->operands[out].role != AS_OUT)
        out++;
    row_space(&q->operands[out], dims);
    const size_t all = dims[0] * dims[1] * dims[2], width = q->operands[out].shape[q->operands[out].rank - 1];
    const size_t wanted = affordable(oracle, q->problem, q->rows), rows = wanted < all ? wanted : all;
    const bool known = *truth != NULL;
    void *shown[AS_OPERANDS_MAX];
    for (size_t i = 0; i < q->count; i++)
        shown[i] = q->inputs_alone && q->operands[i].role != AS_IN ? NULL : q->operand[i];
    double *values = known ? *truth : malloc(rows * width * sizeof *values), mass = 0;
    bool ok = values != NULL;
    *verdict = (as_oracle_verdict){.error_max = 0, .mass_kept = NAN};
    for (size_t i = 0; ok && i < rows; i++) {
        const size_t index = pick(i, rows, all, q->seed);
        const as_oracle_row at = row_at(dims, index);
        ok = known || oracle->row(q->problem, shown, at, values + i * width);
        mass += ok && oracle->mass ? oracle->mass(q->problem, shown, at) : 0;
        if (ok)
            compare(&q->operands[out], q->operand[out], index, at, values + i * width, verdict);
    }
    if (oracle->mass)
        verdict->mass_kept = mass / (double)verdict->rows;
    if (!ok && !known) {
        free(values);
        values = NULL;
    }
    *truth = values;
    return ok;
}
