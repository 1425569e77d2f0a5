/* call.c: a kernel found, given its arrays, called and timed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernels/common/bf16.h"
#include "../../kernels/api/contract.h"
#include "../../kernels/api/cpu.h"
#include "../../kernels/api/dtype.h"
#include "../../kernels/api/kernel_name.h"
#include "../base/clock.h"
#include "../base/suggest.h"
#include "internal.h"

#define FILL_SEED 1
#define CALLS_MIN 3
#define CALLS_MAX 99
#define TIMED_NS 250000000u

static bool unknown_kernel(const char *name, as_err *err)
{
    as_nearest near = {.word = name};
    if (as_registry_find(name, AS_ISA_ALL))
        return as_fail(err, AS_EXIT_USAGE,
                       "--kernel %s: not built for an instruction set that this CPU runs and --isa allows: see "
                       "'attnscope list'",
                       name);
    for (size_t i = 0; i < as_registry_count(); i++)
        as_nearest_try(&near, as_registry_at(i)->kernel->name);
    return as_fail(err, AS_EXIT_USAGE,
                   "--kernel: there is no '%.80s', the nearest is %s: 'attnscope list' shows them all", name,
                   near.best ? near.best : "none");
}

static bool is_qkv(const char *name) { return !strcmp(name, "q") || !strcmp(name, "k") || !strcmp(name, "v"); }

static bool has_shape(const as_operand *o, size_t batch, size_t heads, size_t tokens, size_t width)
{
    const size_t shape[4] = {batch, heads, tokens, width};
    return o->rank == 4 && !memcmp(o->shape, shape, sizeof shape);
}

/* Does the operand table speak of q, k and v in, and first of an array like q out? */
static bool takes_qkv(as_bench *b, const as_problem *p, as_err *err)
{
    size_t outs = 0, q = as_bench_operand(b, "q"), k = as_bench_operand(b, "k"), v = as_bench_operand(b, "v");
    for (size_t i = 0; i < b->count; i++)
        if (b->operands[i].role == AS_OUT && !outs++)
            b->out = i; /* what follows tells how it came by it, such as the keys that it chose */
    const size_t B = p->batch, d = p->head_dim;
    const as_operand *o = b->operands;
    if (q < b->count && k < b->count && v < b->count && outs && has_shape(&o[q], B, p->heads, p->length, d) &&
        has_shape(&o[k], B, p->kv_heads, p->context, d) && has_shape(&o[v], B, p->kv_heads, p->context, d) &&
        has_shape(&o[b->out], B, p->heads, p->length, d))
        return true;
    return as_fail(err, AS_EXIT_USAGE,
                   "--kernel %s: does not work on q, k and v alone, so it cannot be applied to them",
                   b->entry->kernel->name);
}

/* bfloat16 where the user's arrays are and a build of the kernel likes it; else float32; else bfloat16. Of the builds
 * that take it the one with the highest isa. */
static bool settle_build(as_bench *b, const as_apply_request *request, bool prefer_bf16, as_problem *p, as_err *err)
{
    const as_dtype order[] = {AS_BF16, AS_F32, AS_BF16};
    char why[400] = "";
    for (int i = prefer_bf16 ? 0 : 1; i < 3; i++) {
        char reason[400] = "";
        p->dtype = order[i];
        b->entry = as_registry_best(request->kernel, request->isas, p, reason, sizeof reason);
        if (b->entry)
            return true;
        if (i == 1)
            memcpy(why, reason, sizeof why);
    }
    return as_fail(err, AS_EXIT_USAGE, "--kernel %.100s with --pattern '%.200s': %s", request->kernel,
                   as_pattern_text(p->pattern), why);
}

/* 64-byte aligned; SIZE_MAX and what malloc cannot give are NULL. */
static void *allocate(size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        return NULL;
    return aligned_alloc(64, (bytes + 64) / 64 * 64);
}

static bool check_memory(const as_bench *b, size_t workspace, uint64_t memory, as_err *err)
{
    size_t all = workspace;
    char need[32], have[32];
    for (size_t i = 0; i < b->count; i++)
        if (__builtin_add_overflow(all, as_operand_bytes(&b->operands[i]), &all))
            all = SIZE_MAX;
    if (workspace != SIZE_MAX && (!memory || all <= memory))
        return true;
    return as_fail(err, AS_EXIT_ENVIRONMENT,
                   "--kernel %s: needs %s of memory for these arrays, %s can be had: take a "
                   "kernel with less workspace, such as attention/flash, or shorter arrays",
                   b->entry->kernel->name, as_format_bytes(need, (double)all), as_format_bytes(have, (double)memory));
}

bool as_bench_open(as_bench *b, const as_apply_request *request, bool prefer_bf16, as_problem *p, as_err *err)
{
    char why[300];
    *b = (as_bench){.entry = as_registry_find(request->kernel, request->isas)};
    if (!b->entry)
        return unknown_kernel(request->kernel, err);
    if (!as_oracle_find(request->kernel))
        return as_fail(err, AS_EXIT_USAGE,
                       "--kernel %.100s: its mechanism has no oracle, so nothing could be said of its output",
                       request->kernel);
    if (!as_kernel_params_read(b->entry->kernel, request->kernel, p->param, why, sizeof why))
        return as_fail(err, AS_EXIT_USAGE, "--kernel %.100s: %s", request->kernel, why);
    if (!settle_build(b, request, prefer_bf16, p, err))
        return false;
    const as_kernel *kernel = b->entry->kernel;
    b->count = as_kernel_operands(kernel, p, b->operands);
    if (!takes_qkv(b, p, err))
        return false;
    const size_t bytes = kernel->workspace(p);
    if (!check_memory(b, bytes, request->memory_bytes, err))
        return false;
    b->workspace = allocate(bytes);
    if (!b->workspace)
        return as_fail_memory(err);
    for (size_t i = 0; i < b->count; i++) {
        b->data[i] = allocate(as_operand_bytes(&b->operands[i]));
        if (!b->data[i])
            return as_fail_memory(err);
        if (b->operands[i].role == AS_IN && !is_qkv(b->operands[i].name))
            as_operand_fill(&b->operands[i], FILL_SEED, b->data[i]); /* such as random features */
    }
    return true;
}

void as_bench_close(as_bench *b)
{
    for (size_t i = 0; i < b->count; i++)
        free(b->data[i]);
    free(b->workspace);
    *b = (as_bench){0};
}

size_t as_bench_operand(const as_bench *b, const char *name)
{
    size_t i = 0;
    while (i < b->count && strcmp(b->operands[i].name, name))
        i++;
    return i;
}

/* ---- time */

/* Nanoseconds of all phases that are `once`, or of all that are not; *any: there were some. */
static uint64_t run_phases(const as_bench *b, const as_problem *p, bool once, bool *any)
{
    const as_call call = {.problem = p, .operand = b->data, .workspace = b->workspace};
    const uint64_t start = as_wall_ns();
    *any = false;
    for (const as_phase *phase = b->entry->kernel->phases; phase->run; phase++)
        if (phase->once == once) {
            phase->run(&call);
            *any = true;
        }
    return as_wall_ns() - start;
}

uint64_t as_bench_call(const as_bench *b, const as_problem *p)
{
    bool any;
    return run_phases(b, p, false, &any);
}

static int by_size(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

bool as_bench_time(as_bench *b, const as_problem *p, size_t calls, as_applied *result, as_err *err)
{
    const size_t most = calls ? calls : CALLS_MAX;
    uint64_t *ns = calloc(most, sizeof *ns), spent = 0;
    size_t n = 0;
    bool any;
    if (!ns)
        return as_fail_memory(err);
    as_operand_poison(&b->operands[b->out], b->data[b->out]); /* so that an unwritten element is seen */
    const uint64_t once = run_phases(b, p, true, &any);
    result->prepare_seconds = any ? (double)once * 1e-9 : AS_NO_REAL;
    as_bench_call(b, p);
    while (n < most && (calls || n < CALLS_MIN || spent < TIMED_NS)) {
        ns[n] = as_bench_call(b, p);
        spent += ns[n++];
    }
    qsort(ns, n, sizeof *ns, by_size);
    result->calls = n;
    result->seconds = 0.5e-9 * ((double)ns[(n - 1) / 2] + (double)ns[n / 2]);
    result->seconds_min = (double)ns[0] * 1e-9;
    free(ns);
    return true;
}

/* ---- output */

bool as_bench_write(const as_bench *b, const char *path, bool batched, as_err *err)
{
    const as_operand *o = &b->operands[b->out];
    const size_t n = as_operand_bytes(o) / as_dtype_bytes(o->dtype);
    const float *values = b->data[b->out];
    float *wide = NULL;
    char why[600];
    if (o->dtype == AS_BF16) {
        const uint16_t *narrow = b->data[b->out];
        wide = malloc(n * sizeof *wide);
        if (!wide)
            return as_fail_memory(err);
        for (size_t i = 0; i < n; i++)
            wide[i] = as_bf16_float(narrow[i]);
        values = wide;
    }
    bool ok = as_npy_write_f32(path, o->shape + !batched, batched ? 4 : 3, values, why, sizeof why) ||
              as_fail(err, AS_EXIT_ENVIRONMENT, "--out %s", why);
    free(wide);
    return ok;
}
