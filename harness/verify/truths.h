/* truths.h: what an oracle said, kept for the next kernels: all of a mechanism, on every instruction set, are held
 * against the same rows of the same inputs. SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VERIFY_TRUTHS_H
#define AS_VERIFY_TRUTHS_H

#include "../../kernels/oracle/oracle.h"

typedef struct as_truths as_truths;

as_truths *as_truths_create(void); /* NULL: out of memory; then nothing is kept */
void as_truths_free(as_truths *truths);

/* as_oracle_check, after the kernel has run: computed anew unless oracle, problem, rows, seed and every byte of the
 * inputs, as they are now, were seen before (a hash of 64 bits tells). `truths` may be NULL. Always anew where the
 * oracle may take something of the kernel's, a choice of keys: where there is more than one output. */
bool as_truths_check(as_truths *truths, const as_oracle_question *question, as_oracle_verdict *verdict);

#endif
