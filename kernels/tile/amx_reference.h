/* amx_reference.h: the scores that weights are relative to: taken from the first block that a row sees, moved where
 * weights would overflow. Part of attend.c. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_AMX_REFERENCE_H
#define AS_TILE_AMX_REFERENCE_H

#include "amx_seen.h"

/* A panel's weights may sum to this; beyond it the references of rows whose largest score exceeds them by AMX_ROOM are
 * moved. Small enough that weights times large values stay finite, large enough that panels are rarely done twice. */
#define AMX_SUM_MAX 0x1p32f
#define AMX_ROOM 16.0f

static inline vf amx_scaled(const amx_strip *a, const float *scores, size_t i, size_t half)
{
    return vf_mul(vf_load(scores + (i / AMX_SIDE * 2 + half) * AMX_TILE + i % AMX_SIDE * AMX_SIDE), a->soft.scale);
}

/* Of the scores of row i, scaled, that `keys` names: the largest, -infinity where there is none; +infinity where one is
 * that, or no number. */
static float amx_row_top(const amx_strip *a, const float *scores, size_t i, uint32_t keys, const float *more)
{
    float top = -INFINITY;
    for (size_t half = 0; half < 2; half++) {
        const __mmask16 seen = (__mmask16)(keys >> half * AMX_SIDE);
        vf x = amx_scaled(a, scores, i, half);
        if (more)
            x = vf_add(x, vf_load(more + half * VF_N));
        if (_mm512_mask_cmp_ps_mask(seen, x, x, _CMP_UNORD_Q))
            return INFINITY;
        const float here = _mm512_mask_reduce_max_ps(seen, x);
        top = seen && here > top ? here : top;
    }
    return top;
}

static inline void amx_set_reference(const amx_strip *a, size_t i, float max)
{
    a->w->max[a->row + i] = max;
    a->w->reference[a->slot * AMX_BLOCK + i] = -max;
}

/* Rows without a reference get one from a block's scores. NaN and +infinity give 0: amx_move_references comes to them.
 */
static void amx_begin_references(amx_strip *a, const float *scores, const uint32_t keys[AMX_BLOCK], size_t from)
{
    float top[AMX_BLOCK], more[AMX_BLOCK];
    bool without = false;
    for (size_t i = 0; i < AMX_BLOCK; i += AMX_SIDE)
        vf_store(top + i, amx_rows_top(scores + i / AMX_SIDE * 2 * AMX_TILE, a->soft.scale, keys + i));
    for (size_t i = 0; i < a->rows; i++) {
        if (a->w->max[a->row + i] != -INFINITY)
            continue;
        if (a->plan->job->multiset && keys[i]) {
            amx_row_times(a, a->row + i, from, more);
            top[i] = amx_row_top(a, scores, i, keys[i], more);
        }
        if (top[i] > -INFINITY)
            amx_set_reference(a, i, top[i] == INFINITY ? 0 : top[i]);
        else
            without = true;
    }
    a->w->without[a->slot] = without;
}

/* Row i has seen a NaN or +infinity: all that it puts out is NaN. Its sum says so; its weights from now on are of no
 * account. */
static void amx_spoil_row(amx_strip *a, size_t i)
{
    amx_set_reference(a, i, 0);
    vf_store(a->w->sum + (a->slot * AMX_BLOCK + i) * VF_N, vf_set(NAN));
}

/* Moves the reference of a row to `top`; what was summed and put out so far is scaled to it. */
static void amx_move_row(amx_strip *a, size_t i, float top)
{
    const vf factor = vf_set(exp2f(a->w->max[a->row + i] - top));
    float *sum = a->w->sum + (a->slot * AMX_BLOCK + i) * VF_N;
    vf_store(sum, vf_mul(vf_load(sum), factor));
    for (size_t c = 0; !a->w->fresh[a->slot] && c < a->plan->d_room / AMX_SIDE; c++) {
        float *out = amx_out_row(a->plan, a->w, a->slot, i, c);
        vf_store(out, vf_mul(vf_load(out), factor));
    }
    amx_set_reference(a, i, top);
}

/* The panel's scores once more, for rows with a score that is far above their reference or no number. */
static void amx_move_references(amx_strip *a)
{
    float top[AMX_BLOCK], more[AMX_BLOCK];
    for (size_t i = 0; i < AMX_BLOCK; i++)
        top[i] = -INFINITY;
    for (size_t j = 0; j < a->blocks; j++) {
        const size_t from = a->from + a->block[j] * AMX_BLOCK;
        uint32_t keys[AMX_BLOCK];
        const amx_product m = amx_product_of_scores(a, j);
        amx_multiply(&m, a->steps, a->waiting);
        amx_flush(a->waiting);
        amx_strip_sees(a, from, keys);
        for (size_t i = 0; i < a->rows; i++) {
            if (a->plan->job->multiset)
                amx_row_times(a, a->row + i, from, more);
            const float here = amx_row_top(a, m.sums.at, i, keys[i], a->plan->job->multiset ? more : NULL);
            top[i] = here > top[i] ? here : top[i];
        }
    }
    for (size_t i = 0; i < a->rows; i++)
        if (top[i] == INFINITY)
            amx_spoil_row(a, i);
        else if (top[i] > a->w->max[a->row + i] + AMX_ROOM)
            amx_move_row(a, i, top[i]);
}

#endif
