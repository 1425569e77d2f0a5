/* token_tiles.h: token mixing as two matrix products per batch entry; x and the hidden units are packed in every call,
 * the weights are the left matrices and need no packing.
 * SPDX-License-Identifier: Apache-2.0
 * Shared by mixer-token (D_S given) and mixer-token-growing (D_S = T / per). */
#ifndef AS_MIXING_TOKEN_TILES_H
#define AS_MIXING_TOKEN_TILES_H

#include "../common/refuse.h"
#include "../api/builtin.h"
#include "../tile/matmul.h"
#include "../vec/activation.h"
#include "token.h"

VF_MAP(mixer_gelu, vf_gelu)

typedef struct {
    size_t T, D_S;
} mixer_shape;

/* D_S, which the kernel that includes this file defines; 0: the parameters set none. */
static size_t mixer_units(const as_problem *p);

/* x (B,T,D), w1 (D_S,T), w2 (T,D_S), o (B,T,D) */
static inline size_t mixer_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t D = as_problem_width(p), T = p->length, D_S = mixer_units(p);
    out[0] = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, AS_F32, p->batch, T, D);
    out[1] = AS_OPERAND("w1", AS_IN, AS_FILL_WEIGHT_ROWS, AS_F32, D_S, T);
    out[2] = AS_OPERAND("w2", AS_IN, AS_FILL_WEIGHT_ROWS, AS_F32, T, D_S);
    out[3] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, AS_F32, p->batch, T, D);
    return 4;
}

/* Workspace: packed x (T,D) and hidden (D_S,D), the hidden units as rows, the threads' benches. */
static inline size_t mixer_workspace(const as_problem *p)
{
    const size_t D = as_problem_width(p), D_S = mixer_units(p);
    const size_t room =
        as_sum(tile_product_floats(p->length, D), as_sum(tile_product_floats(D_S, D), as_product(D_S, D, 1, 1)));
    return room > SIZE_MAX / 8 ? SIZE_MAX : as_sum(tile_up(room * sizeof(float), 64), tile_product_workspace(p));
}

static inline void mixer_hidden(const tile_product *m, size_t row, size_t column, size_t n, float *out)
{
    (void)m, (void)row, (void)column;
    mixer_gelu(out, n);
}

/* Rows of hidden units reach to their token, rows of tokens to the units they see. */
static inline size_t mixer_reach_unit(const tile_product *m, size_t row)
{
    const mixer_shape *s = m->more;
    return as_mixer_place(s->T, s->D_S, row) + 1;
}

static inline size_t mixer_reach_token(const tile_product *m, size_t row)
{
    const mixer_shape *s = m->more;
    return as_mixer_seen(s->T, s->D_S, row);
}

/* Weights above the triangle count as 0 whatever is stored there. */
static inline void mixer_load(const tile_product *m, size_t row, size_t from, size_t n, float *to)
{
    const size_t reach = m->reach(m, row), some = reach <= from ? 0 : reach - from < n ? reach - from : n;
    memcpy(to, (const float *)m->left + row * m->left_ld + from, some * sizeof(float));
    memset(to + some, 0, (n - some) * sizeof(float));
}

/* hidden (D_S,D) = gelu(w1 x), o (T,D) = w2 hidden; of one batch entry */
static inline void mixer_products(const as_problem *p, const mixer_shape *shape, tile_product *hidden,
                                  tile_product *output)
{
    const size_t D = as_problem_width(p);
    const bool causal = p->param[AS_MIXER_CAUSAL];
    *hidden = (tile_product){
        .left_ld = shape->T,
        .load = causal ? mixer_load : NULL,
        .ld = D,
        .rows = shape->D_S,
        .depth = shape->T,
        .columns = D,
        .reach = causal ? mixer_reach_unit : NULL,
        .finish = mixer_hidden,
        .more = shape,
    };
    *output = (tile_product){
        .left_ld = shape->D_S,
        .load = causal ? mixer_load : NULL,
        .ld = D,
        .rows = shape->T,
        .depth = shape->D_S,
        .columns = D,
        .reach = causal ? mixer_reach_token : NULL,
        .more = shape,
    };
}

static inline void mixer_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p), T = p->length, D_S = mixer_units(p);
    const mixer_shape shape = {T, D_S};
    float *x = call->workspace, *packed = x + tile_product_floats(T, D), *rows = packed + tile_product_floats(D_S, D);
    void *bench = (char *)call->workspace + mixer_workspace(p) - tile_product_workspace(p);
    tile_product hidden, output;
    mixer_products(p, &shape, &hidden, &output);
    for (size_t b = 0; b < p->batch; b++) {
        tile_product_pack((const float *)call->operand[0] + b * T * D, D, T, D, p->threads, x);
        hidden.left = call->operand[1];
        hidden.right = x;
        hidden.out = rows;
        tile_product_run(&hidden, p->threads, bench);
        tile_product_pack(rows, D, D_S, D, p->threads, packed);
        output.left = call->operand[2];
        output.right = packed;
        output.out = (float *)call->operand[3] + b * T * D;
        tile_product_run(&output, p->threads, bench);
    }
}

/* 4 T D_S D; 2 (T + 1) D_S D under the triangle */
static inline as_work mixer_work(const as_problem *p, const as_kernel *kernel)
{
    const size_t D_S = mixer_units(p);
    const mixer_shape shape = {p->length, D_S};
    const uint64_t D = as_problem_width(p), T = p->length;
    /* a causal unit at place s sees s + 1 tokens, and T - s tokens see it */
    const uint64_t weights = (uint64_t)D_S * (p->param[AS_MIXER_CAUSAL] ? T + 1 : 2 * T);
    tile_product hidden, output;
    mixer_products(p, &shape, &hidden, &output);
    return as_sequence_work(p, kernel, 2 * weights * D * p->batch,
                            p->batch * (tile_product_flops(&hidden) + tile_product_flops(&output)), p->batch * D_S * D);
}

static inline double mixer_tolerance(const as_problem *p)
{
    return as_sequence_tolerance((double)p->length) + as_sequence_tolerance((double)mixer_units(p));
}

/* `unset`: why there is no D_S */
static inline bool mixer_refuse(const as_problem *p, const char *unset, char *why, size_t cap)
{
    if (as_sequence_refuse_dtype(p, why, cap) || as_sequence_refuse_context(p, why, cap) ||
        as_sequence_refuse_pattern(p, !p->param[AS_MIXER_CAUSAL], why, cap))
        return true;
    if (mixer_units(p))
        return false;
    return as_refuse(why, cap, "%s", unset);
}

#endif
