/* bench.c: the life of a kernel's arrays: sizes, memory, contents, calls, and the check of what came out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <errno.h>
#include <string.h>

#include "../../kernels/api/contract.h"

void as_bench_describe(as_bench *b, const as_kernel *kernel, const as_problem *problem)
{
    *b = (as_bench){.kernel = kernel, .oracle = as_oracle_find(kernel->name), .problem = *problem};
    b->count = as_kernel_operands(kernel, &b->problem, b->operands);
    b->workspace_bytes = kernel->workspace(&b->problem);
    while (b->out < b->count && b->operands[b->out].role != AS_OUT)
        b->out++;
    b->call = (as_call){.problem = &b->problem, .operand = b->data};
}

bool as_bench_allocate_operands(as_bench *b, const unsigned *lines, unsigned flags, as_err *err)
{
    if (!b->count || b->workspace_bytes == SIZE_MAX)
        return as_fail(err, AS_EXIT_USAGE,
                       "the kernel's operand table breaks the contract of kernel.h, or sizes overflow");
    for (size_t i = 0; i < b->count; i++) {
        const size_t bytes = as_operand_bytes(&b->operands[i]);
        if (bytes == SIZE_MAX || !as_buffer_create(&b->buffers[i], bytes, lines ? lines[i] : 0, flags))
            return as_fail(err, AS_EXIT_ENVIRONMENT, "no memory for operand '%.40s' of %zu bytes: %s",
                           b->operands[i].name, bytes, strerror(errno));
        b->data[i] = b->buffers[i].data;
    }
    return true;
}

bool as_bench_allocate_workspace(as_bench *b, unsigned lines, unsigned flags, as_err *err)
{
    as_buffer_free(&b->workspace);
    if (!as_buffer_create(&b->workspace, b->workspace_bytes, lines, flags))
        return as_fail(err, AS_EXIT_ENVIRONMENT, "no memory for its workspace of %zu bytes: %s", b->workspace_bytes,
                       strerror(errno));
    b->call.workspace = b->workspace.data;
    return true;
}

bool as_bench_allocate(as_bench *b, unsigned flags, as_err *err)
{
    return as_bench_allocate_operands(b, NULL, flags, err) && as_bench_allocate_workspace(b, 0, flags, err);
}

void as_bench_close(as_bench *b)
{
    for (size_t i = 0; i < AS_OPERANDS_MAX; i++)
        as_buffer_free(&b->buffers[i]);
    as_buffer_free(&b->workspace);
}

static void lock_inputs(const as_bench *b, bool read_only)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->operands[i].role == AS_IN)
            as_buffer_protect(&b->buffers[i], read_only);
}

void as_bench_fill(as_bench *b, uint64_t seed)
{
    if (b->lock_inputs)
        lock_inputs(b, false);
    for (size_t i = 0; i < b->count; i++)
        if (b->operands[i].role == AS_IN)
            as_operand_fill(&b->operands[i], seed + i, b->data[i]);
        else
            as_operand_poison(&b->operands[i], b->data[i]);
    if (b->lock_inputs)
        lock_inputs(b, true);
}

void as_bench_poison_workspace(as_bench *b)
{
    if (b->workspace.bytes)
        memset(b->workspace.data, 0xff, b->workspace.bytes);
}

void as_bench_run(as_bench *b, bool once)
{
    for (const as_phase *phase = b->kernel->phases; phase->run; phase++)
        if (phase->once == once)
            phase->run(&b->call);
}

/* What is paid once is left in kept operands, not in the workspace. */
void as_bench_run_all(as_bench *b)
{
    as_bench_poison_workspace(b);
    as_bench_run(b, true);
    as_bench_poison_workspace(b);
    as_bench_run(b, false);
}

bool as_bench_intact(const as_bench *b, as_err *err)
{
    for (size_t i = 0; i < b->count; i++)
        if (!as_buffer_intact(&b->buffers[i]))
            return as_fail(err, AS_EXIT_BAD, "it wrote beside its operand '%.40s'", b->operands[i].name);
    return as_buffer_intact(&b->workspace) || as_fail(err, AS_EXIT_BAD, "it wrote beside its workspace");
}

bool as_bench_check(const as_bench *b, size_t rows, uint64_t seed, as_oracle_verdict *verdict, as_err *err)
{
    if (!b->oracle)
        return as_fail(err, AS_EXIT_USAGE, "no oracle for the mechanism of %s", b->kernel->name);
    const as_oracle_question question = {b->oracle, &b->problem, b->operands, b->count, b->data, rows, seed, false};
    return as_bench_intact(b, err) && (as_truths_check(b->truths, &question, verdict) ||
                                       as_fail(err, AS_EXIT_ENVIRONMENT, "no memory for the oracle"));
}

void as_bench_evict(const as_bench *b)
{
    for (size_t i = 0; i < b->count; i++)
        as_buffer_evict(&b->buffers[i]);
    as_buffer_evict(&b->workspace);
}

size_t as_bench_operand(const as_bench *b, const char *name)
{
    size_t i = 0;
    while (i < b->count && strcmp(b->operands[i].name, name))
        i++;
    return i;
}
