/* bench.h: opens kernels on shapes for tests of laws.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_BENCH_H
#define TEST_BENCH_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/bench.h"
#include "harness/model/problem.h"
#include "harness/verify/verify.h"
#include "kernels/api/contract.h"
#include "kernels/api/cpu.h"
#include "kernels/pattern/pattern.h"

typedef struct {
    size_t batch, heads, kv_heads, length, context, head_dim;
    int threads;
    uint64_t param[AS_KERNEL_PARAMS_MAX];
} shape;

static inline as_problem bench_problem(const shape *s, const as_pattern *pattern)
{
    as_problem p = {.struct_size = sizeof p,
                    .batch = s->batch,
                    .heads = s->heads,
                    .kv_heads = s->kv_heads,
                    .length = s->length,
                    .context = s->context,
                    .head_dim = s->head_dim,
                    .threads = s->threads};
    memcpy(p.param, s->param, sizeof p.param);
    return as_problem_complete(p, pattern, NULL);
}

/* Filled from `seed`, arrays ending at guard pages. False when the kernel refuses. */
static inline bool bench_open_problem(as_bench *b, const as_kernel *kernel, const as_problem *p, uint64_t seed)
{
    char why[300] = "";
    as_err err = {0};
    if (as_kernel_refuses(kernel, p, why, sizeof why))
        return false;
    as_bench_describe(b, kernel, p);
    if (!as_bench_allocate(b, AS_BUFFER_AT_END | AS_BUFFER_NO_HUGE, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    as_bench_fill(b, seed);
    return true;
}

static inline bool bench_open(as_bench *b, const as_kernel *kernel, const shape *s, const as_pattern *pattern,
                              uint64_t seed)
{
    const as_problem p = bench_problem(s, pattern);
    return bench_open_problem(b, kernel, &p, seed);
}

static inline double bench_distance(const float *a, const float *b, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, isnan(a[i]) || isnan(b[i]) ? INFINITY : fabs((double)a[i] - (double)b[i]));
    return most;
}

/* The builds of a kernel on this machine, one after the other: NULL at the end. */
static inline const as_entry *bench_build(const char *name, size_t *from)
{
    while (*from < as_registry_count()) {
        const as_entry *e = as_registry_at((*from)++);
        if ((as_cpu_isas() & AS_ISA_BIT(e->isa)) && !strcmp(e->kernel->name, name))
            return e;
    }
    return NULL;
}

/* The same of those that take float32: AMX multiplies bfloat16 only, and `verify` holds its builds to the oracle. */
static inline const as_entry *bench_build_f32(const char *name, size_t *from)
{
    const as_entry *e = bench_build(name, from);
    while (e && e->isa == AS_AMX)
        e = bench_build(name, from);
    return e;
}

#endif
