/* topk.c: each query attends to its k best keys, found by scoring them all: quadratic still, the bound on what choosing
 * can keep. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "content/content.h"

/* Operand 4, "chosen" (B,H,T,k): the keys of each query, ascending; -1 where it has fewer than k. */
#define CHOSEN 4

static void topk_open(const content_job *job, size_t position, size_t *low, size_t *high)
{
    (void)job;
    *low = 0;
    *high = position + 1;
}

static void topk_take(const content_job *job, size_t row, size_t position, const content_best *best)
{
    float *chosen = (float *)job->call->operand[CHOSEN] + row * job->k;
    (void)position;
    for (size_t i = 0; i < job->k; i++)
        chosen[i] = i < best->count ? best->index[i] : CONTENT_NONE;
}

static content_job topk_make(const as_problem *p, const as_call *call)
{
    return (content_job){
        .problem = p,
        .call = call,
        .candidates = call ? call->operand[1] : NULL,
        .n = p->context,
        .depth = p->head_dim,
        .k = p->param[0],
        .open = topk_open,
        .take = topk_take,
    };
}

static size_t topk_list(const as_call *call, size_t row, uint32_t *key)
{
    const size_t k = call->problem->param[0];
    const float *chosen = (const float *)call->operand[CHOSEN] + row * k;
    size_t n = 0;
    for (; n < k && chosen[n] >= 0; n++)
        key[n] = (uint32_t)chosen[n];
    return n;
}

static void topk_choose(const as_call *call)
{
    const content_job job = topk_make(call->problem, call);
    content_select(&job, call->workspace);
}

static void topk_attend(const as_call *call) { content_attend_all(call, call->problem->param[0], topk_list); }

static uint64_t chosen(const as_call *call)
{
    const as_problem *p = call->problem;
    const float *keys = call->operand[CHOSEN];
    uint64_t n = 0;
    for (size_t i = 0; i < p->batch * p->heads * p->length * p->param[0]; i++)
        n += keys[i] >= 0;
    return n;
}

static size_t topk_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    as_attention_operands(p, out);
    out[CHOSEN] = AS_OPERAND("chosen", AS_OUT, AS_FILL_ZERO, AS_F32, p->batch, p->heads, p->length, p->param[0]);
    return CHOSEN + 1;
}

static size_t topk_workspace(const as_problem *p)
{
    const content_job job = topk_make(p, NULL);
    const size_t choice = content_select_bytes(&job);
    const size_t attend = as_product((size_t)p->threads, content_attend_floats(p->param[0]), sizeof(float), 1);
    return choice > attend ? choice : attend;
}

/* 2 d for every score, then 2 d for every chosen value; the scores of the chosen are computed once more to attend. */
static as_work topk_work(const as_problem *p)
{
    const content_job job = topk_make(p, NULL);
    uint64_t useful, executed, edges = 0;
    content_flops(&job, &useful, &executed);
    for (size_t t = 0; t < p->length; t++)
        edges += content_least(p->context - p->length + t + 1, p->param[0]);
    edges *= p->heads * p->batch;
    as_work work = as_attention_work(p, executed + 4 * p->head_dim * edges);
    work.flops_useful = useful + 2 * p->head_dim * edges;
    work.exps = edges;
    return work;
}

static bool topk_refuse(const as_problem *p, char *why, size_t cap)
{
    return content_refuse(p, why, cap) || as_refuse_more_than(p->param[0], "k", p->context, "the context", why, cap);
}

static const as_phase phases[] = {{.name = "select", .run = topk_choose}, {.name = "attend", .run = topk_attend}, {0}};
static const as_kernel_param params[] = {
    {"k", 1, CONTENT_CONTEXT_MAX, 64, "keys that a query attends to"},
    {0},
};

const as_kernel AS_KERNEL(content_topk) = {
    AS_BUILTIN,
    .name = "content/topk",
    .help = "the k best keys of each query, all scored: the most that choosing k keys can keep",
    .order = "T^2",
    AS_CALLBACKS(topk_refuse, topk_operands, topk_workspace, topk_work, as_attention_tolerance),
    .phases = phases,
    .params = params,
    .chosen = chosen,
};
