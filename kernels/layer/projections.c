/* projections.c: the four projections of attention: x to q, k and v; the heads' outputs to one token, either side by
 * side through one matrix, or head by head with the H products stored and then added. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tile/dtype.h"
#include "tile/matmul.h"

#include "parts.h"

enum { X, A, W_IN, W_OUT, O, PACKED };

static size_t wide(const as_problem *p) { return (p->heads + 2 * p->kv_heads) * p->head_dim; }

/* w_qkv: columns of Wq, Wk and Wv; w_o: rows in the order of heads; o: a row is q, k, v and the output token */
static size_t projections_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t B = p->batch, T = p->length, D = as_problem_width(p), d = p->head_dim;
    out[X] = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, p->dtype, B, T, D);
    out[A] = AS_OPERAND("a", AS_IN, AS_FILL_NORMAL, p->dtype, B, p->heads, T, d);
    out[W_IN] = AS_OPERAND("w_qkv", AS_IN, AS_FILL_WEIGHT, p->dtype, D, wide(p));
    out[W_OUT] = AS_OPERAND("w_o", AS_IN, AS_FILL_WEIGHT, p->dtype, D, D);
    out[O] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, p->dtype, B, T, wide(p) + D);
    out[PACKED] = AS_OPERAND(
        "packed", AS_KEPT, AS_FILL_ZERO, AS_F32,
        as_sum(tile_product_floats(D, wide(p)),
               p->param[0] ? as_product(p->heads, tile_product_floats(d, D), 1, 1) : tile_product_floats(D, D)));
    return 6;
}

/* W_O as a whole, or head by head. */
static void projections_pack(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p), d = p->head_dim;
    float *to = call->operand[PACKED];
    const char *w_o = call->operand[W_OUT];
    tile_product_pack_from(call->operand[W_IN], p->dtype, wide(p), D, wide(p), p->threads, to);
    to += tile_product_floats(D, wide(p));
    if (!p->param[0])
        tile_product_pack_from(w_o, p->dtype, D, D, D, p->threads, to);
    for (size_t h = 0; p->param[0] && h < p->heads; h++)
        tile_product_pack_from(w_o + h * d * D * tile_element_bytes(p->dtype), p->dtype, D, d, D, p->threads,
                               to + h * tile_product_floats(d, D));
}

/* Workspace: the heads' products (H, B T, D) if they are stored; the threads' benches. */
static size_t partial_bytes(const as_problem *p)
{
    const size_t bytes =
        p->param[0] ? as_product(p->heads, p->batch * p->length, as_problem_width(p), sizeof(float)) : 0;
    return bytes > SIZE_MAX / 2 ? SIZE_MAX : tile_up(bytes, 64);
}

static size_t projections_workspace(const as_problem *p)
{
    const size_t D = as_problem_width(p);
    return as_sum(partial_bytes(p), tile_product_room(p, wide(p) > D ? wide(p) : D));
}

static void *bench(const as_call *call) { return (char *)call->workspace + partial_bytes(call->problem); }

static void projections_input(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p);
    const tile_product m = {
        .left = call->operand[X],
        .left_ld = D,
        .left_dtype = p->dtype,
        .out_dtype = p->dtype,
        .cache_bytes = p->cache_bytes[1],
        .right = call->operand[PACKED],
        .out = call->operand[O],
        .ld = wide(p) + D,
        .rows = p->batch * p->length,
        .depth = D,
        .columns = wide(p),
    };
    tile_product_run(&m, p->threads, bench(call));
}

/* Channel h d + c of token row is a[b][h][t][c]: the heads side by side. */
static tile_part heads_part(const tile_product *m, size_t row, size_t from)
{
    const as_problem *p = m->more;
    const size_t d = p->head_dim, T = p->length, b = row / T, t = row % T, h = from / d, c = from % d;
    const size_t at = ((b * p->heads + h) * T + t) * d + c;
    return (tile_part){(const char *)m->left + at * tile_element_bytes(p->dtype), d, T - t, d - c};
}

/* A head alone: the products are asked for head by head, `left` at the head's first token. */
static tile_part head_part(const tile_product *m, size_t row, size_t from)
{
    const as_problem *p = m->more;
    const size_t d = p->head_dim, T = p->length, b = row / T, t = row % T, at = (b * p->heads * T + t) * d + from;
    return (tile_part){(const char *)m->left + at * tile_element_bytes(p->dtype), d, T - t, d - from};
}

static void projections_output(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p), d = p->head_dim, rows = p->batch * p->length;
    const size_t bytes = tile_element_bytes(p->dtype);
    const float *right = (const float *)call->operand[PACKED] + tile_product_floats(D, wide(p));
    tile_product m = {
        .left = call->operand[A],
        .left_dtype = p->dtype,
        .out_dtype = p->dtype,
        .cache_bytes = p->cache_bytes[1],
        .part = heads_part,
        .more = p,
        .right = right,
        .out = (char *)call->operand[O] + wide(p) * bytes,
        .ld = wide(p) + D,
        .rows = rows,
        .depth = D,
        .columns = D,
    };
    if (!p->param[0]) {
        tile_product_run(&m, p->threads, bench(call));
        return;
    }
    m.part = head_part;
    m.out_dtype = AS_F32;
    m.depth = d;
    m.ld = D;
    for (size_t h = 0; h < p->heads; h++) {
        m.left = (const char *)call->operand[A] + h * p->length * d * bytes;
        m.right = right + h * tile_product_floats(d, D);
        m.out = (float *)call->workspace + h * rows * D;
        tile_product_run(&m, p->threads, bench(call));
    }
}

/* The stored products of all heads, added up: a few columns at a time, which are rounded once where o is bfloat16. */
static void projections_add(const as_call *call)
{
    enum { SOME = 256 };
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p), rows = p->batch * p->length;
    const float *partial = call->workspace;
    if (!p->param[0])
        return;
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t row = 0; row < rows; row++)
        for (size_t from = 0; from < D; from += SOME) {
            const size_t n = D - from < SOME ? D - from : SOME, at = row * (wide(p) + D) + wide(p) + from;
            float sum[SOME];
            memcpy(sum, partial + row * D + from, n * sizeof(float));
            for (size_t h = 1; h < p->heads; h++)
                for (size_t c = 0; c < n; c++)
                    sum[c] += partial[(h * rows + row) * D + from + c];
            if (p->dtype == AS_F32)
                memcpy((float *)call->operand[O] + at, sum, n * sizeof(float));
            else
                tile_round(sum, n, (uint16_t *)call->operand[O] + at);
        }
}

static bool projections_refuse(const as_problem *p, char *why, size_t cap)
{
    return tile_refuse_dtype(p, why, cap) || as_sequence_refuse_pattern(p, false, why, cap);
}

extern const as_kernel AS_KERNEL(layer_projections);

/* 4 T D D and 4 T D Hkv d; stored products cost (H-1) T D additions more */
static as_work projections_work(const as_problem *p)
{
    const uint64_t rows = (uint64_t)p->batch * p->length, D = as_problem_width(p);
    const tile_product in = {.rows = rows, .depth = D, .columns = wide(p)};
    const tile_product out = {.rows = rows, .depth = p->param[0] ? p->head_dim : D, .columns = D};
    const uint64_t outs = p->param[0] ? p->heads : 1;
    return as_sequence_work(p, &AS_KERNEL(layer_projections), 2 * rows * D * (wide(p) + D),
                            tile_product_flops(&in) + outs * tile_product_flops(&out) + (outs - 1) * rows * D, 0);
}

static double projections_tolerance(const as_problem *p)
{
    return as_sequence_tolerance_of(p, (double)as_problem_width(p));
}

static const as_phase phases[] = {
    {.name = "pack", .once = true, .run = projections_pack},
    {.name = "input", .run = projections_input},
    {.name = "output", .run = projections_output},
    {.name = "add", .run = projections_add},
    {0},
};
static const as_kernel_param params[] = {
    {"sum", 0, 1, 0, "output: 0 heads side by side through W_O, 1 a stored product per head, then added"},
    {0},
};

const as_kernel AS_KERNEL(layer_projections) = {
    AS_BUILTIN,
    .name = "layer/projections",
    .help = "q, k, v and output projections of attention",
    .order = "T",
    .refuse = projections_refuse,
    .operands = projections_operands,
    .workspace = projections_workspace,
    .work = projections_work,
    .tolerance = projections_tolerance,
    .phases = phases,
    .params = params,
};
