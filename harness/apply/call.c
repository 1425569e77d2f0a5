/* call.c: finds the kernel's build, gives it memory, calls and times it, and writes its output.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "../../kernels/common/bf16.h"
#include "../../kernels/api/contract.h"
#include "../../kernels/api/dtype.h"
#include "../../kernels/api/kernel_name.h"
#include "../base/clock.h"
#include "../base/suggest.h"
#include "../stats/order.h"
#include "internal.h"

#define FILL_SEED 1
#define CALLS_MIN 3
#define CALLS_MAX 99
#define TIMED_NS 250e6

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

/* Checks that the kernel takes q, k and v, and that its first output has the shape of q. */
static bool takes_qkv(const as_bench *b, as_err *err)
{
    const as_problem *p = &b->problem;
    const size_t q = as_bench_operand(b, "q"), k = as_bench_operand(b, "k"), v = as_bench_operand(b, "v");
    const size_t n = b->count, B = p->batch, d = p->head_dim;
    const as_operand *o = b->operands;
    if (q < n && k < n && v < n && b->out < n && has_shape(&o[q], B, p->heads, p->length, d) &&
        has_shape(&o[k], B, p->kv_heads, p->context, d) && has_shape(&o[v], B, p->kv_heads, p->context, d) &&
        has_shape(&o[b->out], B, p->heads, p->length, d))
        return true;
    return as_fail(err, AS_EXIT_USAGE,
                   "--kernel %s: does not work on q, k and v alone, so it cannot be applied to them", b->kernel->name);
}

/* Tries bfloat16 first if all arrays of the user are bfloat16, then float32, then bfloat16; takes the build with the
 * highest isa that accepts the problem. */
static const as_entry *settle_build(const as_apply_request *request, bool prefer_bf16, as_problem *p, as_err *err)
{
    const as_dtype order[] = {AS_BF16, AS_F32, AS_BF16};
    char why[400] = "";
    for (int i = prefer_bf16 ? 0 : 1; i < 3; i++) {
        char reason[400] = "";
        p->dtype = order[i];
        const as_entry *entry = as_registry_best(request->kernel, request->isas, p, reason, sizeof reason);
        if (entry)
            return entry;
        if (i == 1)
            memcpy(why, reason, sizeof why);
    }
    as_fail(err, AS_EXIT_USAGE, "--kernel %.100s with --pattern '%.200s': %s", request->kernel,
            as_pattern_text(p->pattern), why);
    return NULL;
}

static bool check_memory(const as_bench *b, uint64_t memory, as_err *err)
{
    size_t all = b->workspace_bytes;
    char need[32], have[32];
    for (size_t i = 0; i < b->count; i++)
        if (__builtin_add_overflow(all, as_operand_bytes(&b->operands[i]), &all))
            all = SIZE_MAX;
    if (b->workspace_bytes != SIZE_MAX && (!memory || all <= memory))
        return true;
    return as_fail(err, AS_EXIT_ENVIRONMENT,
                   "--kernel %s: needs %s of memory for these arrays, %s can be had: take a "
                   "kernel with less workspace, such as attention/flash, or shorter arrays",
                   b->kernel->name, as_format_bytes(need, (double)all), as_format_bytes(have, (double)memory));
}

/* The build to be used; NULL and an error when there is none. */
static const as_entry *find_build(const as_apply_request *request, bool prefer_bf16, as_problem *p, as_err *err)
{
    char why[300];
    const as_entry *any = as_registry_find(request->kernel, request->isas);
    if (!any) {
        unknown_kernel(request->kernel, err);
        return NULL;
    }
    if (!as_oracle_find(request->kernel)) {
        as_fail(err, AS_EXIT_USAGE,
                "--kernel %.100s: its mechanism has no oracle, so nothing could be said of its output",
                request->kernel);
        return NULL;
    }
    if (!as_kernel_params_read(any->kernel, request->kernel, p->param, why, sizeof why)) {
        as_fail(err, AS_EXIT_USAGE, "--kernel %.100s: %s", request->kernel, why);
        return NULL;
    }
    return settle_build(request, prefer_bf16, p, err);
}

const as_entry *as_apply_open(as_bench *b, const as_apply_request *request, bool prefer_bf16, as_problem *p,
                              as_err *err)
{
    const as_entry *entry = find_build(request, prefer_bf16, p, err);
    if (!entry)
        return NULL;
    as_bench_describe(b, entry->kernel, p);
    if (!takes_qkv(b, err) || !check_memory(b, request->memory_bytes, err) || !as_bench_allocate(b, 0, err))
        return NULL;
    for (size_t i = 0; i < b->count; i++)
        if (b->operands[i].role == AS_IN && !is_qkv(b->operands[i].name))
            as_operand_fill(&b->operands[i], FILL_SEED, b->data[i]); /* such as random features */
    return entry;
}

/* ---- time */

/* Nanoseconds of all phases that are `once`, or of all that are not. */
static uint64_t time_phases(as_bench *b, bool once)
{
    const uint64_t start = as_wall_ns();
    as_bench_run(b, once);
    return as_wall_ns() - start;
}

uint64_t as_apply_call(as_bench *b) { return time_phases(b, false); }

bool as_apply_time(as_bench *b, size_t calls, as_applied *result, as_err *err)
{
    const size_t most = calls ? calls : CALLS_MAX;
    double *ns = calloc(most, sizeof *ns), spent = 0;
    size_t n = 0;
    if (!ns)
        return as_fail_memory(err);
    as_operand_poison(&b->operands[b->out], b->data[b->out]); /* so that an unwritten element is seen */
    const uint64_t once = time_phases(b, true);
    result->prepare_seconds = b->kernel->phases[0].once ? (double)once * 1e-9 : AS_NO_REAL; /* those come first */
    as_apply_call(b);
    while (n < most && (calls || n < CALLS_MIN || spent < TIMED_NS)) {
        ns[n] = (double)as_apply_call(b);
        spent += ns[n++];
    }
    result->calls = n;
    result->seconds = as_median(ns, n) * 1e-9; /* sorts */
    result->seconds_min = ns[0] * 1e-9;
    free(ns);
    return true;
}

/* ---- output */

bool as_apply_write(const as_bench *b, const char *path, bool batched, as_err *err)
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
