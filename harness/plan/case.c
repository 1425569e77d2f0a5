/* case.c: one case: its row and key, why it cannot run here, and its work, memory and time when it can.
 * SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../kernels/api/contract.h"
#include "../../kernels/api/cpu.h"
#include "../../kernels/api/dtype.h"
#include "../../kernels/api/kernel_name.h"
#include "../../kernels/oracle/oracle.h"
#include "predict.h"

typedef struct {
    const as_measure *measure;
    const as_target *target;
    as_planned *c;
    char why[400];
} judging;

static const char *case_key(const as_case *row, as_arena *arena)
{
    as_text key = {0};
    as_text_add(&key, "%s|%s|", row->kernel, row->pattern);
    for (char *comma = key.data; (comma = strchr(comma, ',')) != NULL;)
        *comma = ':';
    as_text_add(&key,
                "T=%" PRIu64 ":S=%" PRIu64 ":D=%" PRIu64 ":H=%" PRIu64 ":Hkv=%" PRIu64 ":B=%" PRIu64 "|%s|%s|t%" PRIu64
                "|%s",
                row->length, row->context, row->width, row->heads, row->kv_heads, row->batch, row->dtype, row->isa,
                row->threads, row->cache);
    const char *kept = as_arena_intern_n(arena, key.data, key.length);
    as_text_free(&key);
    return kept;
}

void as_case_fill(as_planned *c, const char *pattern, bool cold, as_arena *arena)
{
    const as_problem *p = &c->problem;
    as_case *row = &c->row;
    const as_kernel *kernel = c->entry->kernel;
    size_t length;
    const char *mechanism = as_kernel_mechanism(kernel, &length);
    char text[AS_KERNEL_TEXT_MAX];
    as_record_clear(&as_case_schema, row);
    row->kernel = as_arena_intern(arena, as_kernel_text(kernel, p->param, text));
    row->params = *as_kernel_params_text(kernel, p->param, text) ? as_arena_intern(arena, text) : NULL;
    row->declared = kernel->order ? as_arena_intern(arena, kernel->order) : NULL;
    row->mechanism = as_arena_intern_n(arena, mechanism, length);
    row->pattern = as_arena_intern(arena, pattern);
    row->isa = as_isa_name(c->entry->isa);
    row->dtype = as_dtype_name(p->dtype);
    row->batch = p->batch;
    row->heads = p->heads;
    row->kv_heads = p->kv_heads;
    row->length = p->length;
    row->context = p->context;
    row->head_dim = p->head_dim;
    row->width = as_problem_width(p);
    row->threads = (uint64_t)p->threads;
    row->cache = cold ? "cold" : "warm";
    row->case_ = case_key(row, arena);
}

/* ---- refusals, in order: each returns false and a reason */

static bool isa_allows(judging *j)
{
    as_isa isa = j->c->entry->isa;
    if (j->target->isas & AS_ISA_BIT(isa))
        return true;
    snprintf(j->why, sizeof j->why, "isa: needs %s, which this CPU lacks or --isa hides", as_isa_name(isa));
    return false;
}

/* Edges are asked for here because only a pattern that fits has any. */
static bool pattern_fits(judging *j)
{
    as_problem *p = &j->c->problem;
    char why[300] = "";
    if (!as_pattern_fits(p->pattern, p->length, p->context, why, sizeof why)) {
        snprintf(j->why, sizeof j->why, "pattern: %s", why);
        return false;
    }
    j->c->row.edges = p->edges / p->heads;
    return true;
}

static bool kernel_takes(judging *j)
{
    char why[300];
    if (!as_kernel_refuses(j->c->entry->kernel, &j->c->problem, why, sizeof why))
        return true;
    snprintf(j->why, sizeof j->why, "kernel: %s", why);
    return false;
}

static bool add_bytes(uint64_t *sum, size_t bytes)
{
    return bytes != SIZE_MAX && !__builtin_add_overflow(*sum, bytes, sum) && *sum <= INT64_MAX;
}

static bool memory_counts(judging *j)
{
    as_operand operands[AS_OPERANDS_MAX];
    const as_problem *p = &j->c->problem;
    const as_kernel *kernel = j->c->entry->kernel;
    size_t n = as_kernel_operands(kernel, p, operands), workspace = kernel->workspace(p);
    uint64_t sum = 0;
    if (!n) {
        snprintf(j->why, sizeof j->why, "kernel: its operand table breaks the contract of kernel.h");
        return false;
    }
    bool ok = add_bytes(&sum, workspace);
    for (size_t i = 0; ok && i < n; i++)
        ok = add_bytes(&sum, as_operand_bytes(&operands[i]));
    if (ok) {
        j->c->row.workspace_bytes = workspace;
        j->c->row.memory_bytes = sum;
        return true;
    }
    snprintf(j->why, sizeof j->why, "memory: needs more bytes than can be counted: shorten T");
    return false;
}

static bool memory_suffices(judging *j)
{
    char needs[32], allows[32];
    double free_bytes = j->target->memory_bytes ? (double)j->target->memory_bytes : INFINITY;
    double allowed =
        j->measure->memory_bytes ? (double)j->measure->memory_bytes : free_bytes * j->measure->memory_percent / 100;
    bool raisable = allowed < free_bytes;
    allowed = raisable ? allowed : free_bytes;
    if ((double)j->c->row.memory_bytes <= allowed)
        return true;
    snprintf(j->why, sizeof j->why, "memory: needs %s, %s is allowed: %sshorten T",
             as_format_bytes(needs, (double)j->c->row.memory_bytes), as_format_bytes(allows, allowed),
             raisable ? "raise measure.memory or " : "");
    return false;
}

static bool threads_exist(judging *j)
{
    if (j->target->cpus <= 0 || j->c->problem.threads <= j->target->cpus)
        return true;
    snprintf(j->why, sizeof j->why, "threads: asks for %d, %d CPU%s usable here", j->c->problem.threads,
             j->target->cpus, j->target->cpus == 1 ? " is" : "s are");
    return false;
}

/* Refuses nothing; here because only a case that its kernel takes has work. */
static bool work_counts(judging *j)
{
    as_case *row = &j->c->row;
    as_work work = j->c->entry->kernel->work(&j->c->problem);
    row->flops_useful = work.flops_useful;
    row->flops_executed = work.flops_executed;
    row->flops_dense = work.flops_dense;
    row->exps = work.exps;
    row->bytes_min = work.bytes_min;
    row->error_allowed = j->c->entry->kernel->tolerance(&j->c->problem);
    row->predicted_s = as_predict_call(j->c->entry, j->c->problem.threads, &work, j->target->gflops);
    return true;
}

static bool time_suffices(judging *j)
{
    char needs[32], allows[32];
    double visit = as_predict_visit(j->measure, j->c->row.predicted_s, j->c->entry->kernel);
    if (visit <= j->measure->case_timeout_s)
        return true;
    snprintf(j->why, sizeof j->why,
             "time: a process of this case would take about %s, %s is allowed: raise measure.case_timeout or shorten T",
             as_format_seconds(needs, visit), as_format_seconds(allows, j->measure->case_timeout_s));
    return false;
}

void as_case_judge(as_planned *c, const as_measure *measure, const as_target *target, as_arena *arena)
{
    static bool (*const judges[])(judging *) = {
        isa_allows,    pattern_fits,    kernel_takes,  work_counts,
        memory_counts, memory_suffices, threads_exist, time_suffices,
    };
    judging j = {.measure = measure, .target = target, .c = c};
    c->row.status = AS_STATUS_PLANNED;
    for (size_t i = 0; i < sizeof judges / sizeof *judges; i++) {
        if (judges[i](&j))
            continue;
        c->row.status = AS_STATUS_SKIPPED;
        c->row.reason = as_arena_intern(arena, j.why);
        return;
    }
}
