/* matmul.h: whole matrices on the register block: out = left right, with the right one packed in panels beforehand.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rows are worked on in blocks of PRODUCT_ROWS. For each TILE_KC of depth a block's rows are copied to a bench of
 * stride TILE_STRIDE (where `load` may make them up: the shifted rows of a convolution, the heads of attention side by
 * side), then every panel of the right matrix passes through L1 once and meets all strips of the block. Threads share
 * blocks, and panels where there are few blocks.
 *
 * bfloat16 is widened where it is copied and packed, and rounded once, when a row's sums are whole. The build for AMX
 * has the same functions in amx_matmul.h. */
#ifndef AS_TILE_MATMUL_H
#define AS_TILE_MATMUL_H

#include <omp.h>

#include "../api/kernel.h"
#include "../common/size.h"
#include "element.h"
#include "pack.h"

/* Part of a left matrix as it lies in memory: rows `ld` elements apart. at NULL: zeros. */
typedef struct {
    const void *at;
    size_t ld, rows, columns;
} tile_part;

typedef struct tile_product {
    const void *left; /* (rows, depth), row stride left_ld */
    size_t left_ld;
    as_dtype left_dtype, out_dtype; /* of elements of left and out */
    size_t cache_bytes;             /* L2; 0 where unknown. Used by amx_matmul.h, as are: */
    bool left_tiles;                /* left is tiles already */
    int out_kind;                   /* amx_out */
    /* instead: the part that begins at (row, from), with at least one row and one column */
    tile_part (*part)(const struct tile_product *m, size_t row, size_t from);
    /* instead, for float32: columns [from, from + n) of a row of the left matrix; n <= TILE_KC */
    void (*load)(const struct tile_product *m, size_t row, size_t from, size_t n, float *to);
    const float *right; /* of tile_product_pack */
    void *out;          /* (rows, columns), row stride ld */
    size_t ld;
    size_t rows, depth, columns;
    /* How much of the depth rows up to `row` need, for a lower triangular left matrix: at least 1, never falls. NULL:
     * all. */
    size_t (*reach)(const struct tile_product *m, size_t row);
    /* Called when the sums of columns [column, column + n) of a row are whole; `out` points at the first. NULL: nothing
     * to do. */
    void (*finish)(const struct tile_product *m, size_t row, size_t column, size_t n, float *out);
    const void *more;      /* for the functions */
    const float *residual; /* for tile_finish_residual: (rows, columns), row stride residual_ld */
    size_t residual_ld;
} tile_product;

#if defined AS_ISA_amx

#include "amx_matmul.h"

#else

#define PRODUCT_ROWS (8 * TILE_MR)

static inline size_t tile_product_floats(size_t depth, size_t columns)
{
    size_t n;
    return __builtin_mul_overflow(depth, tile_up(columns, VF_N), &n) ? SIZE_MAX : n;
}

/* Room of a thread: PRODUCT_ROWS rows of TILE_KC, and a block of sums for a panel that ends within a vector. */
#define PRODUCT_BENCH (PRODUCT_ROWS * TILE_STRIDE + TILE_MR * TILE_NR)

static inline size_t tile_product_workspace(const as_problem *p)
{
    return (size_t)p->threads * PRODUCT_BENCH * sizeof(float);
}

/* The same for products of p's dtype, at most `columns` wide. bfloat16: the sums of a block of rows, too. */
static inline size_t tile_product_sums(size_t columns)
{
    return as_product(PRODUCT_ROWS, tile_up(columns, VF_N), 1, 1);
}
static inline size_t tile_product_room(const as_problem *p, size_t columns)
{
    const size_t sums = p->dtype == AS_F32 ? 0 : tile_product_sums(columns);
    return as_product((size_t)p->threads, as_sum(PRODUCT_BENCH, sums), sizeof(float), 1);
}

/* right (depth, columns; row stride ld) to panels: tile_product_floats(depth, columns) of them. */
static inline void tile_product_pack(const float *right, size_t ld, size_t depth, size_t columns, int threads,
                                     float *packed)
{
    const size_t panels = (columns + TILE_NR - 1) / TILE_NR;
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (size_t i = 0; i < panels; i++) {
        const size_t left = columns - i * TILE_NR;
        tile_pack_rows(right + i * TILE_NR, ld, depth, left < TILE_NR ? left : TILE_NR, packed + i * TILE_NR * depth);
    }
}

/* The same of either type. */
static inline void tile_product_pack_from(const void *right, as_dtype dtype, size_t ld, size_t depth, size_t columns,
                                          int threads, float *packed)
{
    if (dtype == AS_F32) {
        tile_product_pack(right, ld, depth, columns, threads, packed);
        return;
    }
    const size_t panels = (columns + TILE_NR - 1) / TILE_NR;
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (size_t i = 0; i < panels; i++) {
        const size_t room = (size_t)tile_panel_vectors(columns, i) * VF_N, left = columns - i * TILE_NR;
        for (size_t k = 0; k < depth; k++)
            tile_widen((const uint16_t *)right + k * ld + i * TILE_NR, left < room ? left : room, room,
                       packed + i * TILE_NR * depth + k * room);
    }
}

/* The part of the left matrix that begins at (row, from), of at most rows x columns. */
static inline tile_part tile_product_part(const tile_product *m, size_t row, size_t from, size_t rows, size_t columns)
{
    tile_part part = {NULL, m->left_ld, rows, columns};
    if (m->part)
        part = m->part(m, row, from);
    else
        part.at = (const char *)m->left + (row * m->left_ld + from) * tile_element_bytes(m->left_dtype);
    part.rows = part.rows < rows ? part.rows : rows;
    part.columns = part.columns < columns ? part.columns : columns;
    return part;
}

static inline void tile_product_copy(const tile_part *part, as_dtype dtype, float *bench)
{
    const size_t n = part->columns;
    for (size_t i = 0; i < part->rows; i++, bench += TILE_STRIDE)
        if (!part->at)
            memset(bench, 0, n * sizeof(float));
        else if (dtype == AS_F32)
            memcpy(bench, (const float *)part->at + i * part->ld, n * sizeof(float));
        else
            tile_widen((const uint16_t *)part->at + i * part->ld, n, n, bench);
}

/* Columns [from, from + n) of the block's rows to the bench. */
static inline void tile_product_load(const tile_product *m, size_t row, size_t rows, size_t from, size_t n,
                                     float *bench)
{
    if (m->load) {
        for (size_t i = 0; i < rows; i++)
            m->load(m, row + i, from, n, bench + i * TILE_STRIDE);
        return;
    }
    tile_part part;
    for (size_t c = 0; c < n; c += part.columns) /* parts below each other are as wide as each other */
        for (size_t i = 0; i < rows; i += part.rows) {
            part = tile_product_part(m, row + i, from + c, rows - i, n - c);
            tile_product_copy(&part, m->left_dtype, bench + i * TILE_STRIDE + c);
        }
}

static inline size_t tile_product_reach(const tile_product *m, size_t row)
{
    return m->reach ? m->reach(m, row) : m->depth;
}

/* One panel against one strip where the panel's columns end within a vector: sums go to `spare` first. */
static inline void tile_product_narrow(int rows, int nv, size_t n, const float *a, const float *b, float *out,
                                       size_t ld, size_t columns, bool add, float *spare)
{
    tile_multiply(rows, nv, n, a, b, spare, TILE_NR, false);
    for (int i = 0; i < rows; i++)
        for (size_t c = 0; c < columns; c++)
            out[(size_t)i * ld + c] = spare[i * TILE_NR + (int)c] + (add ? out[(size_t)i * ld + c] : 0);
}

/* Rows [row, row + rows), at most PRODUCT_ROWS, of panels [low, high). Sums of bfloat16 outputs are behind the bench
 * until they are whole. */
static inline void tile_product_block(const tile_product *m, size_t row, size_t rows, size_t low, size_t high,
                                      float *bench)
{
    const bool round = m->out_dtype == AS_BF16;
    float *spare = bench + PRODUCT_ROWS * TILE_STRIDE,
          *sums = round ? bench + PRODUCT_BENCH : (float *)m->out + row * m->ld + low * TILE_NR;
    const size_t ld = round ? tile_up(m->columns, VF_N) : m->ld;
    const size_t reach = tile_product_reach(m, row + rows - 1);
    for (size_t from = 0; from < reach; from += TILE_KC) {
        const size_t depth = reach - from < TILE_KC ? reach - from : TILE_KC;
        tile_product_load(m, row, rows, from, depth, bench);
        for (size_t panel = low; panel < high; panel++) {
            const int nv = tile_panel_vectors(m->columns, panel);
            const size_t column = panel * TILE_NR, left = m->columns - column;
            const float *b = m->right + column * m->depth + from * (size_t)nv * VF_N;
            for (size_t i = 0; i < rows; i += TILE_MR) {
                const int strip = rows - i < TILE_MR ? (int)(rows - i) : TILE_MR;
                const size_t mine = tile_product_reach(m, row + i + (size_t)strip - 1),
                             n = mine < from + depth ? mine : from + depth;
                float *out = sums + i * ld + column - low * TILE_NR;
                if (n <= from)
                    continue;
                if (left >= (size_t)nv * VF_N)
                    tile_multiply(strip, nv, n - from, bench + i * TILE_STRIDE, b, out, ld, from > 0);
                else
                    tile_product_narrow(strip, nv, n - from, bench + i * TILE_STRIDE, b, out, ld, left, from > 0,
                                        spare);
            }
        }
    }
    const size_t column = low * TILE_NR, end = high * TILE_NR < m->columns ? high * TILE_NR : m->columns;
    for (size_t i = 0; i < rows && m->finish; i++)
        m->finish(m, row + i, column, end - column, sums + i * ld);
    for (size_t i = 0; i < rows && round; i++)
        tile_round(sums + i * ld, end - column, (uint16_t *)m->out + (row + i) * m->ld + column);
}

/* The whole product. `workspace` has tile_product_workspace bytes, or tile_product_room where outputs are bfloat16;
 * `threads` may use it. */
static inline void tile_product_run(const tile_product *m, int threads, void *workspace)
{
    const size_t blocks = (m->rows + PRODUCT_ROWS - 1) / PRODUCT_ROWS, panels = (m->columns + TILE_NR - 1) / TILE_NR;
    const size_t wanted = 4 * (size_t)threads;
    size_t groups = threads == 1 || blocks >= wanted ? 1 : (wanted + blocks - 1) / blocks;
    groups = groups < panels ? groups : panels;
    const size_t each = PRODUCT_BENCH + (m->out_dtype == AS_F32 ? 0 : tile_product_sums(m->columns));
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        float *bench = (float *)workspace + (size_t)omp_get_thread_num() * each;
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < blocks * groups; i++) {
            const size_t row = i / groups * PRODUCT_ROWS, group = i % groups;
            const size_t rows = m->rows - row < PRODUCT_ROWS ? m->rows - row : PRODUCT_ROWS;
            tile_product_block(m, row, rows, group * panels / groups, (group + 1) * panels / groups, bench);
        }
    }
}

/* Adds the row of `residual`. */
static inline void tile_finish_residual(const tile_product *m, size_t row, size_t column, size_t n, float *out)
{
    const float *x = m->residual + row * m->residual_ld + column;
    for (size_t c = 0; c < n; c++)
        out[c] += x[c];
}

/* FLOPs that a product takes: columns up to whole vectors, and a triangle's depth up to that of a strip's last row. */
static inline uint64_t tile_product_flops(const tile_product *m)
{
    uint64_t sum = 0;
    const uint64_t columns = tile_up(m->columns, VF_N);
    if (!m->reach)
        return 2 * (uint64_t)m->rows * m->depth * columns;
    for (size_t row = 0; row < m->rows; row += TILE_MR) {
        const size_t rows = m->rows - row < TILE_MR ? m->rows - row : TILE_MR;
        sum += 2 * rows * m->reach(m, row + rows - 1) * columns;
    }
    return sum;
}

#endif

#endif
