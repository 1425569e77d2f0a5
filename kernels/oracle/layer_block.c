/* layer_block.c: one token through a whole layer: the keys that its heads see are normed, projected and turned anew. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "../layer/block.h"

#include "../pattern/pattern.h"
#include "sums.h"

typedef struct {
    const as_problem *p;
    const float *x, *w_qkv, *gain; /* x (T,D) of the batch entry */
    size_t D, wide;
    double *n;    /* (D) a token's norm */
    double *head; /* (d) before it is turned */
    double *q;    /* (D) the token's queries */
    double *k;    /* (d) */
    double *mean; /* (D) norms of keys, weighted: a head's value is mean Wv */
    as_run *runs;
} bench;

static void norm_of(const bench *b, size_t token, double *out)
{
    double *x = b->head + b->p->head_dim; /* room behind */
    for (size_t c = 0; c < b->D; c++)
        x[c] = b->x[token * b->D + c];
    as_truth_norm(x, b->gain, b->D, b->p->param[AS_BLOCK_RMS], out);
}

/* out (d) = n W, columns from `column`, turned unless it is a value */
static void head_of(const bench *b, const double *n, size_t column, size_t token, double *out)
{
    const size_t d = b->p->head_dim;
    const uint64_t rope = b->p->param[AS_BLOCK_ROPE];
    memset(b->head, 0, d * sizeof *b->head);
    as_sums_add(n, b->D, b->w_qkv + column, b->wide, d, b->head);
    for (size_t c = 0; c < d; c++)
        out[c] = rope ? as_truth_rope(b->head, d, c, token, rope == AS_ROPE_SPLIT) : b->head[c];
}

/* Adds w e^(score - max) norms to the mean, the running way. */
static void attend_key(const bench *b, size_t h, size_t token, double *max, double *sum)
{
    const as_problem *p = b->p;
    const size_t d = p->head_dim, kv = h / (p->heads / p->kv_heads);
    double score = 0;
    norm_of(b, token, b->n);
    head_of(b, b->n, b->D + kv * d, token, b->k);
    for (size_t c = 0; c < d; c++)
        score += b->q[h * d + c] * b->k[c];
    score *= (double)p->scale;
    const double top = score > *max || isnan(score) ? score : *max, before = exp(*max - top), weight = exp(score - top);
    *sum = *sum * before + weight;
    *max = top;
    for (size_t c = 0; c < b->D; c++)
        b->mean[c] = b->mean[c] * before + weight * b->n[c];
}

/* out (D) = x + attention W_O */
static void oracle_layer_block_attend(const bench *b, const float *w_o, size_t t, double *out)
{
    const as_problem *p = b->p;
    const size_t d = p->head_dim, D = b->D;
    norm_of(b, t, b->n);
    for (size_t h = 0; h < p->heads; h++)
        head_of(b, b->n, h * d, t, b->q + h * d);
    for (size_t c = 0; c < D; c++)
        out[c] = b->x[t * D + c];
    for (size_t h = 0; h < p->heads; h++) {
        const size_t n = as_pattern_row(p->pattern, (as_at){h, t, p->context}, b->runs);
        double max = -INFINITY, sum = 0;
        memset(b->mean, 0, D * sizeof *b->mean);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < b->runs[i].count; j++)
                attend_key(b, h, b->runs[i].first + j * b->runs[i].step, &max, &sum);
        for (size_t c = 0; c < D; c++)
            b->mean[c] = sum > 0 || isnan(sum) ? b->mean[c] / sum : 0;
        memset(b->head, 0, d * sizeof *b->head);
        as_sums_add(b->mean, D, b->w_qkv + D + (p->kv_heads + h / (p->heads / p->kv_heads)) * d, b->wide, d, b->head);
        as_sums_add(b->head, d, w_o + h * d * D, D, D, out);
    }
}

/* operand: x, w_qkv, w_o, w1, w2, gain (2,D) */
static bool oracle_layer_block_row(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    const size_t D = as_problem_width(p), d = p->head_dim;
    double *room = malloc((6 * D + 2 * d) * sizeof *room);
    bench b = {
        .p = p,
        .x = (const float *)operand[AS_BLOCK_X] + at.batch * p->length * D,
        .w_qkv = operand[AS_BLOCK_W_QKV],
        .gain = operand[AS_BLOCK_GAIN],
        .D = D,
        .wide = D + 2 * p->kv_heads * d,
        .runs = malloc(as_pattern_runs_max(p->pattern, p->context) * sizeof *b.runs),
    };
    bool ok = room && b.runs;
    if (ok) {
        b.n = room, b.q = room + D, b.mean = room + 2 * D, b.k = room + 3 * D, b.head = room + 3 * D + d; /* + d + D */
        double *y = room + 4 * D + 2 * d, *mlp = room + 5 * D + 2 * d;
        oracle_layer_block_attend(&b, operand[AS_BLOCK_W_O], at.row, y);
        as_truth_norm(y, b.gain + D, D, p->param[AS_BLOCK_RMS], b.n);
        ok = as_truth_mlp(b.n, operand[AS_BLOCK_W1], operand[AS_BLOCK_W2], D, as_block_ff(p), p->param[AS_BLOCK_SWIGLU],
                          mlp);
        for (size_t c = 0; c < D; c++)
            out[c] = y[c] + mlp[c];
    }
    free(room);
    free(b.runs);
    return ok;
}

/* Each key that a head sees is projected: 2 D d. */
static double oracle_layer_block_price(const as_problem *p)
{
    const double D = (double)as_problem_width(p), keys = (double)p->edges / (double)p->length;
    return 2 * D * (double)p->head_dim * keys + 6 * D * (double)as_block_ff(p) + 8 * D * D;
}

const as_oracle as_oracle_layer_block = {"layer/block", oracle_layer_block_row, oracle_layer_block_price, NULL};
