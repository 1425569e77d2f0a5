/* amx.h: AMX's tile registers: products of 2 x 2 tiles, whose sums leave the registers while the next product begins.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A tile is 16 rows of 64 bytes, AMX_TILE floats of memory, and here every tile in memory is 16 whole lines one after
 * the other. TDPBF16PS adds to a tile of float32 sums (16 x 16) the product of a left tile (16 rows of 32 bfloat16) and
 * a right tile (16 pairs of depth by 16 columns). As with VDPBF16PS, denormals count as 0, whatever MXCSR says. The
 * eight registers hold 2 x 2 tiles of sums, two left tiles and two right ones: a load for each multiplication.
 *
 * A store of sums waits for the multiplications before it, some 50 cycles, and what follows it in the program waits as
 * well. So the sums of a product stay in their registers (amx_sums says where they belong) until the next product is
 * about to use these: by then they are ready, and the stores cost nothing (docs/ladder.md, "AMX").
 *
 * Loading a configuration clears all tiles. Each thread loads one before its first product and gives the registers back
 * after its last: without that, every switch of the thread would save 8 KiB of tiles. Between the two no other code for
 * AMX may run on the thread. None does. */
#ifndef AS_TILE_AMX_H
#define AS_TILE_AMX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../vec/vec.h"

#define AMX_SIDE 16                    /* rows of a tile, and its cells of 4 bytes in a row */
#define AMX_TILE (AMX_SIDE * AMX_SIDE) /* floats of memory */
#define AMX_BLOCK (2 * AMX_SIDE)       /* rows and columns of a product */
#define AMX_LINE 64                    /* bytes from one row of a tile to the next */

/* Registers, named by their place in the product; the intrinsics want literals. */
#define AMX_C00 0
#define AMX_C01 1
#define AMX_C10 2
#define AMX_C11 3
#define AMX_A0 4
#define AMX_A1 5
#define AMX_B0 6
#define AMX_B1 7

typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes[16]; /* of a row of each tile */
    uint8_t rows[16];   /* of each tile */
} amx_config;

_Static_assert(sizeof(amx_config) == 64, "LDTILECFG reads 64 bytes");

static inline void amx_begin(void)
{
    amx_config config = {.palette = 1};
    for (int i = 0; i < 8; i++) {
        config.rows[i] = AMX_SIDE;
        config.bytes[i] = AMX_LINE;
    }
    __asm__ volatile("" : : "r"(&config) : "memory"); /* gcc 12 believes that the instruction reads 8 bytes */
    _tile_loadconfig(&config);
}

static inline void amx_end(void) { _tile_release(); }

/* gcc 12 does not know that a tile's load reads memory: stands between what wrote it and the load. */
static inline void amx_written(void) { __asm__ volatile("" : : : "memory"); }

/* Where the sums in the registers belong: tiles at `at` and behind it, and `below` floats further on those of the lower
 * rows. NULL: nothing waits. */
typedef struct {
    float *at;
    size_t below;
    bool lower; /* there are lower rows */
} amx_sums;

/* One product: sums (32 x 32) [+]= left (32 x 32 steps) right. Offsets are in floats of memory. */
typedef struct {
    const float *left, *right;
    size_t left_step, left_below;    /* to the next step's tile; to the tile of the lower rows */
    size_t left_line;                /* bytes from one row of a left tile to the next */
    size_t right_step, right_beside; /* to the next step's tile; to the tile of the other columns */
    amx_sums sums;
    bool fresh; /* sums begin at 0; else with what lies where they belong */
} amx_product;

/* The exchange of one register: what waits in it is stored, the new sums are begun. */
#define AMX_EXCHANGE(C, OFFSET, m, old)                                                                                \
    do {                                                                                                               \
        if ((old).at && ((OFFSET) < 2 || (old).lower))                                                                 \
            _tile_stored(C, (old).at + (OFFSET) % 2 * AMX_TILE + (OFFSET) / 2 * (old).below, AMX_LINE);                \
        if ((m).fresh)                                                                                                 \
            _tile_zero(C);                                                                                             \
        else                                                                                                           \
            _tile_loadd(C, (m).sums.at + (OFFSET) % 2 * AMX_TILE + (OFFSET) / 2 * (m).sums.below, AMX_LINE);           \
    } while (0)

/* One step of depth on tiles `left` and `right`; at the first one registers are exchanged. BETWEEN(i) is done behind
 * multiplication i of 4. Right tiles are read once and soon, so they need not push out of L1 what is read again: the
 * loads say so. */
#define AMX_STEP(m, first, old, lft, rgt, BETWEEN)                                                                     \
    do {                                                                                                               \
        _tile_loadd(AMX_A0, lft, (m).left_line);                                                                       \
        _tile_stream_loadd(AMX_B0, rgt, AMX_LINE);                                                                     \
        if (first)                                                                                                     \
            AMX_EXCHANGE(AMX_C00, 0, m, old);                                                                          \
        _tile_dpbf16ps(AMX_C00, AMX_A0, AMX_B0);                                                                       \
        BETWEEN(0);                                                                                                    \
        _tile_stream_loadd(AMX_B1, (rgt) + (m).right_beside, AMX_LINE);                                                \
        if (first)                                                                                                     \
            AMX_EXCHANGE(AMX_C01, 1, m, old);                                                                          \
        _tile_dpbf16ps(AMX_C01, AMX_A0, AMX_B1);                                                                       \
        BETWEEN(1);                                                                                                    \
        if ((m).sums.lower)                                                                                            \
            _tile_loadd(AMX_A1, (lft) + (m).left_below, (m).left_line);                                                \
        if (first)                                                                                                     \
            AMX_EXCHANGE(AMX_C10, 2, m, old);                                                                          \
        if ((m).sums.lower)                                                                                            \
            _tile_dpbf16ps(AMX_C10, AMX_A1, AMX_B0);                                                                   \
        BETWEEN(2);                                                                                                    \
        if (first)                                                                                                     \
            AMX_EXCHANGE(AMX_C11, 3, m, old);                                                                          \
        if ((m).sums.lower)                                                                                            \
            _tile_dpbf16ps(AMX_C11, AMX_A1, AMX_B1);                                                                   \
        BETWEEN(3);                                                                                                    \
    } while (0)

#define AMX_NOTHING(i) ((void)0)

/* Copies that the stores of tiles cannot have changed: the compiler keeps them in registers. */
#define AMX_LOCAL(m, product, old, waiting)                                                                            \
    const amx_product m = *(product);                                                                                  \
    const amx_sums old = *(waiting);                                                                                   \
    amx_written();                                                                                                     \
    *(waiting) = m.sums

/* A product of any number of steps, with nothing between. */
static inline void amx_multiply(const amx_product *product, size_t steps, amx_sums *waiting)
{
    AMX_LOCAL(m, product, old, waiting);
    AMX_STEP(m, true, old, m.left, m.right, AMX_NOTHING);
    for (size_t s = 1; s < steps; s++)
        AMX_STEP(m, false, old, m.left + s * m.left_step, m.right + s * m.right_step, AMX_NOTHING);
}

/* What waits is stored now. */
static inline void amx_flush(amx_sums *waiting)
{
    if (!waiting->at)
        return;
    _tile_stored(AMX_C00, waiting->at, AMX_LINE);
    _tile_stored(AMX_C01, waiting->at + AMX_TILE, AMX_LINE);
    if (waiting->lower) {
        _tile_stored(AMX_C10, waiting->at + waiting->below, AMX_LINE);
        _tile_stored(AMX_C11, waiting->at + waiting->below + AMX_TILE, AMX_LINE);
    }
    waiting->at = NULL;
}

#endif
