/* tiles.c: flash for any pattern: tiles that no query sees are skipped, tiles seen in part are masked key by key. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tile/dtype.h"
#include "tile/heads.h"

static as_work work(const as_problem *p)
{
    const tile_job job = tile_heads_job(p, NULL);
    return as_attention_work(p, tile_flops_executed(&job));
}

const as_kernel AS_KERNEL(attention_tiles) = {
    AS_BUILTIN,
    .name = "attention/tiles",
    .help = "flash for any pattern: tiles that no query sees are skipped, others masked key by key",
    .order = "edges",
    AS_CALLBACKS(tile_refuse_dtype, as_attention_operands, tile_heads_workspace, work, as_attention_tolerance),
    .phases = AS_ONE_PHASE(tile_heads_run),
};
