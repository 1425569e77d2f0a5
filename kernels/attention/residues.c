/* residues.c: dilated attention without its holes: tokens t, t-r, t-2r, ... share t mod r, so the pattern falls into r
 * independent causal (or windowed) problems, each read in place with a stride of r tokens. */
/* SPDX-License-Identifier: Apache-2.0 */

#include "common/refuse.h"
#include "tile/attend.h"
#include "tile/dtype.h"

static uint64_t value(const as_problem *p, const char *key)
{
    uint64_t found = 1;
    as_pattern_value(p->pattern, 0, key, 0, &found);
    return found;
}

/* Members of residue class c among tokens from..to-1. */
static size_t members(size_t from, size_t to, size_t r, size_t c)
{
    const size_t below_to = to > c ? (to - c + r - 1) / r : 0, below_from = from > c ? (from - c + r - 1) / r : 0;
    return below_to - below_from;
}

/* Unit: key head and residue class. */
static tile_view view(const tile_job *job, size_t unit, size_t member)
{
    const as_problem *p = job->problem;
    void *const *operand = job->call->operand;
    const size_t r = value(p, "r"), classes = r < p->context ? r : p->context;
    const size_t c = unit % classes, kv = unit / classes, b = kv / p->kv_heads, d = p->head_dim;
    const size_t h = kv % p->kv_heads * job->members + member, past = p->context - p->length;
    const size_t bytes = as_dtype_bytes(p->dtype), key = (as_key_offset(p, b, h) + c * d) * bytes;
    const size_t length = members(past, p->context, r, c), context = members(0, p->context, r, c);
    /* the first query of the class is key number context - length of the class, token (context - length) r + c */
    const size_t first = length ? (context - length) * r + c - past : 0;
    const size_t at = as_query_offset(p, b, h, first) * bytes;
    return (tile_view){
        .q = (const char *)operand[0] + at,
        .k = (const char *)operand[1] + key,
        .v = (const char *)operand[2] + key,
        .o = (char *)operand[3] + at,
        .step = r,
        .length = length,
        .context = context,
        .head = h,
    };
}

/* Within its class a token sees the last k members, or all. */
static size_t residue_row(const tile_job *job, const tile_view *view, size_t position, as_run *runs)
{
    const size_t k = value(job->problem, "k");
    const size_t taps = k && k < position + 1 ? k : position + 1;
    (void)view;
    runs[0] = (as_run){position + 1 - taps, 1, taps};
    return 1;
}

static tile_job make(const as_problem *p, const as_call *call)
{
    const size_t r = value(p, "r"), classes = r < p->context ? r : p->context;
    return (tile_job){
        .problem = p,
        .call = call,
        .units = p->batch * p->kv_heads * classes,
        .members = p->heads / p->kv_heads,
        .length_max = (p->length + r - 1) / r,
        .context_max = (p->context + r - 1) / r,
        .runs_max = 1,
        .view = view,
        .row = residue_row,
    };
}

static void residues_run(const as_call *call)
{
    const tile_job job = make(call->problem, call);
    tile_attend(&job, call->workspace);
}

static size_t workspace(const as_problem *p)
{
    const tile_job job = make(p, NULL);
    return tile_workspace(&job);
}

static as_work work(const as_problem *p)
{
    const tile_job job = make(p, NULL);
    return as_attention_work(p, tile_flops_executed(&job));
}

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    if (tile_refuse_dtype(p, why, cap))
        return true;
    if (as_pattern_parts(p->pattern) == 1 && !strcmp(as_pattern_part(p->pattern, 0), "dilated"))
        return false;
    return as_refuse(why, cap, "takes dilated patterns only; attention/tiles takes every pattern");
}

const as_kernel AS_KERNEL(attention_residues) = {
    AS_BUILTIN,
    .name = "attention/residues",
    .help = "dilated patterns as r independent dense or windowed problems, read in place by stride",
    .order = "edges",
    AS_CALLBACKS(refuse, as_attention_operands, workspace, work, as_attention_tolerance),
    .phases = AS_ONE_PHASE(residues_run),
};
