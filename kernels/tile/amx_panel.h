/* amx_panel.h: one strip and one panel of keys: scores, weights, values. Part of attend.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_AMX_PANEL_H
#define AS_TILE_AMX_PANEL_H

#include "amx_reference.h"

/* Weights of block j, row by row: of what each row sees. */
static void amx_weigh_block(amx_strip *a, size_t j)
{
    const size_t from = a->from + a->block[j] * AMX_BLOCK;
    const bool multiset = a->plan->job->multiset;
    uint32_t keys[AMX_BLOCK];
    float more[AMX_BLOCK];
    amx_soft w = a->soft;
    amx_strip_sees(a, from, keys);
    if (a->w->without[a->slot])
        amx_begin_references(a, w.scores, keys, from);
    for (size_t i = 0; i < (a->rows > AMX_SIDE ? AMX_BLOCK : AMX_SIDE); i++) {
        if (multiset && i < a->rows)
            amx_row_times(a, a->row + i, from, more);
        if (multiset)
            amx_weigh_row(&w, i, keys[i], more);
        else
            amx_weigh_row(&w, i, keys[i], NULL);
    }
    a->soft = w;
}

/* References for rows that have none, of a block whose keys all rows see. */
static void amx_begin_open(amx_strip *a)
{
    uint32_t keys[AMX_BLOCK];
    memset(keys, 0xff, sizeof keys);
    amx_begin_references(a, a->soft.scores, keys, 0);
}

/* The product that is due while the weights of block j are made: of the block after the next, or of the next strip;
 * false where there is none. */
static inline bool amx_product_ahead(const amx_strip *a, size_t j, amx_strip *next, amx_product *m)
{
    if (j + 2 < a->blocks)
        *m = amx_product_of_scores(a, j + 2);
    else if (next && next->scored < 2 && next->scored < next->blocks)
        *m = amx_product_of_scores(next, next->scored++);
    else
        return false;
    return true;
}

/* Weights of block j, whose scores lie ready, and the product that is due. */
static inline void amx_weigh_and_go_on(amx_strip *a, size_t j, size_t rows, amx_strip *next)
{
    amx_product m = {.fresh = true};
    const bool more = amx_product_ahead(a, j, next, &m), together = more && a->open[j] && a->rows > AMX_SIDE;
    a->soft.scores = amx_scores_at(a, j);
    a->soft.weights = a->w->weights + j * 2 * AMX_TILE;
    if (!more || a->waiting->at == a->soft.scores)
        amx_flush(a->waiting);
    if (!a->open[j])
        amx_weigh_block(a, j);
    else if (a->w->without[a->slot])
        amx_begin_open(a);
    if (a->open[j] && !together)
        for (size_t i = 0; i < rows; i++)
            amx_weigh_row(&a->soft, i, AMX_ALL_KEYS, NULL);
    if (together)
        amx_scores_and_weights(&m, a->steps, a->waiting, &a->soft);
    else if (more)
        amx_multiply(&m, a->steps, a->waiting);
}

/* Weights of all blocks and their sums; false where they did not fit. */
static bool amx_weigh_panel(amx_strip *a, amx_strip *next)
{
    const size_t rows = a->rows > AMX_SIDE ? AMX_BLOCK : AMX_SIDE;
    for (size_t i = 0; i < rows; i++)
        vf_store(a->w->panel_sum + i * VF_N, vf_zero());
    a->soft.seen = _mm512_set1_epi32(AMX_BITS_HIGH);
    for (size_t j = a->scored; j < 2 && j < a->blocks; j++) {
        const amx_product m = amx_product_of_scores(a, j);
        amx_multiply(&m, a->steps, a->waiting);
    }
    for (size_t j = 0; j < a->blocks; j++) {
        tile_ask(a->ahead);
        amx_weigh_and_go_on(a, j, rows, next);
    }
    __mmask16 large = 0;
    for (size_t i = 0; i < rows; i++)
        large |= _mm512_cmp_ps_mask(vf_load(a->w->panel_sum + i * VF_N), vf_set(AMX_SUM_MAX), _CMP_NLT_UQ);
    return amx_weights_fit(a->soft.seen) && !large;
}

/* The panel's weights times its values, added to the strip's outputs. */
static void amx_add_values(amx_strip *a)
{
    const tile_plan *plan = a->plan;
    const float *const weights = a->w->weights;
    const size_t blocks = a->blocks;
    for (size_t i = 0; i < plan->d_room / AMX_BLOCK; i++) {
        const float *values = amx_values_at(plan, a->packed, i, a->from / AMX_BLOCK);
        const amx_product product = {
            .left_below = AMX_TILE,
            .left_line = AMX_LINE,
            .right_beside = AMX_TILE,
            .sums = {amx_out_at(plan, a->w, a->slot) + i * 2 * AMX_TILE, plan->d_room / AMX_SIDE * AMX_TILE,
                     a->rows > AMX_SIDE},
            .fresh = a->w->fresh[a->slot],
        };
        AMX_LOCAL(m, &product, old, a->waiting);
        AMX_STEP(m, true, old, weights, values + a->block[0] * 2 * AMX_TILE, AMX_NOTHING);
        for (size_t j = 1; j < blocks; j++) {
            const float *left = weights + j * 2 * AMX_TILE, *right = values + a->block[j] * 2 * AMX_TILE;
            AMX_STEP(m, false, old, left, right, AMX_NOTHING);
        }
    }
    a->w->fresh[a->slot] = false;
}

/* One strip and one panel, and the first scores of the next. */
static void amx_strip_panel(amx_strip *a, amx_strip *next)
{
    if (next)
        next->first = (a->first + a->blocks) % 2;
    if (!a->blocks)
        return;
    a->soft.sums = a->w->panel_sum;
    a->soft.reference = a->w->reference + a->slot * AMX_BLOCK;
    if (!amx_weigh_panel(a, next)) {
        a->scored = 0;
        amx_move_references(a);
        amx_weigh_panel(a, NULL);
        if (next)
            next->scored = 0; /* their room was needed */
    }
    for (size_t i = 0; i < a->rows; i++) {
        float *sum = a->w->sum + (a->slot * AMX_BLOCK + i) * VF_N;
        vf_store(sum, vf_add(vf_load(sum), vf_load(a->w->panel_sum + i * VF_N)));
    }
    amx_add_values(a);
}

#endif
