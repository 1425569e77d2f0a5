/* mlp.h: the two matrix products around a non-linearity that a layer applies to every token: GELU or SwiGLU.
 * SPDX-License-Identifier: Apache-2.0
 *
 * GELU: gelu(x W1) W2, W1 (D, Dff). SwiGLU (Shazeer, 2020): (silu(x Wg) (x Wu)) W2, with Wg and Wu side by side as
 * W1 (D, 2 Dff). GELU in its tanh form, see vec/activation.h. */
#ifndef AS_TILE_MLP_H
#define AS_TILE_MLP_H

#include "../common/sequence.h"
#include "../vec/activation.h"
#include "matmul.h"

typedef struct {
    size_t rows, D, Dff;
    bool swiglu;
    as_dtype dtype;     /* of x, weights and o */
    size_t cache_bytes; /* L2 */
} tile_mlp;

static inline size_t mlp_wide(const tile_mlp *mlp) { return mlp->swiglu ? 2 * mlp->Dff : mlp->Dff; }

#if defined AS_ISA_amx

#include "amx_mlp.h"

#else

VF_MAP(mlp_gelu, vf_gelu)
VF_GATE(mlp_swiglu, vf_silu, vf_same)

/* Floats of packed W1, and of the hidden rows, which stay float32. */
static inline size_t mlp_packed_up(const tile_mlp *mlp) { return tile_product_floats(mlp->D, mlp_wide(mlp)); }
static inline size_t mlp_hidden(const tile_mlp *mlp) { return as_product(mlp->rows, mlp_wide(mlp), 1, 1); }

static inline void mlp_pack(const tile_mlp *mlp, const void *w1, const void *w2, int threads, float *packed)
{
    tile_product_pack_from(w1, mlp->dtype, mlp_wide(mlp), mlp->D, mlp_wide(mlp), threads, packed);
    tile_product_pack_from(w2, mlp->dtype, mlp->D, mlp->Dff, mlp->D, threads, packed + mlp_packed_up(mlp));
}

static inline void mlp_finish(const tile_product *m, size_t row, size_t column, size_t n, float *out)
{
    (void)m, (void)row, (void)column;
    mlp_gelu(out, n);
}

static inline tile_product mlp_up_product(const tile_mlp *mlp)
{
    return (tile_product){
        .left_ld = mlp->D,
        .left_dtype = mlp->dtype,
        .ld = mlp_wide(mlp),
        .rows = mlp->rows,
        .depth = mlp->D,
        .columns = mlp_wide(mlp),
        .finish = mlp->swiglu ? NULL : mlp_finish,
    };
}

static inline tile_product mlp_down_product(const tile_mlp *mlp)
{
    return (tile_product){
        .left_ld = mlp_wide(mlp),
        .out_dtype = mlp->dtype,
        .ld = mlp->D,
        .rows = mlp->rows,
        .depth = mlp->Dff,
        .columns = mlp->D,
    };
}

/* x (rows, D) to hidden (rows, row stride mlp_wide; the first Dff count) */
static inline void mlp_up(const tile_mlp *mlp, const void *x, const float *packed, float *hidden, int threads,
                          void *bench)
{
    tile_product m = mlp_up_product(mlp);
    m.left = x;
    m.right = packed;
    m.out = hidden;
    tile_product_run(&m, threads, bench);
    if (!mlp->swiglu)
        return;
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (size_t row = 0; row < mlp->rows; row++) {
        float *gate = hidden + row * m.ld;
        mlp_swiglu(gate, gate + mlp->Dff, gate, mlp->Dff);
    }
}

/* o (rows, D) = hidden W2, plus residual (rows, D; float32) unless NULL */
static inline void mlp_down(const tile_mlp *mlp, const float *hidden, const float *packed, const float *residual,
                            void *o, int threads, void *bench)
{
    tile_product m = mlp_down_product(mlp);
    m.left = hidden;
    m.right = packed + mlp_packed_up(mlp);
    m.out = o;
    m.finish = residual ? tile_finish_residual : NULL;
    m.residual = residual;
    m.residual_ld = mlp->D;
    tile_product_run(&m, threads, bench);
}

#endif

/* Floats of packed W1 and W2. */
static inline size_t mlp_packed(const tile_mlp *mlp)
{
    return as_sum(mlp_packed_up(mlp), tile_product_floats(mlp->Dff, mlp->D));
}

/* 4 rows D Dff; SwiGLU 6. One exp for each hidden unit. */
static inline uint64_t mlp_useful(const tile_mlp *mlp)
{
    return 2 * (uint64_t)mlp->rows * mlp->D * (mlp_wide(mlp) + (uint64_t)mlp->Dff);
}
static inline uint64_t mlp_executed(const tile_mlp *mlp)
{
    const tile_product up = mlp_up_product(mlp), down = mlp_down_product(mlp);
    return tile_product_flops(&up) + tile_product_flops(&down);
}

/* bfloat16: the output is rounded, to at most 2^-8 of a magnitude below that of a hidden unit before its non-linearity;
 * and so is each hidden unit on AMX, errors that the second product adds up like a random walk: deviations of less than
 * 2^-9, 6 of them. Few units have heavier tails. */
static inline double mlp_tolerance(const tile_mlp *mlp)
{
    const double sums = 2 * as_sequence_tolerance((double)mlp->D) + 2 * as_sequence_tolerance((double)mlp->Dff);
    const double least = (double)(mlp->D < mlp->Dff ? mlp->D : mlp->Dff);
    return mlp->dtype == AS_F32 ? sums : sums + (as_sequence_magnitude(least) + 3) / 256;
}

#endif
