/* bf16.h: pairs of bfloat16 multiplied into float32 sums, all in registers: VDPBF16PS, or AMX's TDPBF16PS.
 * SPDX-License-Identifier: Apache-2.0
 * Included by roof.c in its builds for AVX-512 and AMX. */
#ifndef AS_ROOF_BF16_H
#define AS_ROOF_BF16_H

#include <string.h>

static bool bf16_runs(void) { return __builtin_cpu_supports("avx512bf16"); }

#if defined AS_ISA_amx

/* Four independent sums of 16 x 16: as many as a kernel with 2 x 2 tiles has. A TDPBF16PS is 16 x 16 x 16 pairs. */
static uint64_t bf16_loop(uint64_t rounds, float *sink)
{
    enum { TILES = 8, SUMS = 4, SIDE = 16 };
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    } config = {.palette = 1};
    uint32_t pairs[SIDE * SIDE];
    float out[SIDE * SIDE];
    for (int i = 0; i < TILES; i++) {
        config.bytes[i] = 4 * SIDE;
        config.rows[i] = SIDE;
    }
    for (int i = 0; i < SIDE * SIDE; i++)
        pairs[i] = 0x3c003c00u; /* 2^-7 twice */
    __asm__ volatile(""
                     :
                     : "r"(&config), "r"(pairs)
                     : "memory"); /* gcc 12 does not know how much the next lines read */
    _tile_loadconfig(&config);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_loadd(4, pairs, 4 * SIDE);
    _tile_loadd(5, pairs, 4 * SIDE);
    _tile_loadd(6, pairs, 4 * SIDE);
    _tile_loadd(7, pairs, 4 * SIDE);
    for (uint64_t r = 0; r < rounds; r++) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(3, out, 4 * SIDE);
    _tile_release();
    __asm__ volatile("" : : "r"(out) : "memory");
    *sink += out[0];
    return rounds * SUMS * 2 * 2 * SIDE * SIDE * SIDE;
}

#else

static __attribute__((target("avx512bf16"))) uint64_t bf16_loop(uint64_t rounds, float *sink)
{
    __m512 sum[CHAINS];
    const __m512bh a = (__m512bh)_mm512_set1_epi32(0x3c003c00), b = (__m512bh)_mm512_set1_epi32(0x3c003c00);
    for (int i = 0; i < CHAINS; i++)
        sum[i] = vf_set((float)i);
    for (uint64_t r = 0; r < rounds; r++) {
        VF_UNROLL
        for (int i = 0; i < CHAINS; i++)
            sum[i] = _mm512_dpbf16_ps(sum[i], a, b);
    }
    for (int i = 1; i < CHAINS; i++)
        sum[0] = vf_add(sum[0], sum[i]);
    *sink += vf_sum(sum[0]);
    return rounds * CHAINS * VF_N * 2 * 2;
}

#endif
#endif
