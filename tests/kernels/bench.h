/* bench.h: calls a kernel on arrays of its own, for tests of laws: fill, poison, run, read.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_BENCH_H
#define TEST_BENCH_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/verify/verify.h"
#include "kernels/api/contract.h"
#include "kernels/api/cpu.h"
#include "kernels/pattern/pattern.h"

typedef struct {
    as_problem p;
    const as_kernel *kernel;
    as_operand table[AS_OPERANDS_MAX];
    void *data[AS_OPERANDS_MAX];
    size_t count;
    void *workspace;
    as_call call;
} bench;

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
                    .threads = s->threads,
                    .scale = 1 / sqrtf((float)s->head_dim),
                    .pattern = pattern};
    memcpy(p.param, s->param, sizeof p.param);
    p.edges = as_pattern_edges_all(pattern, s->heads, s->length, s->context);
    return p;
}

/* Filled from `seed`; outputs and workspace poisoned. False when the kernel refuses. */
static inline bool bench_open_problem(bench *b, const as_kernel *kernel, const as_problem *p, uint64_t seed)
{
    char why[300] = "";
    *b = (bench){.p = *p, .kernel = kernel};
    if (as_kernel_refuses(kernel, &b->p, why, sizeof why))
        return false;
    b->count = as_kernel_operands(kernel, &b->p, b->table);
    for (size_t i = 0; i < b->count; i++) {
        b->data[i] = aligned_alloc(64, (as_operand_bytes(&b->table[i]) + 127) / 64 * 64);
        if (b->table[i].role == AS_IN)
            as_operand_fill(&b->table[i], seed + i, b->data[i]);
        else
            as_operand_poison(&b->table[i], b->data[i]);
    }
    const size_t bytes = (kernel->workspace(&b->p) + 127) / 64 * 64;
    b->workspace = aligned_alloc(64, bytes);
    memset(b->workspace, 0xff, bytes);
    return true;
}

static inline bool bench_open(bench *b, const as_kernel *kernel, const shape *s, const as_pattern *pattern,
                              uint64_t seed)
{
    const as_problem p = bench_problem(s, pattern);
    return bench_open_problem(b, kernel, &p, seed);
}

static inline void bench_run(bench *b)
{
    b->call = (as_call){.problem = &b->p, .operand = b->data, .workspace = b->workspace};
    for (const as_phase *phase = b->kernel->phases; phase->run; phase++)
        phase->run(&b->call);
}

static inline void bench_close(bench *b)
{
    for (size_t i = 0; i < b->count; i++)
        free(b->data[i]);
    free(b->workspace);
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

#endif
