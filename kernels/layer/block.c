/* block.c: a whole pre-norm layer around attention in tiles under any pattern, each part a phase: what costs O(T D D)
 * stands beside what costs O(E D). */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "tile/heads.h"
#include "tile/mlp.h"

#include "block.h"
#include "parts.h"

static size_t wide(const as_problem *p) { return (p->heads + 2 * p->kv_heads) * p->head_dim; }
static size_t rows(const as_problem *p) { return p->batch * p->length; }

static tile_mlp mlp(const as_problem *p)
{
    return (tile_mlp){
        .rows = rows(p), .D = as_problem_width(p), .Dff = as_block_ff(p), .swiglu = p->param[AS_BLOCK_SWIGLU]};
}

/* Kept: W_QKV, W_O, the mlp's, and RoPE's angles. */
typedef struct {
    size_t qkv, o, mlp, angles, all;
} kept_floats;

static kept_floats kept(const as_problem *p)
{
    const size_t D = as_problem_width(p);
    const tile_mlp m = mlp(p);
    kept_floats k = {.qkv = 0, .o = tile_product_floats(D, wide(p))};
    k.mlp = as_sum(k.o, tile_product_floats(D, D));
    k.angles = as_sum(k.mlp, mlp_packed(&m));
    k.all = as_sum(k.angles, p->param[AS_BLOCK_ROPE] ? p->length * p->head_dim : 0);
    return k;
}

/* w_qkv: columns of Wq, Wk, Wv; gain: of the norm before attention, of the one after */
static size_t block_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t D = as_problem_width(p);
    const tile_mlp m = mlp(p);
    out[AS_BLOCK_X] = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, AS_F32, p->batch, p->length, D);
    out[AS_BLOCK_W_QKV] = AS_OPERAND("w_qkv", AS_IN, AS_FILL_WEIGHT, AS_F32, D, wide(p));
    out[AS_BLOCK_W_O] = AS_OPERAND("w_o", AS_IN, AS_FILL_WEIGHT, AS_F32, D, D);
    out[AS_BLOCK_W1] = AS_OPERAND("w1", AS_IN, AS_FILL_WEIGHT, AS_F32, D, mlp_wide(&m));
    out[AS_BLOCK_W2] = AS_OPERAND("w2", AS_IN, AS_FILL_WEIGHT, AS_F32, m.Dff, D);
    out[AS_BLOCK_GAIN] = AS_OPERAND("gain", AS_IN, AS_FILL_UNIFORM, AS_F32, 2, D);
    out[AS_BLOCK_O] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, AS_F32, p->batch, p->length, D);
    out[AS_BLOCK_PACKED] = AS_OPERAND("packed", AS_KEPT, AS_FILL_ZERO, AS_F32, kept(p).all);
    return 8;
}

/* Workspace. A token's heads lie side by side as q, k, v and attention's output a: (B T, 2H + 2Hkv, d), so that all
 * four views step alike. Then norm (B T, D), y (B T, D), hidden; and behind, taking turns, benches and attention's
 * tiles. */
typedef struct {
    size_t heads;                       /* floats of a token */
    size_t norm, y, hidden, bench, all; /* bytes from the start */
} room;

static tile_view block_view(const tile_job *job, size_t unit, size_t member);

static tile_job job_of(const as_problem *p, const as_call *call)
{
    tile_job job = tile_heads_job(p, call);
    job.view = block_view;
    return job;
}

static room room_of(const as_problem *p)
{
    const tile_mlp m = mlp(p);
    const tile_job job = job_of(p, NULL);
    const size_t D = as_problem_width(p), heads = wide(p) + D, core = tile_workspace(&job),
                 bench = tile_product_workspace(p);
    const size_t sequence = as_product(rows(p), D, sizeof(float), 1),
                 all_heads = as_product(rows(p), heads, sizeof(float), 1);
    const size_t hidden = as_product(mlp_hidden(&m), sizeof(float), 1, 1);
    const size_t most = SIZE_MAX / 8;
    if (sequence > most || all_heads > most || hidden > most || core > most)
        return (room){.all = SIZE_MAX};
    room r = {.heads = heads, .norm = tile_up(all_heads, 64)};
    r.y = r.norm + tile_up(sequence, 64);
    r.hidden = r.y + tile_up(sequence, 64);
    r.bench = r.hidden + tile_up(hidden, 64);
    r.all = r.bench + (core > bench ? core : bench);
    return r;
}

static size_t block_workspace(const as_problem *p) { return room_of(p).all; }

static float *at(const as_call *call, size_t bytes) { return (float *)(void *)((char *)call->workspace + bytes); }

static tile_view block_view(const tile_job *job, size_t unit, size_t member)
{
    const as_problem *p = job->problem;
    const size_t d = p->head_dim, step = 2 * p->heads + 2 * p->kv_heads, b = unit / p->kv_heads,
                 kv = unit % p->kv_heads;
    const size_t h = kv * job->members + member;
    float *token = job->call ? job->call->workspace : NULL;
    if (!token) /* only the shape is asked for */
        return (tile_view){.step = step, .length = p->length, .context = p->context, .head = h};
    token += b * p->length * step * d;
    return (tile_view){
        .q = (const char *)(token + h * d),
        .k = (const char *)(token + (p->heads + kv) * d),
        .v = (const char *)(token + (p->heads + p->kv_heads + kv) * d),
        .o = (char *)(token + (p->heads + 2 * p->kv_heads + h) * d),
        .step = step,
        .length = p->length,
        .context = p->context,
        .head = h,
    };
}

/* --- phases ----------------------------------------------------------------------------------------------------------
 */

static void block_pack(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p);
    const kept_floats k = kept(p);
    const tile_mlp m = mlp(p);
    float *to = call->operand[AS_BLOCK_PACKED];
    tile_product_pack(call->operand[AS_BLOCK_W_QKV], wide(p), D, wide(p), p->threads, to + k.qkv);
    tile_product_pack(call->operand[AS_BLOCK_W_O], D, D, D, p->threads, to + k.o);
    mlp_pack(&m, call->operand[AS_BLOCK_W1], call->operand[AS_BLOCK_W2], p->threads, to + k.mlp);
    if (p->param[AS_BLOCK_ROPE])
        layer_angles(0, p->length, p->head_dim, p->threads, to + k.angles);
}

static void block_norm(const as_call *call)
{
    const as_problem *p = call->problem;
    layer_norm_rows(call->operand[AS_BLOCK_X], call->operand[AS_BLOCK_GAIN], at(call, room_of(p).norm), rows(p),
                    as_problem_width(p), p->param[AS_BLOCK_RMS], p->threads);
}

static void block_projections(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p);
    const room r = room_of(p);
    const tile_product m = {
        .left = at(call, r.norm),
        .left_ld = D,
        .right = (const float *)call->operand[AS_BLOCK_PACKED] + kept(p).qkv,
        .out = call->workspace,
        .ld = r.heads,
        .rows = rows(p),
        .depth = D,
        .columns = wide(p),
    };
    tile_product_run(&m, p->threads, at(call, r.bench));
}

static void block_rope(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t T = p->length, d = p->head_dim, step = room_of(p).heads;
    const float *cosines = (const float *)call->operand[AS_BLOCK_PACKED] + kept(p).angles,
                *sines = cosines + T * (d / 2);
    float *heads = call->workspace;
    if (!p->param[AS_BLOCK_ROPE])
        return;
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t row = 0; row < rows(p); row++)
        for (size_t h = 0; h < p->heads + p->kv_heads; h++) { /* q, then k */
            float *x = heads + row * step + h * d;
            const size_t at_token = row % T * (d / 2);
            layer_rotate(x, cosines + at_token, sines + at_token, x, d, p->param[AS_BLOCK_ROPE] == AS_ROPE_SPLIT);
        }
}

static void block_core(const as_call *call)
{
    const tile_job job = job_of(call->problem, call);
    tile_attend(&job, at(call, room_of(call->problem).bench));
}

static void block_output(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p);
    const room r = room_of(p);
    const tile_product m = {
        .left = (const float *)call->workspace + wide(p),
        .left_ld = r.heads,
        .right = (const float *)call->operand[AS_BLOCK_PACKED] + kept(p).o,
        .out = at(call, r.y),
        .ld = D,
        .rows = rows(p),
        .depth = D,
        .columns = D,
        .finish = tile_finish_residual,
        .residual = call->operand[AS_BLOCK_X],
        .residual_ld = D,
    };
    tile_product_run(&m, p->threads, at(call, r.bench));
}

static void block_norm_again(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t D = as_problem_width(p);
    const room r = room_of(p);
    layer_norm_rows(at(call, r.y), (const float *)call->operand[AS_BLOCK_GAIN] + D, at(call, r.norm), rows(p), D,
                    p->param[AS_BLOCK_RMS], p->threads);
}

static void block_feed_forward(const as_call *call)
{
    const as_problem *p = call->problem;
    const room r = room_of(p);
    const tile_mlp m = mlp(p);
    const float *packed = (const float *)call->operand[AS_BLOCK_PACKED] + kept(p).mlp;
    mlp_up(&m, at(call, r.norm), packed, at(call, r.hidden), p->threads, at(call, r.bench));
    mlp_down(&m, at(call, r.hidden), packed, at(call, r.y), call->operand[AS_BLOCK_O], p->threads, at(call, r.bench));
}

/* --- the descriptor --------------------------------------------------------------------------------------------------
 */

static bool block_refuse(const as_problem *p, char *why, size_t cap)
{
    if (as_sequence_refuse_dtype(p, why, cap) || as_sequence_refuse_context(p, why, cap))
        return true;
    if (p->param[AS_BLOCK_ROPE] && p->head_dim % 2) {
        snprintf(why, cap, "rope turns channels in pairs: a head's width must be even, not %zu", p->head_dim);
        return true;
    }
    return false;
}

extern const as_kernel AS_KERNEL(layer_block);

/* Projections, core, mlp, two norms, RoPE on q and k. Residual sums (2 T D) are not counted. */
static as_work block_work(const as_problem *p)
{
    const uint64_t n = rows(p), D = as_problem_width(p), d = p->head_dim;
    const tile_job job = job_of(p, NULL);
    const tile_mlp m = mlp(p);
    const uint64_t token_wise = n * (2 * layer_norm_flops(D, p->param[AS_BLOCK_RMS]) +
                                     (p->param[AS_BLOCK_ROPE] ? 3 * (p->heads + p->kv_heads) * d : 0));
    const uint64_t useful = 2 * n * D * (wide(p) + D) + 4 * d * p->edges * p->batch + mlp_useful(&m) + token_wise;
    const uint64_t executed = 2 * n * D * (tile_up(wide(p), VF_N) + tile_up(D, VF_N)) + tile_flops_executed(&job) +
                              mlp_executed(&m) + token_wise;
    return as_sequence_work(p, &AS_KERNEL(layer_block), useful, executed, p->edges * p->batch + n * m.Dff);
}

/* Gains lie in 0..1 and halve what goes on. Two norms, four projections, scores: errors of each go through the rest. */
static double block_tolerance(const as_problem *p)
{
    const tile_mlp m = mlp(p);
    return 8 * as_sequence_tolerance((double)as_problem_width(p)) + mlp_tolerance(&m);
}

static const as_phase phases[] = {
    {.name = "pack", .once = true, .run = block_pack},
    {.name = "norm", .run = block_norm},
    {.name = "projections", .run = block_projections, .kind = AS_PHASE_PROJECTION, .alone = "layer/projections"},
    {.name = "rope", .run = block_rope},
    {.name = "core", .run = block_core, .kind = AS_PHASE_CORE, .alone = "attention/flash"},
    {.name = "output", .run = block_output, .kind = AS_PHASE_PROJECTION, .alone = "layer/projections"},
    {.name = "norm-2", .run = block_norm_again},
    {.name = "feed-forward", .run = block_feed_forward},
    {0},
};
static const as_kernel_param params[] = {
    {"ff", 0, 1 << 20, 0, "Dff, hidden width; 0: 4 D"},
    {"swiglu", 0, 1, 0, "1: SwiGLU (three matrices); 0: GELU, tanh form"},
    {"rms", 0, 1, 0, "1: RMS norm; 0: layer norm"},
    {"rope", 0, 2, 0, "rotary positions: 0 none, 1 interleaved pairs, 2 half-split pairs"},
    {0},
};

const as_kernel AS_KERNEL(layer_block) = {
    AS_BUILTIN,
    .name = "layer/block",
    .help = "a pre-norm layer around attention in tiles, any pattern; every part is a phase",
    .order = "flops",
    .refuse = block_refuse,
    .operands = block_operands,
    .workspace = block_workspace,
    .work = block_work,
    .tolerance = block_tolerance,
    .phases = phases,
    .params = params,
};
