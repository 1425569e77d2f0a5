/* projections.c: the four projections of attention: x to q, k and v; the heads' outputs to one token, either side by
 * side through one matrix, or head by head with the H products stored and then added. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tile/matmul.h"

#include "parts.h"

enum { X, A, W_IN, W_OUT, O, PACKED };

static size_t wide(const as_problem *p) { return (p->heads + 2 * p->kv_heads) * p->head_dim; }

/* w_qkv: columns of Wq, Wk and Wv; w_o: rows in the order of heads; o: a row is q, k, v and the output token */
static size_t projections_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t B = p->batch, T = p->length, D = as_problem_width(p), d = p->head_dim;
    out[X] = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, AS_F32, B, T, D);
    out[A] = AS_OPERAND("a", AS_IN, AS_FILL_NORMAL, AS_F32, B, p->heads, T, d);
    out[W_IN] = AS_OPERAND("w_qkv", AS_IN, AS_FILL_WEIGHT, AS_F32, D, wide(p));
    out[W_OUT] = AS_OPERAND("w_o", AS_IN, AS_FILL_WEIGHT, AS_F32, D, D);
    out[O] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, AS_F32, B, T, wide(p) + D);
    out[PACKED] =
        AS_OPERAND("packed", AS_KEPT, AS_FILL_ZERO, AS_F32,
                   as_sum(tile_product_floats(D, wide(p)), as_product(p->heads, tile_product_floats(d, D), 1, 1)));
    return 6;
}

/* W_O as a whole, or head by head: as many floats either way. */
static void projections_pack(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p), d = p->head_dim;
    float *to = call->operand[PACKED];
    const float *w_o = call->operand[W_OUT];
    tile_product_pack(call->operand[W_IN], wide(p), D, wide(p), p->threads, to);
    to += tile_product_floats(D, wide(p));
    if (!p->param[0])
        tile_product_pack(w_o, D, D, D, p->threads, to);
    for (size_t h = 0; p->param[0] && h < p->heads; h++)
        tile_product_pack(w_o + h * d * D, D, d, D, p->threads, to + h * tile_product_floats(d, D));
}

/* Workspace: the heads' products (H, B T, D) if they are stored; the threads' benches. */
static size_t partial_bytes(const as_problem *p)
{
    const size_t bytes =
        p->param[0] ? as_product(p->heads, p->batch * p->length, as_problem_width(p), sizeof(float)) : 0;
    return bytes > SIZE_MAX / 2 ? SIZE_MAX : tile_up(bytes, 64);
}

static size_t projections_workspace(const as_problem *p) { return as_sum(partial_bytes(p), tile_product_workspace(p)); }
static void *bench(const as_call *call) { return (char *)call->workspace + partial_bytes(call->problem); }

static void projections_input(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p);
    const tile_product m = {
        .left = call->operand[X],
        .left_ld = D,
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
static void load_heads(const tile_product *m, size_t row, size_t from, size_t n, float *to)
{
    const as_problem *p = m->more;
    const size_t d = p->head_dim, T = p->length, b = row / T, t = row % T;
    for (size_t end = from + n; from < end;) {
        const size_t h = from / d, c = from % d, some = d - c < end - from ? d - c : end - from;
        memcpy(to, m->left + ((b * p->heads + h) * T + t) * d + c, some * sizeof(float));
        from += some;
        to += some;
    }
}

/* A head alone: the products are asked for head by head, `left` at the head's first token. */
static void load_head(const tile_product *m, size_t row, size_t from, size_t n, float *to)
{
    const as_problem *p = m->more;
    const size_t d = p->head_dim, T = p->length, b = row / T, t = row % T;
    memcpy(to, m->left + (b * p->heads * T + t) * d + from, n * sizeof(float));
}

static void projections_output(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p), d = p->head_dim, rows = p->batch * p->length;
    const float *right = (const float *)call->operand[PACKED] + tile_product_floats(D, wide(p));
    tile_product m = {
        .left = call->operand[A],
        .load = load_heads,
        .more = p,
        .right = right,
        .out = (float *)call->operand[O] + wide(p),
        .ld = wide(p) + D,
        .rows = rows,
        .depth = D,
        .columns = D,
    };
    if (!p->param[0]) {
        tile_product_run(&m, p->threads, bench(call));
        return;
    }
    m.load = load_head;
    m.depth = d;
    m.ld = D;
    for (size_t h = 0; h < p->heads; h++) {
        m.left = (const float *)call->operand[A] + h * p->length * d;
        m.right = right + h * tile_product_floats(d, D);
        m.out = (float *)call->workspace + h * rows * D;
        tile_product_run(&m, p->threads, bench(call));
    }
}

/* The stored products of all heads, added up. */
static void projections_add(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p), rows = p->batch * p->length;
    const float *partial = call->workspace;
    if (!p->param[0])
        return;
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t row = 0; row < rows; row++) {
        float *o = (float *)call->operand[O] + row * (wide(p) + D) + wide(p);
        memcpy(o, partial + row * D, D * sizeof(float));
        for (size_t h = 1; h < p->heads; h++)
            for (size_t c = 0; c < D; c++)
                o[c] += partial[(h * rows + row) * D + c];
    }
}

static bool projections_refuse(const as_problem *p, char *why, size_t cap)
{
    return as_sequence_refuse_dtype(p, why, cap) || as_sequence_refuse_pattern(p, false, why, cap);
}

extern const as_kernel AS_KERNEL(layer_projections);

/* 4 T D D and 4 T D Hkv d; stored products cost (H-1) T D additions more */
static as_work projections_work(const as_problem *p)
{
    const uint64_t rows = (uint64_t)p->batch * p->length, D = as_problem_width(p);
    const uint64_t sums = p->param[0] ? (p->heads - 1) * rows * D : 0;
    return as_sequence_work(p, &AS_KERNEL(layer_projections), 2 * rows * D * (wide(p) + D),
                            2 * rows * D * (tile_up(wide(p), VF_N) + tile_up(D, VF_N)) + sums, 0);
}

static double projections_tolerance(const as_problem *p) { return as_sequence_tolerance((double)as_problem_width(p)); }

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
