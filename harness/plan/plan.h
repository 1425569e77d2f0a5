/* plan.h: a config becomes the list of cases, each to be run or refused with its reason.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A case's key is kernel, pattern, shape, dtype, isa, threads and cache state between bars:
 *     attention/flash|sink:s=4+window:w=256|T=1024:S=1024:D=512:H=8:Hkv=8:B=1|f32|avx512|t1|warm
 * The pattern is its canonical text with every comma written as a colon, so that the key needs no quotes in CSV.
 *
 * Cases come in a stable order: kernels as the config lists them (a glob in the registry's order), then patterns,
 * width, heads, kv_heads, batch, dtype, threads, context, and length innermost: a curve in T reads downwards. */
#ifndef AS_PLAN_PLAN_H
#define AS_PLAN_PLAN_H

#include "../../kernels/api/kernel.h"
#include "../../kernels/pattern/pattern.h"
#include "../../kernels/api/registry.h"
#include "../base/err.h"
#include "../model/config.h"
#include "../model/records.h"

/* What of the machine a plan depends on; filled by the caller, so that a test can plan for any machine. */
typedef struct {
    uint32_t isas;         /* this CPU's, less what --isa hides */
    uint64_t memory_bytes; /* what is free */
    int cpus;              /* usable by this process */
    size_t cache_bytes[3];
    double gflops;          /* of the FMA loop on one thread, for predictions; 0: unknown, a modest guess is used */
    const char *only;       /* --only: a glob over case keys, kernel names or patterns; NULL: all */
    unsigned shard, shards; /* --shard I/N as 1..N; 0, 0: all */
} as_target;

/* One case ready to be run: the row of cases.csv and what the row stands for. */
typedef struct {
    as_case row;        /* status is `planned` or `skipped` */
    as_problem problem; /* .pattern belongs to the config */
    const as_entry *entry;
} as_planned;

typedef struct {
    as_config config;
    as_planned *cases;
    size_t count;
    size_t runnable;
    double predicted_s; /* for the whole run: all processes, warm-up and checks included */
} as_plan;

/* A kernel text that matches nothing, and a selection that leaves nothing, are errors. A case that cannot run here
 * stays in the plan as `skipped` with its reason; nothing of a kernel whose isa is not in target->isas is called, so
 * that its work and memory are missing. Everything lives in `arena`, and the patterns in that of the config. */
bool as_plan_build(const as_config *config, const as_target *target, as_arena *arena, as_plan *plan, as_err *err);

#endif
