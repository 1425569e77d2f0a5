/* amx_seen.h: which keys the rows of a strip see: blocks of a panel, and a bit for each key of a block. Part of
 * attend.c. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_AMX_SEEN_H
#define AS_TILE_AMX_SEEN_H

#include "amx_strip.h"
#include "seen.h"

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
        if (!n || last->step != 1) { /* no key is sure to be seen by all rows */
            span.plain = false;
            span.high = 0;
            continue;
        }
        const size_t end = last->first + last->count;
        span.plain = span.plain && n == 1;
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
    for (; seen; seen &= seen - 1) {
        const size_t b = (size_t)__builtin_ctz(seen), key = a->from + b * AMX_BLOCK;
        amx_add_block(a, b, !plan->job->multiset && (all || (span->low <= key && key + AMX_BLOCK <= span->high)));
    }
}

#endif
