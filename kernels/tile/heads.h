/* heads.h: the plain job: a unit is a key head, its members are the query heads that read it, rows are the pattern's.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_TILE_HEADS_H
#define AS_TILE_HEADS_H

#include "attend.h"

static tile_view tile_heads_view(const tile_job *job, size_t unit, size_t member)
{
    const as_problem *p = job->problem;
    void *const *operand = job->call->operand;
    const size_t b = unit / p->kv_heads, h = unit % p->kv_heads * job->members + member;
    const size_t bytes = p->dtype == AS_F32 ? 4 : 2;
    const size_t at = as_query_offset(p, b, h, 0) * bytes, kv = as_key_offset(p, b, h) * bytes;
    return (tile_view){
        .q = (const char *)operand[0] + at,
        .k = (const char *)operand[1] + kv,
        .v = (const char *)operand[2] + kv,
        .o = (char *)operand[3] + at,
        .step = 1,
        .length = p->length,
        .context = p->context,
        .head = h,
    };
}

static size_t tile_heads_row(const tile_job *job, const tile_view *view, size_t position, as_run *runs)
{
    return as_pattern_row(job->problem->pattern, (as_at){view->head, position, view->context}, runs);
}

static tile_job tile_heads_job(const as_problem *p, const as_call *call)
{
    return (tile_job){
        .problem = p,
        .call = call,
        .units = p->batch * p->kv_heads,
        .members = p->heads / p->kv_heads,
        .length_max = p->length,
        .context_max = p->context,
        .runs_max = as_pattern_runs_max(p->pattern, p->context),
        .alike = as_pattern_alike(p->pattern),
        .multiset = as_pattern_traits(p->pattern) & AS_PATTERN_MULTISET,
        .view = tile_heads_view,
        .row = tile_heads_row,
    };
}

static inline void tile_heads_run(const as_call *call)
{
    const tile_job job = tile_heads_job(call->problem, call);
    tile_attend(&job, call->workspace);
}

static inline size_t tile_heads_workspace(const as_problem *p)
{
    const tile_job job = tile_heads_job(p, NULL);
    return tile_workspace(&job);
}

#endif
