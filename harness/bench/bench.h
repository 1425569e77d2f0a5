/* bench.h: one kernel on one problem in memory of its own: allocate, fill, poison, run, check against the oracle.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The only code that calls kernels: workers, `apply`, `verify` and tests all use it.
 *     as_bench b;
 *     as_bench_describe(&b, kernel, &problem);
 *     if (as_bench_allocate(&b, AS_BUFFER_AT_END, &err)) {
 *         as_bench_fill(&b, seed);
 *         as_bench_run_all(&b);
 *         as_bench_check(&b, rows, seed, &verdict, &err);
 *     }
 *     as_bench_close(&b);
 */
#ifndef AS_BENCH_BENCH_H
#define AS_BENCH_BENCH_H

#include "../../kernels/oracle/oracle.h"
#include "../base/err.h"
#include "memory.h"
#include "truths.h"

typedef struct {
    const as_kernel *kernel;
    const as_oracle *oracle; /* NULL: there is none for this kernel */
    as_problem problem;      /* its pattern belongs to the caller */
    as_operand operands[AS_OPERANDS_MAX];
    size_t count; /* of operands */
    size_t out;   /* the first output: the kernel's answer */
    size_t workspace_bytes;
    as_buffer buffers[AS_OPERANDS_MAX], workspace;
    void *data[AS_OPERANDS_MAX]; /* where each operand begins */
    as_call call;                /* points into this struct: an open bench must not be copied or moved */
    bool lock_inputs;            /* inputs are read-only but while they are filled */
    as_truths *truths;           /* oracle answers shared with other benches; NULL: each check computes them anew */
} as_bench;

/* Asks the kernel, which must not refuse the problem, for its operands and workspace. Allocates nothing. */
void as_bench_describe(as_bench *b, const as_kernel *kernel, const as_problem *problem);

/* Operands, all 0, and workspace; `flags` is a set of as_buffer_flag for all of them. Fails when memory runs out, and
 * when the kernel stated no operands or sizes that overflow. End with as_bench_close, whatever came back. */
bool as_bench_allocate(as_bench *b, unsigned flags, as_err *err);
/* The same in two steps; lines[i] is the number of cache lines by which operand i is moved (NULL: none is). The
 * workspace may be replaced later. */
bool as_bench_allocate_operands(as_bench *b, const unsigned *lines, unsigned flags, as_err *err);
bool as_bench_allocate_workspace(as_bench *b, unsigned lines, unsigned flags, as_err *err);
void as_bench_close(as_bench *b);

/* Fills input i from `seed` + i and poisons all that the kernel is to write. */
void as_bench_fill(as_bench *b, uint64_t seed);
/* Fills the workspace with NaN. */
void as_bench_poison_workspace(as_bench *b);

/* Runs the phases that are marked `once`, or all others. */
void as_bench_run(as_bench *b, bool once);
/* Runs both, each on a poisoned workspace. */
void as_bench_run_all(as_bench *b);

/* Fails when something was written beside an operand or the workspace. Sees nothing in AS_BUFFER_UNTOUCHED. */
bool as_bench_intact(const as_bench *b, as_err *err);
/* Compares up to `rows` rows of the answer, drawn by `seed`, with the oracle. Fails where nothing could be compared: on
 * a damaged buffer, without an oracle, without memory. Whether the error is small enough is for the caller to say. */
bool as_bench_check(const as_bench *b, size_t rows, uint64_t seed, as_oracle_verdict *verdict, as_err *err);

/* Puts operands and workspace out of every cache. */
void as_bench_evict(const as_bench *b);

/* Index of the operand called `name`; b->count when there is none. */
size_t as_bench_operand(const as_bench *b, const char *name);

#endif
