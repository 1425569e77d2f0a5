/* counted_tiles.h: attention/tiles and what it is made of, for executed.h: the register block is reached through a
 * table of functions there, so two functions count, not only macros. SPDX-License-Identifier: Apache-2.0 */
static void(tile_multiply)(int rows, int nv, size_t n, const float *a, const float *b, float *c, size_t ldc, bool add)
{
    tile_multiply(rows, nv, n, a, b, c, ldc, add);
}

static void(tile_multiply_rows)(int rows, int nv, size_t n, const float *a, const float *b, size_t ldb, float *c,
                                size_t ldc, bool add)
{
    tile_multiply_rows(rows, nv, n, a, b, ldb, c, ldc, add);
}

#include "kernels/tile/attend.c"
#include "kernels/tile/executed.c"
#include "kernels/attention/tiles.c"
