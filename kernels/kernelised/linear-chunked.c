/* linear-chunked.c: linear attention (elu + 1) in chunks on the tile room: a state between chunks, a masked product inside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernelised/chunk.h"
#include "tile/gemm.h"
#include "vec/elu.h"

/* phi of n rows x (n,d) to y (n rows of ld) */
static void features(const float *x, size_t n, size_t d, float *y, size_t ld)
{
    const size_t whole = d / VF_N * VF_N;
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < whole; c += VF_N)
            vf_store(y + i * ld + c, vf_elu1(vf_load(x + i * d + c)));
        if (whole < d)
            vf_store(y + i * ld + whole, vf_elu1(vf_load_n(x + i * d + whole, d - whole)));
    }
}

/* Row by row first, where their sum costs next to nothing, then transposed. */
static void keys(const chunk_job *job, const chunk_bench *w, const float *k, size_t n)
{
    const size_t d = job->m, ld = tile_up(d, VF_N);
    features(k, n, d, w->own, ld);
    for (size_t c = 0; c < ld; c += VF_N) {
        vf sum = vf_load(w->own + c);
        for (size_t j = 1; j < n; j++)
            sum = vf_add(sum, vf_load(w->own + j * ld + c));
        vf_store(w->fresh + c, sum);
    }
    tile_transpose(w->own, ld, n, d, w->kt, TILE_STRIDE);
}

static void queries(const chunk_job *job, const chunk_bench *w, const float *q, size_t rows)
{
    const size_t d = job->m;
    for (size_t i = 0; i < rows && d <= TILE_KC; i++)
        features(q + i * d, 1, d, w->q + i * TILE_STRIDE, 0);
    for (size_t i = 0; i < rows && d > TILE_KC; i++)
        for (size_t c = 0; c < d; c += VF_N)
            vf_store(chunk_cell(w->q, i, c),
                     vf_elu1(d - c >= VF_N ? vf_load(q + i * d + c) : vf_load_n(q + i * d + c, d - c)));
}

static chunk_job make(const as_problem *p, const as_call *call)
{
    return (chunk_job){.problem = p, .call = call, .m = p->head_dim, .C = p->param[0],
                       .own_floats = p->param[0] * tile_up(p->head_dim, VF_N), .keys = keys, .queries = queries};
}

static void run(const as_call *call)
{
    const chunk_job job = make(call->problem, call);
    chunk_run(&job, call->workspace);
}

static size_t workspace(const as_problem *p)
{
    const chunk_job job = make(p, NULL);
    return chunk_bytes(&job);
}

static as_work work(const as_problem *p)
{
    const chunk_job job = make(p, NULL);
    const uint64_t features = p->batch * p->length * p->head_dim * (p->heads + p->kv_heads);
    return kernelised_work(p, kernelised_flops(p, p->head_dim), chunk_flops(&job), features);
}

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    if (as_refuse_but_f32(p, why, cap) || as_refuse_but_causal(p, why, cap) ||
        as_refuse_more_than(p->param[0], "chunk", TILE_KC, "the longest product of the tile room", why, cap))
        return true;
    if (p->length == p->context)
        return false;
    snprintf(why, cap, "takes as many queries as keys; kernelised/linear-recurrent goes on from a state");
    return true;
}

static const as_phase phases[] = {{"run", false, run}, {NULL, false, NULL}};
static const as_kernel_param params[] = {
    {"chunk", 1, 256, 24, "tokens that are multiplied with each other before the state takes them in"},
    {NULL, 0, 0, 0, NULL},
};

const as_kernel AS_KERNEL(kernelised_linear_chunked) = {
    .abi = AS_KERNEL_ABI,
    .isas = AS_ISA_BIT(AS_THIS_ISA),
    .name = "kernelised/linear-chunked",
    .help = "linear attention, elu + 1: products of chunks, and a state of d x d between them",
    .order = "T",
    .refuse = refuse,
    .operands = as_attention_operands,
    .workspace = workspace,
    .work = work,
    .tolerance = kernelised_tolerance,
    .phases = phases,
    .params = params,
};
