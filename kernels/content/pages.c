/* pages.c: keys in pages, each summed up in a line; a query scores the lines and attends to the best pages (Quest; Tang
 * et al., 2024, and its kin). The first page and the latest ones are always among them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "content/content.h"

/* A page of p keys is summed up by their mean, or by the least and the most of each channel: then
 *   U = sum over c of max(q_c most_c, q_c least_c) = min(q,0).least + max(q,0).most
 * is no less than the score of any key in it. Operand 4, "index" (B,Hkv,pages,d or 2 d), is made once and would grow
 * with a cache; operand 5, "chosen" (B,H,T,n), holds the pages of each query, ascending, -1 where there are fewer. */
enum { INDEX = 4, CHOSEN };
enum { BOUND_MEAN, BOUND_MINMAX };

static size_t page(const as_problem *p) { return p->param[0]; }
static size_t local(const as_problem *p) { return p->param[3]; }
static size_t depth(const as_problem *p) { return p->param[2] == BOUND_MINMAX ? 2 * p->head_dim : p->head_dim; }
static size_t pages(const as_problem *p) { return (p->context + page(p) - 1) / page(p); }

/* Pages of a query: max(3, budget / p), and never fewer than the forced ones. */
static size_t kept(const as_problem *p)
{
    const size_t asked = p->param[1] / page(p), least = local(p) + 1 > 3 ? local(p) + 1 : 3;
    return asked > least ? asked : least;
}

/* ---- index */

static void sum_up(const as_problem *p, const float *k, size_t n, float *line)
{
    const size_t d = p->head_dim;
    const bool mean = p->param[2] == BOUND_MEAN;
    memcpy(line, k, d * sizeof *line);
    if (!mean)
        memcpy(line + d, k, d * sizeof *line);
    for (size_t j = 1; j < n; j++)
        for (size_t c = 0; c < d; c++) {
            const float x = k[j * d + c];
            if (mean) {
                line[c] += x;
                continue;
            }
            line[c] = x < line[c] ? x : line[c];
            line[d + c] = x > line[d + c] ? x : line[d + c];
        }
    for (size_t c = 0; mean && c < d; c++)
        line[c] /= (float)n;
}

static void build(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t d = p->head_dim, all = pages(p);
#pragma omp parallel for schedule(static) num_threads(p->threads) if (p->threads > 1)
    for (size_t i = 0; i < p->batch * p->kv_heads * all; i++) {
        const size_t first = i % all * page(p), unit = i / all;
        sum_up(p, (const float *)call->operand[1] + (unit * p->context + first) * d,
               content_least(p->context - first, page(p)), (float *)call->operand[INDEX] + i * depth(p));
    }
}

/* ---- choice */

/* Page 0 and the `local` pages up to the query's own are forced; those between compete unless there is room for all. */
static void pages_open(const content_job *job, size_t position, size_t *low, size_t *high)
{
    const as_problem *p = job->problem;
    const size_t own = position / page(p);
    *low = 1;
    *high = own + 1 > kept(p) && job->k ? own + 1 - local(p) : 0;
}

static void pages_take(const content_job *job, size_t row, size_t position, const content_best *best)
{
    const as_problem *p = job->problem;
    const size_t own = position / page(p), n = kept(p);
    float *chosen = (float *)job->call->operand[CHOSEN] + row * n;
    size_t e = 0;
    if (own + 1 <= n)
        for (; e <= own; e++)
            chosen[e] = (float)e;
    else {
        chosen[e++] = 0;
        for (size_t i = 0; i < best->count; i++)
            chosen[e++] = best->index[i];
        for (size_t i = own + 1 - local(p); i <= own; i++)
            chosen[e++] = (float)i;
    }
    for (; e < n; e++)
        chosen[e] = CONTENT_NONE;
}

static content_job pages_make(const as_problem *p, const as_call *call)
{
    return (content_job){
        .problem = p,
        .call = call,
        .candidates = call ? call->operand[INDEX] : NULL,
        .n = pages(p),
        .depth = depth(p),
        .k = kept(p) - 1 - local(p),
        .halves = p->param[2] == BOUND_MINMAX,
        .open = pages_open,
        .take = pages_take,
    };
}

static void pages_choose(const as_call *call)
{
    const content_job job = pages_make(call->problem, call);
    content_select(&job, call->workspace);
}

/* ---- attention */

static size_t most_keys(const as_problem *p) { return content_least(kept(p) * page(p), p->context); }

static size_t pages_list(const as_call *call, size_t row, uint32_t *key)
{
    const as_problem *p = call->problem;
    const size_t n = kept(p), end = content_position(p, row % content_rows(p)) + 1;
    const float *chosen = (const float *)call->operand[CHOSEN] + row * n;
    size_t keys = 0;
    for (size_t i = 0; i < n && chosen[i] >= 0; i++)
        for (size_t j = (size_t)chosen[i] * page(p); j < content_least(((size_t)chosen[i] + 1) * page(p), end); j++)
            key[keys++] = (uint32_t)j;
    return keys;
}

static void pages_attend(const as_call *call) { content_attend_all(call, most_keys(call->problem), pages_list); }

/* ---- the descriptor */

/* Keys of one head: a query's pages are full but for the one that it stands in. */
static uint64_t pages_edges(const as_problem *p)
{
    uint64_t sum = 0;
    for (size_t t = 0; t < p->length; t++) {
        const size_t position = p->context - p->length + t, own = position / page(p);
        sum += own + 1 <= kept(p) ? position + 1 : (kept(p) - 1) * page(p) + position % page(p) + 1;
    }
    return sum;
}

/* Which pages depends on the content, how many keys does not. */
static uint64_t chosen(const as_call *call)
{
    return pages_edges(call->problem) * call->problem->heads * call->problem->batch;
}

static size_t pages_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    as_attention_operands(p, out);
    out[INDEX] = AS_OPERAND("index", AS_OUT, AS_FILL_ZERO, AS_F32, p->batch, p->kv_heads, pages(p), depth(p));
    out[CHOSEN] = AS_OPERAND("chosen", AS_OUT, AS_FILL_ZERO, AS_F32, p->batch, p->heads, p->length, kept(p));
    return CHOSEN + 1;
}

static size_t pages_workspace(const as_problem *p)
{
    const content_job job = pages_make(p, NULL);
    const size_t choice = content_select_bytes(&job);
    const size_t attend = as_product((size_t)p->threads, content_attend_floats(most_keys(p)), sizeof(float), 1);
    return choice > attend ? choice : attend;
}

/* Scores of summaries, 2 d each (4 d with bounds) where pages compete: about T^2 / 2p of them. Then 4 d per chosen key.
 * Bytes: a lone query reads the index and the pages that it chose, not the whole cache. */
static as_work pages_work(const as_problem *p)
{
    const content_job job = pages_make(p, NULL);
    const uint64_t d = p->head_dim, B = p->batch, pairs = pages_edges(p) * p->heads * B;
    uint64_t useful, executed;
    content_flops(&job, &useful, &executed);
    as_work work = as_attention_work(p, executed + 4 * d * pairs);
    work.flops_useful = useful + 4 * d * pairs;
    work.exps = pairs;
    if (p->length == 1)
        work.bytes_min = 4 * B * (2 * d * p->heads + p->kv_heads * (pages(p) * depth(p) + 2 * d * pages_edges(p)));
    return work;
}

static bool pages_refuse(const as_problem *p, char *why, size_t cap)
{
    return content_refuse(p, why, cap) || as_refuse_more_than(page(p), "p", p->context, "the context", why, cap) ||
           as_refuse_more_than(p->param[1], "budget", p->context, "the context", why, cap) ||
           as_refuse_more_than(local(p), "local", pages(p), "the pages of the context", why, cap);
}

static const as_phase phases[] = {{.name = "index", .once = true, .run = build},
                                  {.name = "select", .run = pages_choose},
                                  {.name = "attend", .run = pages_attend},
                                  {0}};
static const as_kernel_param params[] = {
    {"p", 1, CONTENT_CONTEXT_MAX, 16, "keys of a page"},
    {"budget", 1, CONTENT_CONTEXT_MAX, 64, "keys that a query may attend to; max(3, budget / p) pages"},
    {"bound", 0, 1, 1,
     "a page's summary: 0 the mean of its keys, 1 an upper bound from least and most of each channel"},
    {"local", 1, CONTENT_CONTEXT_MAX, 1, "latest pages that are always chosen, as the first one is"},
    {0},
};

const as_kernel AS_KERNEL(content_pages) = {
    AS_BUILTIN,
    .name = "content/pages",
    .help =
        "the best pages of keys by their summaries; scoring those is T^2 / 2p, so T^2 in the end, a p-th of the price",
    .order = "T^2",
    AS_CALLBACKS(pages_refuse, pages_operands, pages_workspace, pages_work, as_attention_tolerance),
    .phases = phases,
    .params = params,
    .chosen = chosen,
};
