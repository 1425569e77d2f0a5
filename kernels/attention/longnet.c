/* longnet.c: LongNet's dilated attention (Ding et al., 2023): each branch (w, r) is dense causal attention among the
 * tokens that it keeps of each segment; branches are mixed by their softmax denominators.
 *
 * That mixture is one softmax over all branches' keys as a multiset, so the running (max, sum) of a query simply goes
 * on from branch to branch; the workspace holds the unfinished sums. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "common/refuse.h"
#include "tile/attend.h"
#include "tile/dtype.h"
#include "tile/element.h"

/* One branch as a job: a unit is one segment of one query head (heads keep different tokens). */
typedef struct {
    size_t branch;
    float *state; /* (B,H,T,TILE_STATE(d)) */
} pass;

static size_t up(size_t n, size_t by) { return (n + by - 1) / by; }

static tile_view view(const tile_job *job, size_t unit, size_t member)
{
    const as_problem *p = job->problem;
    const pass *at = job->more;
    void *const *operand = job->call->operand;
    const size_t d = p->head_dim, S = p->context, past = S - p->length, segments = job->units / (p->batch * p->heads);
    const size_t b = unit / segments / p->heads, h = unit / segments % p->heads;
    as_branch branch;
    (void)member;
    as_pattern_branch(p->pattern, at->branch, h, &branch);
    const size_t start = unit % segments * branch.w + branch.offset;
    const size_t end = start - branch.offset + branch.w < S ? start - branch.offset + branch.w : S;
    const size_t keys = start < end ? up(end - start, branch.r) : 0;
    /* kept tokens before the first query are keys only */
    const size_t before = past > start ? up(past - start, branch.r) : 0, length = keys > before ? keys - before : 0;
    const size_t query = length ? start + before * branch.r - past : 0;
    const size_t row = (b * p->heads + h) * p->length + query, bytes = as_dtype_bytes(p->dtype);
    const size_t key = (as_key_offset(p, b, h) + (keys ? start : 0) * d) * bytes;
    return (tile_view){
        .q = (const char *)operand[0] + row * d * bytes,
        .k = (const char *)operand[1] + key,
        .v = (const char *)operand[2] + key,
        .o = (char *)operand[3] + row * d * bytes,
        .step = branch.r,
        .length = length,
        .context = length ? keys : 0,
        .head = h,
        .state = at->state + row * TILE_STATE(d),
    };
}

static size_t branch_row(const tile_job *job, const tile_view *view, size_t position, as_run *runs)
{
    (void)job, (void)view;
    runs[0] = (as_run){0, 1, position + 1};
    return 1;
}

/* The job of branch `at->branch`; false past the last. */
static bool make(const as_problem *p, const as_call *call, const pass *at, tile_job *job)
{
    as_branch branch;
    if (!as_pattern_branch(p->pattern, at->branch, 0, &branch))
        return false;
    const size_t w = branch.w < p->context ? branch.w : p->context;
    *job = (tile_job){
        .problem = p,
        .call = call,
        .units = p->batch * p->heads * up(p->context, branch.w),
        .members = 1,
        .length_max = up(w, branch.r),
        .context_max = up(w, branch.r),
        .runs_max = 1,
        .view = view,
        .row = branch_row,
        .more = at,
    };
    return true;
}

static size_t state_bytes(const as_problem *p)
{
    return tile_up(p->batch * p->heads * p->length * TILE_STATE(p->head_dim) * sizeof(float), 64);
}

static void longnet_run(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t rows = p->batch * p->heads * p->length, d = p->head_dim;
    pass at = {0, call->workspace};
    tile_job job;
    memset(at.state, 0, rows * TILE_STATE(d) * sizeof(float));
    for (size_t i = 0; i < rows; i++)
        at.state[i * TILE_STATE(d)] = -INFINITY;
    for (; make(p, call, &at, &job); at.branch++)
        tile_attend(&job, (char *)call->workspace + state_bytes(p));
    for (size_t i = 0; i < rows; i++) {
        const float *state = at.state + i * TILE_STATE(d), factor = state[0] == -INFINITY ? 0 : 1 / state[1];
        for (size_t c = 0; c < d; c++)
            tile_store_element(call->operand[3], i * d + c, p->dtype, state[2 + c] * factor);
    }
}

static size_t workspace(const as_problem *p)
{
    pass at = {0, NULL};
    tile_job job;
    size_t most = 0;
    for (; make(p, NULL, &at, &job); at.branch++) {
        const size_t bytes = tile_workspace(&job);
        most = bytes > most ? bytes : most;
    }
    return most > SIZE_MAX - state_bytes(p) ? SIZE_MAX : most + state_bytes(p);
}

static as_work work(const as_problem *p)
{
    pass at = {0, NULL};
    tile_job job;
    uint64_t executed = 0;
    for (; make(p, NULL, &at, &job); at.branch++)
        executed += tile_flops_executed(&job);
    return as_attention_work(p, executed);
}

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    as_branch branch;
    if (tile_refuse_dtype(p, why, cap))
        return true;
    if (as_pattern_branch(p->pattern, 0, 0, &branch))
        return false;
    return as_refuse(why, cap, "takes longnet patterns only; attention/tiles takes every pattern");
}

const as_kernel AS_KERNEL(attention_longnet) = {
    AS_BUILTIN,
    .name = "attention/longnet",
    .help = "LongNet's branches as dense segments read in place, mixed by their softmax denominators",
    .order = "edges",
    AS_CALLBACKS(refuse, as_attention_operands, workspace, work, as_attention_tolerance),
    .phases = AS_ONE_PHASE(longnet_run),
};
