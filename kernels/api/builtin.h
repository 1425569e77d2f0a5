/* builtin.h: how a built-in kernel names itself, once per instruction set that its file is built for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BUILTIN_H
#define AS_BUILTIN_H

#include "kernel.h"

#ifndef AS_ISA_NAME /* a file that is built once */
#define AS_ISA_NAME plain
#endif

#define AS_PASTE_(a, b) a##_##b
#define AS_PASTE(a, b) AS_PASTE_(a, b)

/* A function that has one body for each instruction set: AS_ISA(tile_attend) is tile_attend_avx2 in avx2 builds. */
#define AS_ISA(symbol) AS_PASTE(symbol, AS_ISA_NAME)

/* `const as_kernel AS_KERNEL(attention_flash) = {...};` in kernels/attention/flash.c */
#define AS_KERNEL(symbol) AS_PASTE(as_kernel_##symbol, AS_ISA_NAME)

#ifndef AS_THIS_ISA /* the as_isa of this build; cmake/kernels.cmake defines it for what is built per instruction set  \
                     */
#define AS_THIS_ISA AS_SCALAR
#endif

/* How the descriptor of a built-in kernel begins. */
#define AS_BUILTIN .struct_size = sizeof(as_kernel), .abi = AS_KERNEL_ABI, .isas = AS_ISA_BIT(AS_THIS_ISA)
/* What a kernel is asked before it runs, in the order of as_kernel; NULL for a kernel that refuses nothing. */
#define AS_CALLBACKS(refuses, lists_operands, needs_workspace, counts_work, tolerates)                                 \
    .refuse = refuses, .operands = lists_operands, .workspace = needs_workspace, .work = counts_work,                  \
    .tolerance = tolerates

/* The phases of a kernel that has one. */
#define AS_ONE_PHASE(function)                                                                                         \
    (const as_phase[])                                                                                                 \
    {                                                                                                                  \
        {.name = "run", .run = (function)}, { 0 }                                                                      \
    }

#endif
