/* amx_matmul.h: whole matrices of bfloat16 on AMX's tile registers: what matmul.h is to the other instruction sets, and
 * part of it. SPDX-License-Identifier: Apache-2.0
 *
 * The right matrix is packed once: for each panel of 32 columns, for each step of 32 of depth, two right tiles of 16
 * columns. A strip of 32 rows becomes left tiles, or is used as it lies where rows are whole lines, a piece of depth at
 * a time, which stays in L1; every panel then passes by, from L2: panels are worked on in groups that fit it, each of
 * which meets all strips. Sums stay in registers over a piece. Two things are done between the multiplications, where
 * the other units have time: the block of the product before is rounded and stored, and the next piece of the left
 * matrix is packed, or fetched, which waits for memory. */
#ifndef AS_TILE_AMX_MATMUL_H
#define AS_TILE_AMX_MATMUL_H

#include <omp.h>

#include "../common/size.h"
#include "../vec/exp.h"
#include "amx.h"

#define AMX_DEPTH (2 * AMX_SIDE) /* bfloat16 of depth that a step takes */
#define AMX_PIECE 16             /* steps at most: a strip's left tiles take 2 KiB for each of L1's 48 */
#define AMX_PAIR (2 * AMX_TILE)  /* floats of the two tiles of a step */

/* What becomes of a block of sums (32 x 32): rows of `out`; or, for a second product, hidden units as left tiles, where
 * SwiGLU's gate is the left half of the block, and what it multiplies the right half. */
typedef enum { AMX_ROWS_BF16, AMX_ROWS_F32, AMX_GELU, AMX_SWIGLU } amx_out;

typedef struct {
    const float *sums;
    void *to;       /* the first element, or tile */
    size_t ld;      /* of rows */
    size_t rows, n; /* of which n columns are stored */
    size_t half;    /* SwiGLU: which half of the tiles' rows */
    amx_out kind;
} amx_block;

static inline size_t amx_blocks(size_t n) { return (n + AMX_BLOCK - 1) / AMX_BLOCK; }

static inline size_t amx_right_floats(size_t depth, size_t panels)
{
    return as_product(amx_blocks(depth), panels, AMX_PAIR, 1);
}

static inline size_t tile_product_floats(size_t depth, size_t columns)
{
    return amx_right_floats(depth, amx_blocks(columns));
}

/* Room of a thread, in floats: left tiles of two pieces, and sums of a strip. */
static inline size_t amx_product_floats(size_t panels)
{
    return 2 * AMX_PIECE * AMX_PAIR + (panels + 1) * 2 * AMX_PAIR;
}

static inline size_t tile_product_room(const as_problem *p, size_t columns)
{
    return as_product((size_t)p->threads, amx_product_floats(amx_blocks(columns)), sizeof(float), 1);
}

static inline __mmask32 amx_first(size_t n)
{
    return n >= AMX_DEPTH ? ~(__mmask32)0 : (__mmask32)(((uint32_t)1 << n) - 1);
}

static inline size_t amx_rest(size_t all, size_t at, size_t most)
{
    return all <= at ? 0 : all - at < most ? all - at : most;
}

/* --- packing ------------------------------------------------------------------------------------------------------ */

/* Row 2c and 2c + 1 of x (depth rows, ld apart; n <= 16 columns) as row c of a right tile. */
static inline void amx_pack_right(const uint16_t *x, size_t ld, size_t depth, size_t n, float *tile)
{
    const __mmask16 columns = vf_first(n);
    for (size_t c = 0; c < AMX_SIDE; c++) {
        const __m256i even = 2 * c < depth ? _mm256_maskz_loadu_epi16(columns, x + 2 * c * ld) : _mm256_setzero_si256();
        const __m256i odd =
            2 * c + 1 < depth ? _mm256_maskz_loadu_epi16(columns, x + (2 * c + 1) * ld) : _mm256_setzero_si256();
        const __m512i pairs =
            _mm512_or_si512(_mm512_cvtepu16_epi32(even), _mm512_slli_epi32(_mm512_cvtepu16_epi32(odd), 16));
        _mm512_storeu_si512(tile + c * AMX_SIDE, pairs);
    }
}

/* A panel's two tiles of each step are `width` columns from `first` and from `second` on. */
static inline void amx_pack_panel(const uint16_t *right, size_t ld, size_t depth, const size_t at[2],
                                  const size_t width[2], float *tiles)
{
    for (size_t from = 0; from < depth; from += AMX_DEPTH)
        for (size_t half = 0; half < 2; half++, tiles += AMX_TILE)
            amx_pack_right(right + from * ld + (width[half] ? at[half] : 0), ld, depth - from, width[half], tiles);
}

static inline void tile_product_pack_from(const void *right, as_dtype dtype, size_t ld, size_t depth, size_t columns,
                                          int threads, float *packed)
{
    (void)dtype; /* float32 is refused (dtype.h) */
    const size_t panels = amx_blocks(columns), floats = amx_right_floats(depth, 1);
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (size_t i = 0; i < panels; i++) {
        const size_t at[2] = {i * AMX_BLOCK, i * AMX_BLOCK + AMX_SIDE};
        const size_t width[2] = {amx_rest(columns, at[0], AMX_SIDE), amx_rest(columns, at[1], AMX_SIDE)};
        amx_pack_panel(right, ld, depth, at, width, packed + i * floats);
    }
}

static inline float *amx_left_row(float *tiles, size_t row, size_t step)
{
    return tiles + (2 * step + row / AMX_SIDE) * AMX_TILE + row % AMX_SIDE * AMX_SIDE;
}

/* A strip's columns [from, from + width) on their way into left tiles, a row of a part at a time. */
typedef struct {
    const tile_product *m;
    size_t row, rows, from, width;
    float *tiles;
    tile_part part; /* its row `below` and column `beside` in the strip; `done` rows of it are packed */
    size_t below, beside, done;
} amx_packing;

/* The next part; zeros behind the last column, up to a whole step. */
static inline tile_part amx_next_part(const amx_packing *p)
{
    const tile_product *m = p->m;
    const size_t rows = p->rows - p->below, left = p->width - p->beside, row = p->row + p->below;
    tile_part part = {NULL, m->left_ld, rows, left};
    if (p->beside >= p->width)
        part.columns = amx_blocks(p->width) * AMX_DEPTH - p->width;
    else if (m->part)
        part = m->part(m, row, p->from + p->beside);
    else
        part.at = (const uint16_t *)m->left + row * m->left_ld + p->from + p->beside;
    part.rows = part.rows < rows ? part.rows : rows;
    if (p->beside < p->width)
        part.columns = part.columns < left ? part.columns : left;
    return part;
}

/* n elements at `x` to column `at` of a strip's row; x NULL: zeros. */
static inline void amx_pack_left(const uint16_t *x, size_t n, float *tiles, size_t row, size_t at)
{
    size_t done = 0;
    if (x && n % AMX_DEPTH == 0 && at % AMX_DEPTH == 0) {
        float *to = amx_left_row(tiles, row, at / AMX_DEPTH);
        for (; done < n; done += AMX_DEPTH, to += AMX_PAIR)
            _mm512_storeu_si512(to, _mm512_loadu_si512(x + done));
        return;
    }
    for (size_t some; done < n; done += some, at += some) {
        const size_t place = at % AMX_DEPTH;
        some = n - done < AMX_DEPTH - place ? n - done : AMX_DEPTH - place;
        uint16_t *to = (uint16_t *)(void *)amx_left_row(tiles, row, at / AMX_DEPTH) + place;
        _mm512_mask_storeu_epi16(to, amx_first(some),
                                 x ? _mm512_maskz_loadu_epi16(amx_first(some), x + done) : _mm512_setzero_si512());
    }
}

/* One row of a part; false when all is packed. Without tiles: it is fetched into L2. */
static inline bool amx_pack_some(amx_packing *p)
{
    if (p->beside >= amx_blocks(p->width) * AMX_DEPTH)
        return false;
    if (!p->done)
        p->part = amx_next_part(p);
    const uint16_t *x = p->part.at;
    if (p->tiles)
        amx_pack_left(x ? x + p->done * p->part.ld : NULL, p->part.columns, p->tiles, p->below + p->done, p->beside);
    for (size_t c = 0; !p->tiles && c < p->part.columns; c += AMX_DEPTH)
        __builtin_prefetch(x + p->done * p->part.ld + c, 0, 2);
    if (++p->done < p->part.rows)
        return true;
    p->done = 0;
    p->below += p->part.rows;
    if (p->below == p->rows) { /* parts below each other are as wide as each other */
        p->below = 0;
        p->beside += p->part.columns;
    }
    return true;
}

/* --- what becomes of sums ----------------------------------------------------------------------------------------- */

/* 1 / (1 + 2^x), within 2e-4 of itself: a tenth of what rounding to bfloat16 takes. */
static inline vf amx_gate(vf x) { return _mm512_rcp14_ps(vf_add(vf_exp2_short(x), vf_set(1))); }

static inline vf amx_gelu(vf x) /* vf_gelu of vec/activation.h */
{
    const vf factor = vf_set(-2 * 0.79788456080286535588f * AS_LOG2E);
    const vf cubic = vf_fma(vf_mul(x, x), vf_mul(factor, vf_set(0.044715f)), factor);
    return vf_mul(x, amx_gate(vf_mul(x, cubic)));
}

static inline vf amx_silu(vf x) { return vf_mul(x, amx_gate(vf_mul(x, vf_set(-AS_LOG2E)))); }

/* Row i of a block. */
__attribute__((target("avx512bf16"))) static inline void amx_emit(const amx_block *b, size_t i)
{
    const float *sums = b->sums + i / AMX_SIDE * AMX_PAIR + i % AMX_SIDE * AMX_SIDE;
    const vf low = vf_load(sums), high = vf_load(sums + AMX_TILE);
    float *tile = (float *)b->to + i / AMX_SIDE * AMX_TILE + i % AMX_SIDE * AMX_SIDE;
    switch (b->kind) {
    case AMX_ROWS_BF16:
        _mm512_mask_storeu_epi16((uint16_t *)b->to + i * b->ld, amx_first(b->n),
                                 (__m512i)_mm512_cvtne2ps_pbh(high, low));
        break;
    case AMX_ROWS_F32:
        vf_store_n((float *)b->to + i * b->ld, low, b->n < AMX_SIDE ? b->n : AMX_SIDE);
        vf_store_n((float *)b->to + i * b->ld + AMX_SIDE, high, amx_rest(b->n, AMX_SIDE, AMX_SIDE));
        break;
    case AMX_GELU:
        _mm512_storeu_si512(tile, (__m512i)_mm512_cvtne2ps_pbh(amx_gelu(high), amx_gelu(low)));
        break;
    case AMX_SWIGLU: {
        const __m256i hidden = (__m256i)_mm512_cvtneps_pbh(vf_mul(amx_silu(low), high));
        if (b->half)
            _mm256_storeu_si256((__m256i *)(void *)(tile + AMX_SIDE / 2), hidden);
        else /* zeros where no other half follows */
            _mm512_storeu_si512(tile, _mm512_zextsi256_si512(hidden));
    }
    }
}

/* Left tiles of a piece: those of each step, and 16 rows below; bytes from row to row. */
typedef struct {
    const float *at[AMX_PIECE];
    size_t below, line;
} amx_left;

/* A product. Between its multiplications: the rows of `block`, whose sums are in memory from the first step on, and
 * `parts` rows of what is packed for later at each step. */
static inline void amx_multiply_emit(const amx_product *product, const amx_left *left, size_t steps, amx_sums *waiting,
                                     const amx_block *block, amx_packing *packing, size_t parts)
{
    const size_t places = 2 * (steps - 1), each = places ? (block->rows + places - 1) / places : 0;
    size_t row = 0;
#define AMX_BESIDE(i)                                                                                                  \
    do {                                                                                                               \
        for (size_t until = row + each; (i) % 2 && row < until && row < block->rows; row++)                            \
            amx_emit(block, row);                                                                                      \
        for (size_t n = 0; (i) == 2 && n < parts; n++)                                                                 \
            amx_pack_some(packing);                                                                                    \
    } while (0)
    AMX_LOCAL(m, product, old, waiting);
    AMX_STEP(m, true, old, left->at[0], m.right, AMX_NOTHING);
    for (size_t s = 1; s < steps; s++)
        AMX_STEP(m, false, old, left->at[s], m.right + s * m.right_step, AMX_BESIDE);
#undef AMX_BESIDE
    for (; row < block->rows; row++)
        amx_emit(block, row);
}

/* --- products ----------------------------------------------------------------------------------------------------- */

/* What a thread has at hand. */
typedef struct {
    float *left[2], *sums;
    amx_sums waiting;
    amx_block block; /* of the product whose sums wait in registers; no rows: these are not whole yet */
} amx_bench;

/* Columns of a panel that are outputs. */
static inline size_t amx_width(const tile_product *m) { return m->out_kind == AMX_SWIGLU ? AMX_SIDE : AMX_BLOCK; }

static inline amx_block amx_block_of(const tile_product *m, const float *sums, size_t row, size_t rows, size_t panel)
{
    amx_block b = {.sums = sums, .ld = m->ld, .rows = rows, .kind = (amx_out)m->out_kind};
    const size_t column = panel * AMX_BLOCK, strip = row / AMX_BLOCK;
    b.n = amx_rest(m->columns, column, AMX_BLOCK);
    if (b.kind == AMX_ROWS_BF16 || b.kind == AMX_ROWS_F32) {
        b.kind = m->out_dtype == AS_F32 ? AMX_ROWS_F32 : AMX_ROWS_BF16;
        b.to = (char *)m->out + (row * m->ld + column) * (m->out_dtype == AS_F32 ? sizeof(float) : sizeof(uint16_t));
        return b;
    }
    const size_t per_tile = AMX_BLOCK / amx_width(m), steps = amx_blocks(m->columns);
    b.half = panel % per_tile;
    b.to = (float *)m->out + (strip * steps + panel / per_tile) * AMX_PAIR;
    return b;
}

/* A run of strips on panels [low, high): pieces of depth, strip by strip, which are packed one ahead. */
typedef struct {
    const tile_product *m;
    size_t low, high, first, strips; /* of panels; of strips */
    size_t steps, pieces;
} amx_run;

/* Where piece `i` of a run begins and ends, in steps; its strip. */
static inline size_t amx_piece_at(const amx_run *run, size_t i) { return run->steps * (i % run->pieces) / run->pieces; }
static inline size_t amx_piece_end(const amx_run *run, size_t i)
{
    return run->steps * (i % run->pieces + 1) / run->pieces;
}
static inline size_t amx_piece_row(const amx_run *run, size_t i) { return (run->first + i / run->pieces) * AMX_BLOCK; }

/* A piece: where its left tiles are, or will be when it is packed. */
typedef struct {
    amx_left left;
    amx_packing packing;
} amx_piece;

static inline void amx_tiles_left(amx_left *left, const float *tiles, size_t steps)
{
    left->below = AMX_TILE;
    left->line = AMX_LINE;
    for (size_t s = 0; s < steps; s++)
        left->at[s] = tiles + s * AMX_PAIR;
}

/* Rows of whole lines are left tiles as they lie, unless their distance puts too many of them into one set of L1. */
static inline bool amx_in_place(amx_packing p, amx_left *left)
{
    for (size_t c = 0, s = 0; c < p.width; c += p.part.columns) {
        p.beside = c;
        p.part = amx_next_part(&p);
        const size_t line = p.part.ld * sizeof(uint16_t);
        if (!p.part.at || p.part.rows < p.rows || p.rows % AMX_SIDE || p.part.columns % AMX_DEPTH || line % AMX_LINE ||
            (uintptr_t)p.part.at % AMX_LINE || line % 2048 == 0 || (c && line != left->line))
            return false;
        left->line = line;
        left->below = AMX_SIDE * line / sizeof(float);
        for (size_t i = 0; i < p.part.columns; i += AMX_DEPTH)
            left->at[s++] = (const float *)p.part.at + i / 2;
    }
    return true;
}

/* Piece i of a run; none behind the last. */
static inline void amx_piece_of(const amx_run *run, const amx_bench *w, size_t i, amx_piece *piece)
{
    const tile_product *m = run->m;
    piece->packing = (amx_packing){.m = m};
    if (i >= run->strips * run->pieces)
        return;
    const size_t row = amx_piece_row(run, i), from = amx_piece_at(run, i), steps = amx_piece_end(run, i) - from;
    if (m->left_tiles) {
        amx_tiles_left(&piece->left, (const float *)m->left + (row / AMX_BLOCK * run->steps + from) * AMX_PAIR, steps);
        return;
    }
    piece->packing.row = row;
    piece->packing.rows = amx_rest(m->rows, row, AMX_BLOCK);
    piece->packing.from = from * AMX_DEPTH;
    piece->packing.width = amx_rest(m->depth, from * AMX_DEPTH, steps * AMX_DEPTH);
    if (amx_in_place(piece->packing, &piece->left))
        return;
    piece->packing.tiles = w->left[i % 2];
    amx_tiles_left(&piece->left, w->left[i % 2], steps);
}

static inline void amx_run_piece(const amx_run *run, amx_bench *w, size_t i, const amx_left *left, amx_packing *next)
{
    const tile_product *m = run->m;
    const size_t row = amx_piece_row(run, i), rows = amx_rest(m->rows, row, AMX_BLOCK);
    const size_t from = amx_piece_at(run, i), steps = amx_piece_end(run, i) - from, piece = i % run->pieces;
    const size_t places = (run->high - run->low) * (steps > 1 ? steps - 1 : 1);
    size_t parts = 0; /* rows of parts to pack at each step: where d is 64, of two steps of depth */
    if (next->rows) {
        const tile_part part = amx_next_part(next);
        parts = (next->rows * ((next->width + part.columns - 1) / part.columns) + places - 1) / places;
    }
    for (size_t panel = run->low; panel < run->high; panel++) {
        float *sums = w->sums + (run->pieces > 1 ? panel - run->low : panel % 2) * 2 * AMX_PAIR;
        const amx_product product = {
            .right = m->right + (panel * run->steps + from) * AMX_PAIR,
            .left_below = left->below,
            .left_line = left->line,
            .right_step = AMX_PAIR,
            .right_beside = AMX_TILE,
            .sums = {sums, AMX_PAIR, rows > AMX_SIDE},
            .fresh = !piece,
        };
        amx_multiply_emit(&product, left, steps, &w->waiting, &w->block, next, parts);
        w->block = (amx_block){.rows = 0};
        if (piece + 1 == run->pieces)
            w->block = amx_block_of(m, sums, row, rows, panel);
    }
}

static inline void amx_run_strips(const amx_run *run, amx_bench *w)
{
    amx_piece piece[2];
    amx_written(); /* multiplications before read what is written now */
    amx_piece_of(run, w, 0, &piece[0]);
    for (size_t i = 0; i < run->strips * run->pieces; i++) {
        while (piece[i % 2].packing.tiles && amx_pack_some(&piece[i % 2].packing)) {
        }
        amx_piece_of(run, w, i + 1, &piece[(i + 1) % 2]);
        amx_run_piece(run, w, i, &piece[i % 2].left, &piece[(i + 1) % 2].packing);
        amx_written();
    }
}

/* How the work is cut: groups of panels whose right tiles are at most 3/8 of L2, and blocks of strips. With half of it,
 * some processes were slower (a few lab runs). */
typedef struct {
    size_t panels, groups, strips, blocks;
} amx_cut;

static inline amx_cut amx_cut_of(const tile_product *m, int threads)
{
    const size_t l2 = m->cache_bytes ? m->cache_bytes : (size_t)1 << 20;
    const size_t bytes = amx_right_floats(m->depth, 1) * sizeof(float), pair = AMX_BLOCK / amx_width(m);
    amx_cut cut = {
        .panels = (m->columns + amx_width(m) - 1) / amx_width(m), .strips = amx_blocks(m->rows), .blocks = 1};
    const size_t wanted = threads == 1 ? 1 : 4 * (size_t)threads, most = (cut.panels + pair - 1) / pair;
    if (threads > 1)
        cut.blocks = cut.strips < wanted ? cut.strips : wanted;
    cut.groups = (cut.panels * bytes + l2 / 8 * 3 - 1) / (l2 / 8 * 3);
    if (cut.blocks * cut.groups < wanted)
        cut.groups = (wanted + cut.blocks - 1) / cut.blocks;
    cut.groups = cut.groups < 1 ? 1 : cut.groups < most ? cut.groups : most;
    return cut;
}

/* First panel of a group: even where two panels share a tile of outputs. */
static inline size_t amx_group_at(const tile_product *m, const amx_cut *cut, size_t group)
{
    const size_t pair = AMX_BLOCK / amx_width(m), at = (cut->panels + pair - 1) / pair * group / cut->groups * pair;
    return at < cut->panels ? at : cut->panels;
}

/* The whole product. `workspace` has tile_product_room bytes; `threads` may use it. */
static inline void tile_product_run(const tile_product *m, int threads, void *workspace)
{
    const amx_cut cut = amx_cut_of(m, threads);
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        float *room = (float *)workspace + (size_t)omp_get_thread_num() * amx_product_floats(cut.panels);
        amx_bench w = {.left = {room, room + AMX_PIECE * AMX_PAIR}, .sums = room + 2 * AMX_PIECE * AMX_PAIR};
        amx_begin();
#pragma omp for schedule(dynamic, 1) nowait
        for (size_t i = 0; i < cut.groups * cut.blocks; i++) {
            const size_t group = i / cut.blocks, block = i % cut.blocks;
            const size_t first = cut.strips * block / cut.blocks, steps = amx_blocks(m->depth);
            const amx_run run = {
                .m = m,
                .low = amx_group_at(m, &cut, group),
                .high = amx_group_at(m, &cut, group + 1),
                .first = first,
                .strips = cut.strips * (block + 1) / cut.blocks - first,
                .steps = steps,
                .pieces = (steps + AMX_PIECE - 1) / AMX_PIECE,
            };
            amx_run_strips(&run, &w);
        }
        amx_flush(&w.waiting);
        for (size_t row = 0; row < w.block.rows; row++)
            amx_emit(&w.block, row);
        amx_end();
    }
}

/* FLOPs that a product takes: whole blocks of 32 columns and of depth, rows in tiles of 16. */
static inline uint64_t tile_product_flops(const tile_product *m)
{
    const uint64_t panels = (m->columns + amx_width(m) - 1) / amx_width(m), tall = tile_up(m->rows, AMX_SIDE);
    return 2 * tall * amx_blocks(m->depth) * AMX_DEPTH * panels * AMX_BLOCK;
}

#endif
