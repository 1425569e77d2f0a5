/* flash.c: one pass over the keys in tiles, softmax kept as a running (max, sum). Workspace O(S d).
 * A lone query per head (decode) reads keys and values where they lie, split over threads. */
/* SPDX-License-Identifier: Apache-2.0 */

#include "common/refuse.h"
#include "tile/decode.h"
#include "tile/dtype.h"
#include "tile/heads.h"

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    const unsigned traits = as_pattern_traits(p->pattern);
    if (tile_refuse_dtype(p, why, cap))
        return true;
    if (!(traits & AS_PATTERN_CONTIGUOUS) || (traits & AS_PATTERN_MULTISET) ||
        as_pattern_runs_max(p->pattern, p->context) > 16)
        return as_refuse(why, cap, "takes patterns whose rows are a few unbroken runs of keys");
    return false;
}

static void flash_run(const as_call *call)
{
    if (decode_takes(call->problem))
        decode_run(call);
    else
        tile_heads_run(call);
}

static size_t workspace(const as_problem *p) { return decode_takes(p) ? decode_workspace(p) : tile_heads_workspace(p); }

static as_work work(const as_problem *p)
{
    if (decode_takes(p))
        return as_attention_work(p, 4 * p->head_dim * p->edges * p->batch);
    const tile_job job = tile_heads_job(p, NULL);
    return as_attention_work(p, tile_flops_executed(&job));
}

const as_kernel AS_KERNEL(attention_flash) = {
    AS_BUILTIN,
    .name = "attention/flash",
    .help = "one pass over the keys in tiles, running softmax; skips what no query of a strip sees",
    .order = "edges",
    AS_CALLBACKS(refuse, as_attention_operands, workspace, work, as_attention_tolerance),
    .phases = AS_ONE_PHASE(flash_run),
};
