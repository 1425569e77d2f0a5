/* amx_weights.h: scores of 32 queries and 32 keys become weights of bfloat16. Part of attend.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * x = scale s - reference is in units of log2; the weight is 2^x. Written as n + f with n whole and 0 <= f < 1, the
 * bits of a bfloat16 are 128 (127 + n + 2^f - 1): y = x + g(f) with g(f) = 2^f - 1 - f, a polynomial. Adding 1.5 2^16 +
 * 127 rounds y to a multiple of 1/128 and leaves just those bits in the lower half of the float32. So a weight costs
 * five instructions of the multiplier and one addition, the rounding included.
 *
 * The reference of a row is a score that it has seen, not its largest: bfloat16 and float32 have the same exponents, so
 * weights may grow far beyond 1 without loss. It is the largest of the first block that the row sees. Where a later one
 * exceeds it by so much that weights overflow, or a score is no number, the sums show it, and amx_attend.h does the
 * panel again.
 *
 * While tiles are multiplied, multiplications and comparisons of vectors have one port in place of two, additions and
 * shuffles keep both (docs/ladder.md): hence the comparison into a mask, and bytes shuffled rather than shifted. */
#ifndef AS_TILE_AMX_WEIGHTS_H
#define AS_TILE_AMX_WEIGHTS_H

#include "amx.h"

#define AMX_ZERO_AT (-127.0f)         /* 2^x is 0 for x up to this */
#define AMX_BITS (1.5f * 65536 + 127) /* see above */
#define AMX_NO_BITS (1.5f * 65536)    /* the same for the weight 0 */
#define AMX_BITS_HIGH 0x47c00000      /* the upper 17 bits of a sum that holds a weight */

/* Scores and weights of one block. Scores: four tiles, (rows, keys) 00, 01, 10, 11; weights: two left tiles, whose cell
 * j holds keys j and j + 16. */
typedef struct {
    const float *scores;
    float *weights;
    float *sums;            /* (32 rows, VF_N): of the weights as rounded, added to */
    const float *reference; /* (32) minus each row's reference; 0 where it has none */
    vf scale;
    __m512i seen; /* all bits that a vector of sums ever had: AMX_BITS_HIGH unless a weight is none */
} amx_soft;

/* Bits of 2^x in the lower half of each lane; 0 where `keep` has no bit. NaN and overflow show in the upper bits. */
static inline __m512i amx_weight_bits(vf x, __mmask16 keep)
{
    keep = _mm512_mask_cmp_ps_mask(keep, x, vf_set(AMX_ZERO_AT), _CMP_NLE_UQ);
    const vf f = vf_rest_down(x);
    /* g(f) / f, minimax in relative error of 2^f: 8.6e-5, a twentieth of what rounding to bfloat16 takes */
    const vf g = vf_fma(vf_fma(f, vf_set(0.07706716f), vf_set(0.22764486f)), f, vf_set(-0.30488318f));
    const vf y = vf_fma(f, g, x);
    return _mm512_castps_si512(_mm512_mask_add_ps(vf_set(AMX_NO_BITS), keep, y, vf_set(AMX_BITS)));
}

/* Row i, of which `keep` says what keys it sees; to x is added, where `more` is not NULL, a number for each key. */
VF_INLINE void amx_weigh_row(amx_soft *w, size_t i, uint32_t keep, const float *more)
{
    const float *s = w->scores + i / AMX_SIDE * 2 * AMX_TILE + i % AMX_SIDE * AMX_SIDE;
    const vf base = vf_set(w->reference[i]);
    vf low = vf_fma(vf_load(s), w->scale, base), high = vf_fma(vf_load(s + AMX_TILE), w->scale, base);
    if (more) {
        low = vf_add(low, vf_load(more));
        high = vf_add(high, vf_load(more + VF_N));
    }
    const __m512i a = amx_weight_bits(low, (__mmask16)keep), b = amx_weight_bits(high, (__mmask16)(keep >> 16));
    /* the lower halves moved up are the weights as float32 */
    const __m512i up = _mm512_set4_epi32(0x0d0c8080, 0x09088080, 0x05048080, 0x01008080);
    const __m512i first = _mm512_shuffle_epi8(a, up), second = _mm512_shuffle_epi8(b, up);
    const vf sum = vf_add(vf_load(w->sums + i * VF_N), _mm512_castsi512_ps(first));
    vf_store(w->sums + i * VF_N, vf_add(sum, _mm512_castsi512_ps(second)));
    _mm512_storeu_si512(w->weights + i / AMX_SIDE * AMX_TILE + i % AMX_SIDE * AMX_SIDE,
                        _mm512_mask_blend_epi16(0xaaaaaaaa, a, second));
    w->seen = _mm512_ternarylogic_epi32(w->seen, a, b, 0xfe); /* or of three */
    __asm__("" : "+v"(w->seen));                              /* gcc would gather many rows' bits first, spilled */
}

/* Whether all weights since `seen` was begun were numbers that bfloat16 has. */
static inline bool amx_weights_fit(__m512i seen)
{
    const __m512i high = _mm512_and_si512(seen, _mm512_set1_epi32((int)0xffff8000));
    return _mm512_cmpneq_epi32_mask(high, _mm512_set1_epi32(AMX_BITS_HIGH)) == 0;
}

#define AMX_ALL_KEYS 0xffffffffu

/* Lane i is the largest of vector x[i]: vf_sums of vec/avx512.h with maxima. */
static inline vf amx_tops(const vf x[16])
{
    vf two[8], four[4], half[2];
    for (int i = 0; i < 8; i++)
        two[i] = vf_max(_mm512_unpacklo_ps(x[2 * i], x[2 * i + 1]), _mm512_unpackhi_ps(x[2 * i], x[2 * i + 1]));
    for (int i = 0; i < 4; i++)
        four[i] = vf_max(_mm512_shuffle_ps(two[2 * i], two[2 * i + 1], 0x44),
                         _mm512_shuffle_ps(two[2 * i], two[2 * i + 1], 0xee));
    for (int i = 0; i < 2; i++)
        half[i] = vf_max(_mm512_shuffle_f32x4(four[2 * i], four[2 * i + 1], 0x88),
                         _mm512_shuffle_f32x4(four[2 * i], four[2 * i + 1], 0xdd));
    return vf_max(_mm512_shuffle_f32x4(half[0], half[1], 0x88), _mm512_shuffle_f32x4(half[0], half[1], 0xdd));
}

/* Of 16 rows of scores, scaled, that keys[i] names: the largest in lane i, -infinity where there is none; +infinity
 * where one is that, or no number. */
static inline vf amx_rows_top(const float *scores, vf scale, const uint32_t keys[AMX_SIDE])
{
    const vf none = vf_set(-INFINITY);
    vf x[AMX_SIDE];
    uint32_t odd = 0;
    for (size_t i = 0; i < AMX_SIDE; i++) {
        const float *s = scores + i * AMX_SIDE;
        const vf low = _mm512_mask_mul_ps(none, (__mmask16)keys[i], vf_load(s), scale);
        const vf high = _mm512_mask_mul_ps(none, (__mmask16)(keys[i] >> AMX_SIDE), vf_load(s + AMX_TILE), scale);
        odd |= (uint32_t)(_mm512_cmp_ps_mask(low, high, _CMP_UNORD_Q) != 0) << i;
        x[i] = vf_max(low, high);
    }
    return _mm512_mask_mov_ps(amx_tops(x), (__mmask16)odd, vf_set(INFINITY));
}

/* Scores of 32 queries and a block of keys, while the weights of another block are made, all of whose keys are seen.
 * `steps` of depth is a number at each call, up to 4. */
VF_INLINE void amx_scores_of(size_t steps, const amx_product *product, amx_sums *waiting, amx_soft *soft)
{
    const size_t slots = 4 * steps;
    AMX_LOCAL(m, product, old, waiting);
    amx_soft w = *soft;
#define AMX_WEIGH_SOME(i)                                                                                              \
    do {                                                                                                               \
        const size_t slot_ = s * 4 + (i), from_ = slot_ * AMX_BLOCK / slots, to_ = (slot_ + 1) * AMX_BLOCK / slots;    \
        VF_UNROLL                                                                                                      \
        for (size_t row_ = from_; row_ < to_; row_++)                                                                  \
            amx_weigh_row(&w, row_, AMX_ALL_KEYS, NULL);                                                               \
    } while (0)
    VF_UNROLL
    for (size_t s = 0; s < steps; s++)
        AMX_STEP(m, s == 0, old, m.left + s * m.left_step, m.right + s * AMX_TILE, AMX_WEIGH_SOME);
#undef AMX_WEIGH_SOME
    *soft = w;
}

/* The same for any depth: two rows at a time, as long as there are some. */
static inline void amx_scores_of_many(size_t steps, const amx_product *product, amx_sums *waiting, amx_soft *soft)
{
    AMX_LOCAL(m, product, old, waiting);
    amx_soft w = *soft;
    size_t row = 0;
#define AMX_WEIGH_TWO(i)                                                                                               \
    do {                                                                                                               \
        if (row < AMX_BLOCK) {                                                                                         \
            amx_weigh_row(&w, row, AMX_ALL_KEYS, NULL);                                                                \
            amx_weigh_row(&w, row + 1, AMX_ALL_KEYS, NULL);                                                            \
            row += 2;                                                                                                  \
        }                                                                                                              \
    } while (0)
    for (size_t s = 0; s < steps; s++)
        AMX_STEP(m, s == 0, old, m.left + s * m.left_step, m.right + s * AMX_TILE, AMX_WEIGH_TWO);
#undef AMX_WEIGH_TWO
    *soft = w;
}

static inline void amx_scores_and_weights(const amx_product *m, size_t steps, amx_sums *waiting, amx_soft *soft)
{
    switch (steps) {
    case 1:
        amx_scores_of(1, m, waiting, soft);
        break;
    case 2:
        amx_scores_of(2, m, waiting, soft);
        break;
    case 3:
        amx_scores_of(3, m, waiting, soft);
        break;
    case 4:
        amx_scores_of(4, m, waiting, soft);
        break;
    default:
        amx_scores_of_many(steps, m, waiting, soft);
    }
}

#endif
