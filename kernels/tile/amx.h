/* amx.h: bfloat16 in pairs, multiplied by AMX: 16 x 16 sums by 16 pairs of k in one instruction, TDPBF16PS.
 * SPDX-License-Identifier: Apache-2.0
 * Included by format.h. Operands lie as pairs.h packs them: 16 rows of a strip by 16 cells are a left tile, read where
 * they are (rows TILE_STRIDE cells apart); 16 rows of a panel by one vector are a right tile. Eight registers hold a
 * block of 32 x 32: four tiles of sums, two of A, two of B. As with VDPBF16PS, denormals count as 0, whatever MXCSR
 * says.
 *
 * How many rows and bytes a register has is configured, not said by the instruction. Loading a configuration clears all
 * tiles and is slow beside a product of a few, so a thread keeps one until a product of another shape comes. Each
 * thread that multiplies loads its own, and gives the registers back in tile_amx_end. Without that, every switch of the
 * thread would save 8 KiB of tiles, and other code that used AMX meanwhile would leave a configuration that this file
 * does not know of: between the first product of a job and its end no other code for AMX may run on the thread. None
 * does. */
#ifndef AS_TILE_AMX_H
#define AS_TILE_AMX_H

#define AMX_SIDE 16 /* rows of a tile, and its cells of 4 bytes in a row */

/* Registers, named by their place in the block; the intrinsics want literals. */
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
} tile_amx_config;

_Static_assert(sizeof(tile_amx_config) == 64, "LDTILECFG reads 64 bytes");

/* Rows and depth that this thread's tiles are configured for; 0: not configured. */
static _Thread_local unsigned tile_amx_shape;

static void tile_amx_configure(int rows, size_t depth)
{
    const unsigned shape = (unsigned)rows << 8 | (unsigned)depth;
    if (shape == tile_amx_shape)
        return;
    const uint8_t above = (uint8_t)(rows < AMX_SIDE ? rows : AMX_SIDE), below = (uint8_t)(rows - above);
    const uint8_t cells = (uint8_t)depth, side = AMX_SIDE;
    const uint8_t tile[8][2] = {{above, side},  {above, side},  {below, side}, {below, side}, /* C */
                                {above, cells}, {below, cells}, {cells, side}, {cells, side}};
    tile_amx_config config = {.palette = 1};
    for (int i = 0; i < 8; i++)
        if (tile[i][0]) { /* a register without rows stays unused, and must then have no columns */
            config.rows[i] = tile[i][0];
            config.bytes[i] = (uint16_t)(4 * tile[i][1]);
        }
    __asm__ volatile("" : : "r"(&config) : "memory"); /* gcc 12 believes that the instruction reads 8 bytes */
    _tile_loadconfig(&config);
    tile_amx_shape = shape;
}

/* C [+]= A B for the configured rows and depth, `steps` times along k. below: more than 16 rows; wide: two vectors. */
VF_INLINE void tile_amx_block(bool below, bool wide, size_t steps, size_t depth, const float *a, const float *b,
                              float *c, size_t ldc, bool add)
{
    const size_t left = TILE_STRIDE * sizeof(float), right = (wide ? 2 : 1) * VF_N * sizeof(float);
    const size_t sums = ldc * sizeof(float);
    float *const lower = c + AMX_SIDE * ldc;
    __asm__ volatile("" : : : "memory"); /* gcc 12 does not know that a tile's load reads memory */
    if (add) {
        _tile_loadd(AMX_C00, c, sums);
        if (wide)
            _tile_loadd(AMX_C01, c + VF_N, sums);
        if (below)
            _tile_loadd(AMX_C10, lower, sums);
        if (below && wide)
            _tile_loadd(AMX_C11, lower + VF_N, sums);
    } else {
        _tile_zero(AMX_C00);
        if (wide)
            _tile_zero(AMX_C01);
        if (below)
            _tile_zero(AMX_C10);
        if (below && wide)
            _tile_zero(AMX_C11);
    }
    for (size_t i = 0; i < steps; i++, a += depth, b += depth * right / sizeof(float)) {
        _tile_loadd(AMX_A0, a, left);
        _tile_loadd(AMX_B0, b, right);
        _tile_dpbf16ps(AMX_C00, AMX_A0, AMX_B0);
        if (wide) {
            _tile_loadd(AMX_B1, b + VF_N, right);
            _tile_dpbf16ps(AMX_C01, AMX_A0, AMX_B1);
        }
        if (below) {
            _tile_loadd(AMX_A1, a + AMX_SIDE * TILE_STRIDE, left);
            _tile_dpbf16ps(AMX_C10, AMX_A1, AMX_B0);
        }
        if (below && wide)
            _tile_dpbf16ps(AMX_C11, AMX_A1, AMX_B1);
    }
    _tile_stored(AMX_C00, c, sums);
    if (wide)
        _tile_stored(AMX_C01, c + VF_N, sums);
    if (below)
        _tile_stored(AMX_C10, lower, sums);
    if (below && wide)
        _tile_stored(AMX_C11, lower + VF_N, sums);
}

static void tile_amx_steps(int rows, int nv, size_t steps, size_t depth, const float *a, const float *b, float *c,
                           size_t ldc, bool add)
{
    tile_amx_configure(rows, depth);
    if (rows > AMX_SIDE && nv == TILE_NV)
        tile_amx_block(true, true, steps, depth, a, b, c, ldc, add);
    else if (rows > AMX_SIDE)
        tile_amx_block(true, false, steps, depth, a, b, c, ldc, add);
    else if (nv == TILE_NV)
        tile_amx_block(false, true, steps, depth, a, b, c, ldc, add);
    else
        tile_amx_block(false, false, steps, depth, a, b, c, ldc, add);
}

/* A depth that is no multiple of 16 cells ends in a shallower product, with a configuration of its own. */
static void tile_amx_multiply(int rows, int nv, size_t n, const float *a, const float *b, float *c, size_t ldc,
                              bool add)
{
    const size_t steps = n / AMX_SIDE, whole = steps * AMX_SIDE;
    if (steps)
        tile_amx_steps(rows, nv, steps, AMX_SIDE, a, b, c, ldc, add);
    if (n > whole)
        tile_amx_steps(rows, nv, 1, n - whole, a + whole, b + whole * (size_t)nv * VF_N, c, ldc, add || steps);
}

static void tile_amx_end(void)
{
    if (tile_amx_shape)
        _tile_release();
    tile_amx_shape = 0;
}

static const tile_format tile_amx = {
    "bf16 amx",
    2,
    2 * AMX_SIDE,
    tile_amx_multiply,
    tile_pairs_query,
    tile_pairs_keys,
    tile_pairs_values,
    tile_pairs_weights,
    tile_pairs_output,
    NULL,
    false,
    tile_amx_end,
};

#endif
