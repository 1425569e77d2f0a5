/* amx_attend.h: attention in tiles: a query block is walked in strips of 32 rows, a panel of TILE_KC keys at a time.
 * Part of attend.c. SPDX-License-Identifier: Apache-2.0
 *
 * For each strip and panel: products of the scores of one block of 32 keys while the weights of the block before are
 * made, then the products of all weights with the values, whose sums stay in registers over the panel. Blocks that no
 * row sees are left out. Scores are exact products of bfloat16; `scale` multiplies the float32 sums. */
#ifndef AS_TILE_AMX_ATTEND_H
#define AS_TILE_AMX_ATTEND_H

#include "ahead.h"
#include "amx_pack.h"
#include "amx_weights.h"
#include "seen.h"

_Static_assert(TILE_NR == AMX_BLOCK && TILE_PANELS <= AMX_BLOCKS, "a panel of seen.h is a block of keys here");

/* Weights may sum to this over a panel before the reference is moved; a row whose largest score exceeds its reference
 * by AMX_ROOM has it moved. */
#define AMX_SUM_MAX 0x1p64f
#define AMX_ROOM 32.0f

/* One strip and one panel of keys. */
typedef struct {
    const tile_plan *plan;
    const tile_bench *w;
    float *packed;
    tile_ahead *ahead;
    amx_sums *waiting;
    size_t slot, row, rows; /* where its operands lie; the first of its rows in the query block */
    size_t steps;           /* of depth */
    const float *queries;   /* left tiles: packed, or where they lie; see amx_product */
    size_t query_step, query_below, query_line;
    size_t from;                     /* first key of the panel */
    bool from_new;                   /* the strip has seen no panel before */
    size_t blocks;                   /* that some row sees */
    unsigned char block[AMX_BLOCKS]; /* their numbers in the panel */
    bool open[AMX_BLOCKS];           /* every row sees all keys */
    amx_soft soft;
} amx_strip;

static void tile_engine_begin(void) { amx_begin(); }
static void tile_engine_end(void) { amx_end(); }

static inline float *amx_queries_at(const tile_plan *plan, const tile_bench *w, size_t slot)
{
    return w->q + slot * AMX_BLOCK * plan->d_cells;
}

/* Tiles (rows 0.. and 16.., columns) of a strip's outputs. */
static inline float *amx_out_at(const tile_plan *plan, const tile_bench *w, size_t slot)
{
    return w->out + slot * AMX_BLOCK * plan->d_room;
}

/* Columns [16 i, 16 i + 16) of row `row` of a strip's outputs. */
static inline float *amx_out_row(const tile_plan *plan, const tile_bench *w, size_t slot, size_t row, size_t i)
{
    return amx_out_at(plan, w, slot) + (row / AMX_SIDE * (plan->d_room / AMX_SIDE) + i) * AMX_TILE +
           row % AMX_SIDE * AMX_SIDE;
}

/* --- what rows see of a block ------------------------------------------------------------------------------------- */

/* Keys of [from, from + 32) that a row sees, a bit each. */
static inline uint32_t amx_row_sees(const amx_strip *a, size_t row, size_t from)
{
    const as_run *runs = a->w->runs + row * a->plan->runs_max;
    const size_t to = from + AMX_BLOCK;
    uint32_t keys = 0;
    for (size_t i = a->w->next[row]; i < a->w->count[row] && (runs[i].first < to || a->plan->job->multiset); i++) {
        const as_run *r = &runs[i];
        const size_t end = tile_run_end(r) < to ? tile_run_end(r) : to;
        size_t key = r->first;
        if (key < from)
            key += (from - key + r->step - 1) / r->step * r->step;
        if (key >= end)
            continue;
        if (r->step == 1)
            keys |= (uint32_t)(((uint64_t)1 << (end - from)) - ((uint64_t)1 << (key - from)));
        else
            for (; key < end; key += r->step)
                keys |= 1u << (key - from);
    }
    return keys;
}

/* The same of all rows. Rows that are alike but for the end of their last run are asked once where that does not
 * matter. */
static void amx_strip_sees(const amx_strip *a, size_t from, uint32_t keys[AMX_BLOCK])
{
    memset(keys, 0, AMX_BLOCK * sizeof *keys);
    for (size_t i = 0; i < a->rows; i++) {
        const size_t row = a->row + i;
        const as_run *last = a->w->runs + row * a->plan->runs_max + a->w->count[row] - 1;
        const bool as_before = i && a->w->alike[row] && a->w->count[row] && !a->plan->job->multiset &&
                               (last->first >= from + AMX_BLOCK || tile_run_end(last) <= from);
        keys[i] = as_before ? keys[i - 1] : amx_row_sees(a, row, from);
    }
}

/* log2 of how many times a row names each key of a block, where a key may be named more than once. */
static void amx_row_times(const amx_strip *a, size_t row, size_t from, float more[AMX_BLOCK])
{
    for (size_t j = 0; j < AMX_BLOCK; j++)
        more[j] = 0;
    tile_weigh(a->w, a->plan, row, from, from + AMX_BLOCK, more);
    for (size_t j = 0; j < AMX_BLOCK; j++)
        more[j] = more[j] == -INFINITY ? 0 : more[j];
}

/* Sets the strip's span: see amx_span. */
static void amx_find_span(const amx_strip *a)
{
    const tile_plan *plan = a->plan;
    amx_span span = {.first = SIZE_MAX, .high = SIZE_MAX, .plain = !plan->job->multiset};
    for (size_t i = 0; i < a->rows; i++) {
        const size_t row = a->row + i, n = a->w->count[row];
        const as_run *last = a->w->runs + row * plan->runs_max + n - 1;
        if (n != 1 || last->step != 1) {
            span.plain = false;
            break;
        }
        const size_t end = last->first + last->count;
        span.first = last->first < span.first ? last->first : span.first;
        span.low = last->first > span.low ? last->first : span.low;
        span.high = end < span.high ? end : span.high;
        span.end = end > span.end ? end : span.end;
    }
    a->w->span[a->slot] = span;
}

static void amx_add_block(amx_strip *a, size_t b, bool open)
{
    a->open[a->blocks] = open;
    a->block[a->blocks++] = (unsigned char)b;
}

/* The blocks of the panel that some row sees. */
static void amx_find_blocks(amx_strip *a)
{
    const tile_plan *plan = a->plan;
    const amx_span *span = &a->w->span[a->slot];
    a->blocks = 0;
    if (span->plain) {
        for (size_t b = 0; b < AMX_BLOCKS; b++) {
            const size_t key = a->from + b * AMX_BLOCK;
            if (key + AMX_BLOCK > span->first && key < span->end)
                amx_add_block(a, b, span->low <= key && key + AMX_BLOCK <= span->high);
        }
        return;
    }
    const bool alike = tile_strip_alike(plan, a->w, a->row, a->rows, a->from);
    uint32_t whole;
    uint32_t seen = tile_strip_seen(plan, a->w, a->row, a->rows, a->from, alike, &whole);
    const bool all = whole == (uint32_t)(((uint64_t)1 << a->rows) - 1);
    size_t low = 0, high = SIZE_MAX; /* the last runs of all rows hold [low, high) */
    for (size_t i = 0; !all && i < a->rows; i++) {
        const size_t row = a->row + i, n = a->w->count[row];
        const as_run *last = a->w->runs + row * plan->runs_max + n - 1;
        const bool unbroken = n && last->step == 1;
        low = unbroken && last->first > low ? last->first : low;
        high = !unbroken ? 0 : tile_run_end(last) < high ? tile_run_end(last) : high;
    }
    for (; seen; seen &= seen - 1) {
        const size_t b = (size_t)__builtin_ctz(seen), key = a->from + b * AMX_BLOCK;
        amx_add_block(a, b, !plan->job->multiset && (all || (low <= key && key + AMX_BLOCK <= high)));
    }
}

/* --- references --------------------------------------------------------------------------------------------------- */

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

static inline amx_product amx_product_of_scores(const amx_strip *a, size_t j)
{
    return (amx_product){
        .left = a->queries,
        .right = amx_keys_at(a->plan, a->packed, a->from / AMX_BLOCK + a->block[j]),
        .left_step = a->query_step,
        .left_below = a->query_below,
        .left_line = a->query_line,
        .right_step = AMX_TILE,
        .right_beside = a->steps * AMX_TILE,
        .sums = {a->w->score + j % 2 * 4 * AMX_TILE, 2 * AMX_TILE, a->rows > AMX_SIDE},
        .fresh = true,
    };
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

/* --- one strip and one panel -------------------------------------------------------------------------------------- */

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

/* All rows see all keys of block j, but some have no reference yet. */
static void amx_begin_open(amx_strip *a)
{
    uint32_t keys[AMX_BLOCK];
    memset(keys, 0xff, sizeof keys);
    amx_begin_references(a, a->soft.scores, keys, 0);
}

/* Weights of block j, whose scores lie ready, and scores of the block after the next, where there is one. */
static inline void amx_weigh_and_go_on(amx_strip *a, size_t j, size_t rows)
{
    const bool more = j + 2 < a->blocks, together = more && a->open[j] && a->rows > AMX_SIDE;
    a->soft.scores = a->w->score + j % 2 * 4 * AMX_TILE;
    a->soft.weights = a->w->weights + j * 2 * AMX_TILE;
    if (!more)
        amx_flush(a->waiting);
    if (!a->open[j])
        amx_weigh_block(a, j);
    else if (a->w->without[a->slot])
        amx_begin_open(a);
    if (a->open[j] && !together)
        for (size_t i = 0; i < rows; i++)
            amx_weigh_row(&a->soft, i, AMX_ALL_KEYS, NULL);
    if (!more)
        return;
    const amx_product m = amx_product_of_scores(a, j + 2);
    if (together)
        amx_scores_and_weights(&m, a->steps, a->waiting, &a->soft);
    else
        amx_multiply(&m, a->steps, a->waiting);
}

/* Weights of all blocks and their sums; false where they did not fit. */
static bool amx_weigh_panel(amx_strip *a)
{
    const size_t rows = a->rows > AMX_SIDE ? AMX_BLOCK : AMX_SIDE;
    for (size_t i = 0; i < rows; i++)
        vf_store(a->w->panel_sum + i * VF_N, vf_zero());
    a->soft.seen = _mm512_set1_epi32(AMX_BITS_HIGH);
    for (size_t j = 0; j < 2 && j < a->blocks; j++) {
        const amx_product m = amx_product_of_scores(a, j);
        amx_multiply(&m, a->steps, a->waiting);
    }
    for (size_t j = 0; j < a->blocks; j++) {
        tile_ask(a->ahead);
        amx_weigh_and_go_on(a, j, rows);
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

/* One strip and one panel; false where no row sees any key of it. */
static bool amx_strip_panel(amx_strip *a)
{
    amx_find_blocks(a);
    if (!a->blocks)
        return false;
    a->soft.sums = a->w->panel_sum;
    a->soft.reference = a->w->reference + a->slot * AMX_BLOCK;
    if (!amx_weigh_panel(a)) {
        amx_move_references(a);
        amx_weigh_panel(a);
    }
    for (size_t i = 0; i < a->rows; i++) {
        float *sum = a->w->sum + (a->slot * AMX_BLOCK + i) * VF_N;
        vf_store(sum, vf_add(vf_load(sum), vf_load(a->w->panel_sum + i * VF_N)));
    }
    amx_add_values(a);
    return true;
}

/* --- a query block ------------------------------------------------------------------------------------------------ */

/* The strip's queries: where they lie, if rows are whole lines; else packed as tiles. */
static void amx_load_queries(amx_strip *a, const tile_view *view, size_t t)
{
    const size_t d = a->plan->d, ld = view->step * d;
    const uint16_t *q = (const uint16_t *)(const void *)view->q + (t + a->row) * ld;
    a->query_line = ld * sizeof *q;
    a->query_step = AMX_SIDE;
    a->query_below = AMX_SIDE * ld / 2;
    a->queries = (const float *)(const void *)q;
    if (a->rows % AMX_SIDE == 0 && d % AMX_DEPTH == 0 && (uintptr_t)q % AMX_LINE == 0)
        return;
    float *tiles = amx_queries_at(a->plan, a->w, a->slot);
    if (a->from_new)
        amx_pack_queries(q, ld, a->rows, d, a->steps, tiles);
    a->query_line = AMX_LINE;
    a->query_step = AMX_TILE;
    a->query_below = a->steps * AMX_TILE;
    a->queries = tiles;
}

/* Where each row's softmax stands. */
static void amx_load_strip(const amx_strip *a, const tile_view *view, size_t t)
{
    const tile_plan *plan = a->plan;
    const tile_bench *w = a->w;
    float *sum = w->sum + a->slot * AMX_BLOCK * VF_N;
    w->fresh[a->slot] = !view->state;
    w->without[a->slot] = true;
    for (size_t i = 0; i < AMX_BLOCK; i++)
        vf_store(sum + i * VF_N, vf_zero());
    vf_store(w->reference + a->slot * AMX_BLOCK, vf_zero());
    vf_store(w->reference + a->slot * AMX_BLOCK + VF_N, vf_zero());
    for (size_t i = 0; i < a->rows; i++) {
        w->max[a->row + i] = -INFINITY;
        w->next[a->row + i] = 0;
    }
    amx_find_span(a);
    if (!view->state)
        return;
    memset(amx_out_at(plan, w, a->slot), 0, AMX_BLOCK * plan->d_room * sizeof(float));
    for (size_t i = 0; i < a->rows; i++) {
        const float *state = view->state + (t + a->row + i) * view->step * TILE_STATE(plan->d);
        amx_set_reference(a, i, state[0]);
        if (state[0] == -INFINITY)
            w->reference[a->slot * AMX_BLOCK + i] = 0;
        sum[i * VF_N] = state[1];
        for (size_t c = 0; c < plan->d; c += AMX_SIDE)
            memcpy(amx_out_row(plan, w, a->slot, i, c / AMX_SIDE), state + 2 + c,
                   amx_left(plan->d, c, AMX_SIDE) * sizeof(float));
    }
}

/* One row of outputs: sums times `factor`. */
__attribute__((target("avx512bf16"))) static void amx_store_row(const tile_plan *plan, const tile_bench *w, size_t slot,
                                                                size_t i, float factor, void *o)
{
    const vf times = vf_set(factor);
    const size_t whole = plan->d / AMX_BLOCK * AMX_BLOCK;
    uint16_t *to = o;
    for (size_t c = 0; c < whole; c += AMX_BLOCK) {
        const float *out = amx_out_row(plan, w, slot, i, c / AMX_SIDE);
        const vf low = vf_mul(vf_load(out), times), high = vf_mul(vf_load(out + AMX_TILE), times);
        _mm512_storeu_si512(to + c, (__m512i)_mm512_cvtne2ps_pbh(high, low));
    }
    for (size_t c = whole; c < plan->d; c += AMX_SIDE) {
        const vf out = vf_mul(vf_load(amx_out_row(plan, w, slot, i, c / AMX_SIDE)), times);
        _mm256_mask_storeu_epi16(to + c, vf_first(amx_left(plan->d, c, AMX_SIDE)), (__m256i)_mm512_cvtneps_pbh(out));
    }
}

/* The state of row i, for others to go on from. */
static void amx_store_state(const tile_plan *plan, const tile_bench *w, size_t slot, size_t i, float max, float sum,
                            float *state)
{
    state[0] = max;
    state[1] = sum;
    for (size_t c = 0; c < plan->d; c += AMX_SIDE)
        memcpy(state + 2 + c, amx_out_row(plan, w, slot, i, c / AMX_SIDE),
               amx_left(plan->d, c, AMX_SIDE) * sizeof(float));
}

/* o = out / sum, zeros where nothing was seen; or the state, where others go on. */
static void amx_store_strip(const tile_plan *plan, const tile_bench *w, const tile_view *view, size_t t, size_t row,
                            size_t rows, size_t slot)
{
    float sum[AMX_BLOCK], factor[AMX_BLOCK];
    for (size_t i = 0; i < rows; i += AMX_SIDE) {
        vf x[AMX_SIDE];
        for (size_t j = 0; j < AMX_SIDE; j++)
            x[j] = vf_load(w->sum + (slot * AMX_BLOCK + i + j) * VF_N);
        const vf all = vf_sums(x);
        vf_store(sum + i, all);
        vf_store(factor + i, vf_div(vf_set(1), all));
    }
    for (size_t i = 0; i < rows; i++) {
        const size_t at = (t + row + i) * view->step;
        char *o = view->o + at * plan->d * plan->bytes;
        if (view->state)
            amx_store_state(plan, w, slot, i, w->max[row + i], sum[i], view->state + at * TILE_STATE(plan->d));
        else if (!w->count[row + i])
            memset(o, 0, plan->d * plan->bytes);
        else /* a row that saw nothing but -infinity has no sum: NaN */
            amx_store_row(plan, w, slot, i, w->max[row + i] == -INFINITY ? NAN : factor[i], o);
    }
}

/* What strips of one query block share. */
typedef struct {
    const tile_view *view;
    size_t t, rows, position; /* first row and rows of the query block; its first row's place among the keys */
} amx_rows;

static inline size_t amx_height(const amx_strip *a, const amx_rows *r)
{
    return tile_strip_height(a->plan->job, AMX_BLOCK, r->position + a->row, r->rows - a->row);
}

/* All keys that any row sees are one panel: strips are done one after the other, in two rooms. The sums of a strip are
 * out of the registers once the next one has multiplied. */
static void amx_one_panel(amx_strip *a, const amx_rows *r)
{
    size_t before = 0, row_before = 0;
    a->from_new = true;
    for (a->row = 0, a->slot = 0; a->row < r->rows; a->row += a->rows, a->slot ^= 1) {
        a->rows = amx_height(a, r);
        amx_load_strip(a, r->view, r->t);
        amx_load_queries(a, r->view, r->t);
        if (!amx_strip_panel(a))
            amx_flush(a->waiting);
        if (before)
            amx_store_strip(a->plan, a->w, r->view, r->t, row_before, before, a->slot ^ 1);
        before = a->rows;
        row_before = a->row;
    }
    amx_flush(a->waiting);
    amx_store_strip(a->plan, a->w, r->view, r->t, row_before, before, a->slot ^ 1);
}

/* Panel by panel of the keys [low, high), all strips at each. */
static void amx_many_panels(amx_strip *a, const amx_rows *r, size_t low, size_t high)
{
    const tile_plan *plan = a->plan;
    const tile_source source = {a->packed, a->packed + plan->S_room * plan->d_cells, 0};
    /* else all keys and values of a head stay in L2 */
    const bool large = 2 * plan->pack_floats * sizeof(float) >= plan->job->problem->cache_bytes[1];
    for (a->from = low; a->from < high; a->from += TILE_KC) {
        size_t steps = 0;
        a->from_new = a->from == low;
        *a->ahead = (tile_ahead){.count = 0};
        a->slot = 0;
        for (a->row = 0; a->row < r->rows; a->row += a->rows, a->slot++) {
            a->rows = amx_height(a, r);
            if (a->from_new)
                amx_load_strip(a, r->view, r->t);
            if (a->row == 0 && large)
                tile_ahead_next(a->ahead, plan, a->w, &source, r->rows, a->from, high, &steps);
            if (a->row == 0)
                tile_ahead_share(a->ahead, steps);
            amx_load_queries(a, r->view, r->t);
            amx_strip_panel(a);
        }
    }
    amx_flush(a->waiting);
    a->slot = 0;
    for (a->row = 0; a->row < r->rows; a->row += a->rows, a->slot++) {
        a->rows = amx_height(a, r);
        amx_store_strip(plan, a->w, r->view, r->t, a->row, a->rows, a->slot);
    }
}

/* Query block `block` of a view against its packed keys and values. Where `ready` is not NULL, only that many panels
 * are packed yet: those that the block sees are packed now, and are still in the cache when it reads them. */
static void tile_query_block(const tile_plan *plan, const tile_bench *w, const tile_view *view, float *packed,
                             size_t block, size_t *ready)
{
    amx_rows r = {.view = view, .t = block * plan->queries};
    size_t low, high;
    if (r.t >= view->length)
        return;
    r.rows = view->length - r.t < plan->queries ? view->length - r.t : plan->queries;
    r.position = view->context - view->length + r.t;
    amx_sums waiting = {.at = NULL};
    tile_ahead ahead = {.count = 0};
    amx_strip a = {.plan = plan, .w = w, .packed = packed, .ahead = &ahead, .waiting = &waiting};
    a.steps = plan->d_cells / AMX_SIDE;
    a.soft.scale = vf_set(plan->job->problem->scale * AS_LOG2E);
    tile_load_runs(plan, w, view, r.t, r.rows, &low, &high);
    for (; ready && *ready * TILE_NR < high; ++*ready)
        tile_pack_panel(plan, view, packed, *ready);
    a.from = low / TILE_KC * TILE_KC;
    if (high <= a.from + TILE_KC)
        amx_one_panel(&a, &r);
    else
        amx_many_panels(&a, &r, a.from, high);
}

#endif
