/* amx_model.h: AMX's tile registers in plain C, for CPUs that have none. Put before a kernel's source (-include), it
 * takes the place of the compiler's intrinsics, and tile/amx.h is compiled as it is.
 * SPDX-License-Identifier: Apache-2.0
 *
 * After Intel's Software Developer's Manual: what the instructions compute, and what they refuse. On a real CPU a wrong
 * configuration or a register of the wrong shape is a fault; here it is a line on stderr and abort(). Products and sums
 * are rounded to nearest even, denormal inputs count as 0 and denormal results become 0, whatever the thread's own
 * rounding mode is. Even and odd elements are summed apart, each by fused multiply-adds, then added to the tile. */
#ifndef AMX_MODEL_H
#define AMX_MODEL_H

#include <float.h>
#include <immintrin.h>
#include <math.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AMX_MODEL_TILES = 8, AMX_MODEL_ROWS = 16, AMX_MODEL_BYTES = 64 };

typedef struct {
    unsigned rows, bytes; /* both 0: not configured */
    uint32_t cell[AMX_MODEL_ROWS][AMX_MODEL_BYTES / 4];
} amx_model_tile;

static _Thread_local amx_model_tile amx_model[AMX_MODEL_TILES];
static _Thread_local int amx_model_on;

/* For tests, defined there: configurations loaded so far, and threads that have not given theirs back. */
extern atomic_int amx_model_loads, amx_model_held;
extern atomic_long amx_model_products; /* multiplications of tiles so far */

static inline void amx_model_must(int right, const char *what)
{
    if (right)
        return;
    fprintf(stderr, "amx model: %s\n", what);
    abort();
}

static inline void amx_model_load_config(const void *from)
{
    uint8_t raw[64];
    uint16_t bytes[16];
    memcpy(raw, from, sizeof raw);
    memcpy(bytes, raw + 16, sizeof bytes);
    amx_model_must(raw[0] == 1 && raw[1] == 0, "palette is not 1, or start_row not 0");
    for (int i = 2; i < 16; i++)
        amx_model_must(raw[i] == 0, "a reserved byte is set");
    for (int i = 0; i < 16; i++) {
        const unsigned rows = raw[48 + i];
        amx_model_must(i < AMX_MODEL_TILES || (!rows && !bytes[i]), "a tile beyond the eighth is configured");
        amx_model_must(rows <= AMX_MODEL_ROWS && bytes[i] <= AMX_MODEL_BYTES, "more than 16 rows or 64 bytes");
        amx_model_must(!rows == !bytes[i], "rows without columns, or columns without rows");
    }
    memset(amx_model, 0, sizeof amx_model);
    for (int i = 0; i < AMX_MODEL_TILES; i++)
        amx_model[i].rows = raw[48 + i], amx_model[i].bytes = bytes[i];
    amx_model_held += !amx_model_on;
    amx_model_on = 1;
    amx_model_loads++;
}

static inline void amx_model_release(void)
{
    memset(amx_model, 0, sizeof amx_model);
    amx_model_held -= amx_model_on;
    amx_model_on = 0;
}

static inline amx_model_tile *amx_model_at(int tile)
{
    amx_model_must(amx_model_on && amx_model[tile].rows, "a register is used that is not configured");
    return &amx_model[tile];
}

static inline void amx_model_zero(int tile)
{
    amx_model_tile *t = amx_model_at(tile);
    memset(t->cell, 0, sizeof t->cell);
}

static inline void amx_model_load(int tile, const void *base, ptrdiff_t stride)
{
    amx_model_tile *t = amx_model_at(tile);
    memset(t->cell, 0, sizeof t->cell);
    for (unsigned r = 0; r < t->rows; r++)
        memcpy(t->cell[r], (const char *)base + (ptrdiff_t)r * stride, t->bytes);
}

static inline void amx_model_store(int tile, void *base, ptrdiff_t stride)
{
    const amx_model_tile *t = amx_model_at(tile);
    for (unsigned r = 0; r < t->rows; r++)
        memcpy((char *)base + (ptrdiff_t)r * stride, t->cell[r], t->bytes);
}

/* Arithmetic between registers, whose shapes are checked before it begins: the sanitizers have nothing to see in it,
 * and took most of the time of a sanitized test_amx. What touches the memory of kernels, above, is theirs. */
#define AMX_MODEL_REGISTERS __attribute__((no_sanitize("address", "undefined"))) static inline

/* A denormal as the 0 of its sign. */
AMX_MODEL_REGISTERS float amx_model_flush(float x) { return fabsf(x) < FLT_MIN ? x * 0.0f : x; }

AMX_MODEL_REGISTERS float amx_model_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return amx_model_flush(x);
}

AMX_MODEL_REGISTERS uint32_t amx_model_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

AMX_MODEL_REGISTERS void amx_model_dpbf16ps(int sum, int left, int right)
{
    amx_model_tile *c = amx_model_at(sum);
    const amx_model_tile *a = amx_model_at(left), *b = amx_model_at(right);
    amx_model_products++;
    amx_model_must(sum != left && sum != right && left != right, "TDPBF16PS with a register named twice");
    amx_model_must(c->rows == a->rows && c->bytes == b->bytes && a->bytes == 4 * b->rows && c->bytes % 4 == 0,
                   "TDPBF16PS of shapes that do not fit");
    for (unsigned m = 0; m < c->rows; m++) {
        float even[AMX_MODEL_BYTES / 4] = {0}, odd[AMX_MODEL_BYTES / 4] = {0};
        for (unsigned k = 0; k < b->rows; k++) {
            const float a_even = amx_model_float(a->cell[m][k] << 16);
            const float a_odd = amx_model_float(a->cell[m][k] & 0xffff0000u);
            for (unsigned n = 0; n < AMX_MODEL_BYTES / 4; n++) { /* columns beyond c's are 0 in b */
                const float b_even = amx_model_float(b->cell[k][n] << 16);
                const float b_odd = amx_model_float(b->cell[k][n] & 0xffff0000u);
                even[n] = amx_model_flush(__builtin_fmaf(a_even, b_even, even[n]));
                odd[n] = amx_model_flush(__builtin_fmaf(a_odd, b_odd, odd[n]));
            }
        }
        for (unsigned n = 0; n < c->bytes / 4; n++) {
            const float both = amx_model_flush(even[n] + odd[n]);
            c->cell[m][n] = amx_model_bits(amx_model_flush(amx_model_float(c->cell[m][n]) + both));
        }
    }
}

#undef _tile_loadd
#undef _tile_stream_loadd
#undef _tile_stored
#undef _tile_zero
#undef _tile_dpbf16ps
#define _tile_loadconfig(config) amx_model_load_config(config)
#define _tile_release() amx_model_release()
#define _tile_loadd(tile, base, stride) amx_model_load(tile, base, (ptrdiff_t)(stride))
#define _tile_stream_loadd(tile, base, stride) amx_model_load(tile, base, (ptrdiff_t)(stride))
#define _tile_stored(tile, base, stride) amx_model_store(tile, base, (ptrdiff_t)(stride))
#define _tile_zero(tile) amx_model_zero(tile)
#define _tile_dpbf16ps(sum, left, right) amx_model_dpbf16ps(sum, left, right)

#endif
