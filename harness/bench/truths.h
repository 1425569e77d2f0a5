/* truths.h: keeps an oracle's answers for the next kernels: all kernels of a mechanism, on every instruction set, are
 * compared with the same rows for the same inputs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BENCH_TRUTHS_H
#define AS_BENCH_TRUTHS_H

#include "../../kernels/oracle/oracle.h"

typedef struct as_truths as_truths;

as_truths *as_truths_create(void); /* NULL: out of memory; then nothing is kept */
void as_truths_free(as_truths *truths);

/* Compares the output with the oracle, after the kernel has run; false when memory ran out. The oracle is asked unless
 * oracle, problem, rows, seed and every byte of the inputs, as they are now, were seen before (compared by a hash of 64
 * bits). It is always asked when `truths` is NULL, and when it may use something that the kernel wrote, a choice of
 * keys: when there is more than one output. */
bool as_truths_check(as_truths *truths, const as_oracle_question *question, as_oracle_verdict *verdict);

#endif
