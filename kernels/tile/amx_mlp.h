/* amx_mlp.h: mlp.h's two products on AMX's tile registers, and part of it. SPDX-License-Identifier: Apache-2.0
 *
 * Hidden units become left tiles of the second product where they leave the registers, rounded to bfloat16; SwiGLU's
 * gates and what they multiply meet there, because the two tiles of a panel of W1 are 16 columns of Wg and the same 16
 * of Wu. */
#ifndef AS_TILE_AMX_MLP_H
#define AS_TILE_AMX_MLP_H

static inline size_t mlp_up_panels(const tile_mlp *mlp)
{
    return mlp->swiglu ? (mlp->Dff + AMX_SIDE - 1) / AMX_SIDE : amx_blocks(mlp->Dff);
}

static inline size_t mlp_packed_up(const tile_mlp *mlp) { return amx_right_floats(mlp->D, mlp_up_panels(mlp)); }

/* Floats of memory for the hidden units: whole strips and steps. */
static inline size_t mlp_hidden(const tile_mlp *mlp)
{
    return as_product(amx_blocks(mlp->rows), amx_blocks(mlp->Dff), AMX_PAIR, 1);
}

static inline void mlp_pack(const tile_mlp *mlp, const void *w1, const void *w2, int threads, float *packed)
{
    const size_t ld = mlp_wide(mlp), panels = mlp_up_panels(mlp), floats = amx_right_floats(mlp->D, 1);
    if (!mlp->swiglu)
        tile_product_pack_from(w1, mlp->dtype, ld, mlp->D, ld, threads, packed);
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (size_t i = 0; i < (mlp->swiglu ? panels : 0); i++) {
        const size_t n = amx_rest(mlp->Dff, i * AMX_SIDE, AMX_SIDE);
        const size_t at[2] = {i * AMX_SIDE, mlp->Dff + i * AMX_SIDE}, width[2] = {n, n};
        amx_pack_panel(w1, ld, mlp->D, at, width, packed + i * floats);
    }
    tile_product_pack_from(w2, mlp->dtype, mlp->D, mlp->Dff, mlp->D, threads, packed + mlp_packed_up(mlp));
}

static inline tile_product mlp_up_product(const tile_mlp *mlp)
{
    return (tile_product){
        .left_ld = mlp->D,
        .left_dtype = AS_BF16,
        .cache_bytes = mlp->cache_bytes,
        .rows = mlp->rows,
        .depth = mlp->D,
        .columns = mlp->Dff,
        .out_kind = mlp->swiglu ? AMX_SWIGLU : AMX_GELU,
    };
}

static inline tile_product mlp_down_product(const tile_mlp *mlp)
{
    return (tile_product){
        .left_tiles = true,
        .out_dtype = AS_BF16,
        .cache_bytes = mlp->cache_bytes,
        .ld = mlp->D,
        .rows = mlp->rows,
        .depth = mlp->Dff,
        .columns = mlp->D,
    };
}

static inline void mlp_up(const tile_mlp *mlp, const void *x, const float *packed, float *hidden, int threads,
                          void *bench)
{
    tile_product m = mlp_up_product(mlp);
    m.left = x;
    m.right = packed;
    m.out = hidden;
    tile_product_run(&m, threads, bench);
}

static inline void mlp_down(const tile_mlp *mlp, const float *hidden, const float *packed, const float *residual,
                            void *o, int threads, void *bench)
{
    (void)residual; /* of whole layers, which are float32 */
    tile_product m = mlp_down_product(mlp);
    m.left = hidden;
    m.right = packed + mlp_packed_up(mlp);
    m.out = o;
    tile_product_run(&m, threads, bench);
}

#endif
