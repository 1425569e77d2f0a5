/* kernels_of_test.h: the smallest descriptor that keeps the contract, for tests to break one thing of.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_KERNELS_OF_TEST_H
#define TEST_KERNELS_OF_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/api/contract.h"

static inline size_t one_operand(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    out[0] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, AS_F32, p->batch, p->heads, p->length, p->head_dim);
    return 1;
}

static inline size_t no_workspace(const as_problem *p)
{
    (void)p;
    return 0;
}

static inline as_work no_work(const as_problem *p)
{
    (void)p;
    return (as_work){0};
}

static inline double no_error(const as_problem *p)
{
    (void)p;
    return 0;
}

static inline void do_nothing(const as_call *call) { (void)call; }

static const as_phase one_phase[] = {{.name = "run", .run = do_nothing}, {0}};

static inline as_kernel small_kernel(void)
{
    return (as_kernel){
        .struct_size = sizeof(as_kernel),
        .abi = AS_KERNEL_ABI,
        .isas = AS_ISA_BIT(AS_SCALAR),
        .name = "attention/small",
        .help = "nothing",
        .operands = one_operand,
        .workspace = no_workspace,
        .work = no_work,
        .tolerance = no_error,
        .phases = one_phase,
    };
}

static inline as_problem small_problem(void)
{
    return (as_problem){.struct_size = sizeof(as_problem),
                        .batch = 1,
                        .heads = 2,
                        .kv_heads = 2,
                        .length = 4,
                        .context = 4,
                        .head_dim = 8,
                        .threads = 1,
                        .scale = 1};
}

#endif
