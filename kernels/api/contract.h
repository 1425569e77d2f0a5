/* contract.h: the harness's side of kernel.h. It asks a kernel only for what the kernel takes, and checks the operand
 * table that comes back. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CONTRACT_H
#define AS_CONTRACT_H

#include "kernel.h"

/* Bits of as_takes that a kernel needs for `p`: one for each field that is not neutral. */
uint64_t as_problem_asks(const as_problem *p);

/* True and a reason if the kernel lacks a bit that the problem asks for, or its own `refuse` says so. `why` is never
 * empty then. */
bool as_kernel_refuses(const as_kernel *kernel, const as_problem *p, char *why, size_t cap);

/* Fills `table` and returns its length; 0 if the table breaks the contract: no operand or more than AS_OPERANDS_MAX, a
 * rank, type, role, view or stride that this program does not know, a reserved field that is not 0. The rows past the
 * end are zero. */
size_t as_kernel_operands(const as_kernel *kernel, const as_problem *p, as_operand table[AS_OPERANDS_MAX]);

/* A plug-in's descriptor as this program knows it: fields that it does not have are 0. false and one sentence: another
 * ABI, or a field that is set and that this program does not know. */
bool as_kernel_adopt(const as_kernel *kernel, as_kernel *out, char *why, size_t cap);

/* The sentence about a plug-in that was built for `abi`: what to do. */
void as_kernel_other_abi(uint32_t abi, char *why, size_t cap);

/* The kernel's mechanism: *length bytes, not always the whole text. */
const char *as_kernel_mechanism(const as_kernel *kernel, size_t *length);

#endif
