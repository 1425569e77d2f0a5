/* chunk.h: causal kernelised attention chunk by chunk: inside a chunk as a masked product of C x C weights, the chunks
 * before through a state of m x d, both on the register block of the tile room.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A unit is a key head; its query heads share keys, values and state. For each chunk of C tokens:
 *   1. kt (m,C) <- features of the keys, transposed, and weight[u] <- log2 of what key u's features are to be
 * multiplied by. It serves as the right matrix of 2 and as the left one of 3.
 *   2. for each query head and strip of rows: features of the queries, times kt (weights of the chunk's keys), times
 * values, plus features times state
 *   3. state (m,d) += kt weighted values; z (m) += the same without values
 * Features are kept below 1 (performer.c): row t multiplies key u by 2^(weight[u] - M_t), M_t the largest weight up to
 * t, so no row ever depends on a later one, not even in its rounding; the state is kept relative to M at its last
 * token. `offset` is added to every feature of keys after that: as a constant it needs the plain sum of v and no
 * features. */
#ifndef AS_KERNELISED_CHUNK_H
#define AS_KERNELISED_CHUNK_H

#include "../tile/pack.h"
#include "kernelised.h"

/* What one thread works with. */
typedef struct {
    float *state;  /* panels of d: (m + C, panel) each: the state, and below it the chunk's values */
    float *z;      /* (m) */
    float *past;   /* (d_room) sum of all values before the chunk */
    float *kt;     /* (m, TILE_STRIDE) */
    float *q;      /* (chunks of m, TILE_MR, TILE_STRIDE) features of a strip */
    float *score;  /* (TILE_MR, TILE_STRIDE) */
    float *out;    /* (TILE_MR, d_room) */
    float *weight; /* (TILE_STRIDE) log2 */
    float *scale;  /* (TILE_STRIDE) what weights come to, as seen from the chunk's end */
    float *own;    /* an algorithm's: own_floats */
    float top;     /* the largest weight so far, to which the state is relative */
} chunk_bench;

typedef struct chunk_job {
    const as_problem *problem;
    const as_call *call;
    size_t m, C, own_floats;
    float offset;
    /* k (n,d), n <= C tokens: fills kt's first n columns, and weight[0..n-1]. */
    void (*keys)(const struct chunk_job *job, const chunk_bench *w, const float *k, size_t n);
    /* q (rows,d): fills q's rows, m features each. */
    void (*queries)(const struct chunk_job *job, const chunk_bench *w, const float *q, size_t rows);
    const float *more; /* shared between threads, for the two functions */
} chunk_job;

static inline size_t chunk_pieces(size_t n) { return (n + TILE_KC - 1) / TILE_KC; }
static inline size_t chunk_piece(size_t n, size_t i) { return n - i * TILE_KC < TILE_KC ? n - i * TILE_KC : TILE_KC; }

/* Cell c of row i of a strip in pieces of TILE_KC. */
static inline float *chunk_cell(float *strip, size_t i, size_t c)
{
    return strip + (c / TILE_KC * TILE_MR + i) * TILE_STRIDE + c % TILE_KC;
}

/* C (rows x nv vectors) = [C +] strip (rows x n) b (n x nv vectors), n of any size */
static inline void chunk_multiply(size_t rows, int nv, size_t n, const float *strip, const float *b, float *c,
                                  size_t ldc, bool add)
{
    for (size_t i = 0; i < chunk_pieces(n); i++)
        tile_multiply((int)rows, nv, chunk_piece(n, i), strip + i * TILE_MR * TILE_STRIDE,
                      b + i * TILE_KC * (size_t)nv * VF_N, c, ldc, add || i > 0);
}

#define chunk_bytes AS_ISA(chunk_bytes)
#define chunk_run AS_ISA(chunk_run)
#define chunk_flops AS_ISA(chunk_flops)

/* workspace: chunk_bytes(job), SIZE_MAX on overflow */
void chunk_run(const chunk_job *job, void *workspace);
size_t chunk_bytes(const chunk_job *job);

/* What chunk_run multiplies, features not counted: the 3 m + d a token of the useful count, and per strip whole vectors
 * of keys. */
uint64_t chunk_flops(const chunk_job *job);

#endif
