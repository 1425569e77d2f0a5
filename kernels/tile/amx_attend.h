/* amx_attend.h: attention in tiles: a query block is walked in strips of 32 rows, a panel of TILE_KC keys at a time.
 * Part of attend.c. SPDX-License-Identifier: Apache-2.0
 *
 * For each strip and panel: products of the scores of one block of 32 keys while the weights of the block before are
 * made, then the products of all weights with the values, whose sums stay in registers over the panel. Blocks that no
 * row sees are left out. Scores are exact products of bfloat16; `scale` multiplies the float32 sums. */
#ifndef AS_TILE_AMX_ATTEND_H
#define AS_TILE_AMX_ATTEND_H

#include "amx_panel.h"

static void tile_engine_begin(void) { amx_begin(); }
static void tile_engine_end(void) { amx_end(); }

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

/* Row i goes on from a state. While all rows before it and it have seen nothing, there are no outputs to go on from. */
static inline void amx_load_state(const amx_strip *a, size_t i, const float *state)
{
    const tile_plan *plan = a->plan;
    const bool was_fresh = a->w->fresh[a->slot];
    if (state[0] == -INFINITY && was_fresh)
        return;
    a->w->fresh[a->slot] = false;
    if (was_fresh) /* what lies behind d and behind the last row is multiplied and never looked at */
        memset(amx_out_at(plan, a->w, a->slot), 0, AMX_BLOCK * plan->d_room * sizeof(float));
    amx_set_reference(a, i, state[0]);
    if (state[0] == -INFINITY)
        a->w->reference[a->slot * AMX_BLOCK + i] = 0;
    a->w->sum[(a->slot * AMX_BLOCK + i) * VF_N] = state[1];
    for (size_t c = 0; c < plan->d; c += AMX_SIDE)
        vf_store(amx_out_row(plan, a->w, a->slot, i, c / AMX_SIDE),
                 vf_load_n(state + 2 + c, amx_left(plan->d, c, AMX_SIDE)));
}

/* Where each row's softmax stands. */
static void amx_load_strip(const amx_strip *a, const tile_view *view, size_t t)
{
    const tile_plan *plan = a->plan;
    const tile_bench *w = a->w;
    float *sum = w->sum + a->slot * AMX_BLOCK * VF_N;
    w->fresh[a->slot] = true;
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
    for (size_t i = 0; view->state && i < a->rows; i++)
        amx_load_state(a, i, view->state + (t + a->row + i) * view->step * TILE_STATE(plan->d));
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
        vf_store_n(state + 2 + c, w->fresh[slot] ? vf_zero() : vf_load(amx_out_row(plan, w, slot, i, c / AMX_SIDE)),
                   amx_left(plan->d, c, AMX_SIDE));
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

/* The strips of a query block, panel after panel of the keys [low, high). Where these are one panel, a strip is stored
 * once the next one is done, and strips take turns in three rooms; else all have rooms of their own. */
typedef struct {
    const tile_view *view;
    size_t t, rows, position; /* first row and rows of the query block; its first row's place among the keys */
    size_t low, high;
    bool one_panel;
    size_t from, row, strip; /* what comes next */
} amx_walk;

enum { AMX_ROOMS = 3 };

/* What is read next is asked for while a panel is worked on, unless all keys and values of a head stay in L2. */
static void amx_ask(const amx_strip *a, const amx_walk *walk)
{
    const tile_plan *plan = a->plan;
    const tile_source source = {a->packed, a->packed + plan->S_room * plan->d_cells, 0};
    size_t steps = 0;
    *a->ahead = (tile_ahead){.count = 0};
    if (2 * plan->pack_floats * sizeof(float) >= plan->job->problem->cache_bytes[1])
        tile_ahead_next(a->ahead, plan, a->w, &source, walk->rows, walk->from, walk->high, &steps);
    tile_ahead_share(a->ahead, steps);
}

/* The next strip and panel; false behind the last. */
static bool amx_next_strip(amx_walk *walk, amx_strip *a)
{
    if (walk->row == walk->rows) {
        walk->row = walk->strip = 0;
        walk->from += TILE_KC;
    }
    if (walk->from >= walk->high)
        return false;
    if (walk->row == 0)
        amx_ask(a, walk);
    a->from = walk->from;
    a->row = walk->row;
    a->rows = tile_strip_height(a->plan->job, AMX_BLOCK, walk->position + a->row, walk->rows - a->row);
    a->slot = walk->one_panel ? walk->strip % AMX_ROOMS : walk->strip;
    a->from_new = walk->from == walk->low;
    if (a->from_new)
        amx_load_strip(a, walk->view, walk->t);
    amx_load_queries(a, walk->view, walk->t);
    a->scored = 0;
    amx_find_blocks(a);
    walk->row += a->rows;
    walk->strip++;
    return true;
}

static void amx_store(const amx_strip *a, const amx_walk *walk)
{
    amx_store_strip(a->plan, a->w, walk->view, walk->t, a->row, a->rows, a->slot);
}

static void amx_store_all(amx_strip *a, const amx_walk *walk)
{
    a->slot = 0;
    for (a->row = 0; a->row < walk->rows; a->row += a->rows, a->slot++) {
        a->rows = tile_strip_height(a->plan->job, AMX_BLOCK, walk->position + a->row, walk->rows - a->row);
        amx_store(a, walk);
    }
}

/* All strips and panels. Three strips are at hand: the one before, whose sums leave the registers while this one
 * begins, this one, and the next, whose scores are begun while this one ends. */
static void amx_work(amx_walk *walk, const amx_strip *strip)
{
    amx_strip three[AMX_ROOMS] = {*strip, *strip, *strip};
    bool any = amx_next_strip(walk, &three[0]);
    size_t now = 0;
    for (; any; now++) {
        amx_strip *a = &three[now % AMX_ROOMS], *next = &three[(now + 1) % AMX_ROOMS];
        const bool alone = a->rows == walk->rows; /* the next panel is of the same rows: they cannot be at two places */
        any = !alone && amx_next_strip(walk, next);
        amx_strip_panel(a, any ? next : NULL);
        if (alone)
            any = amx_next_strip(walk, next);
        if (!walk->one_panel || now == 0)
            continue;
        if (!a->blocks)
            amx_flush(a->waiting);
        amx_store(&three[(now - 1) % AMX_ROOMS], walk);
    }
    amx_flush(strip->waiting);
    if (walk->one_panel)
        amx_store(&three[(now - 1) % AMX_ROOMS], walk);
    else
        amx_store_all(&three[0], walk);
}

/* Query block `block` of a view against its packed keys and values. Where `ready` is not NULL, only that many panels
 * are packed yet: those that the block sees are packed now, and are still in the cache when it reads them. */
static void tile_query_block(const tile_plan *plan, const tile_bench *w, const tile_view *view, float *packed,
                             size_t block, size_t *ready)
{
    amx_walk walk = {.view = view, .t = block * plan->queries};
    if (walk.t >= view->length)
        return;
    walk.rows = view->length - walk.t < plan->queries ? view->length - walk.t : plan->queries;
    walk.position = view->context - view->length + walk.t;
    tile_load_runs(plan, w, view, walk.t, walk.rows, &walk.low, &walk.high);
    if (walk.low >= walk.high) { /* no row sees anything: outputs are 0, states stay */
        for (size_t i = 0; i < walk.rows && !view->state; i++)
            memset(view->o + (walk.t + i) * view->step * plan->d * plan->bytes, 0, plan->d * plan->bytes);
        return;
    }
    for (; ready && *ready * TILE_NR < walk.high; ++*ready)
        tile_pack_panel(plan, view, packed, *ready);
    walk.from = walk.low = walk.low / TILE_KC * TILE_KC;
    walk.one_panel = walk.high <= walk.low + TILE_KC;
    amx_sums waiting = {.at = NULL};
    tile_ahead ahead = {.count = 0};
    amx_strip strip = {.plan = plan, .w = w, .packed = packed, .ahead = &ahead, .waiting = &waiting};
    strip.steps = plan->d_cells / AMX_SIDE;
    strip.soft.scale = vf_set(plan->job->problem->scale * AS_LOG2E);
    amx_work(&walk, &strip);
}

#endif
