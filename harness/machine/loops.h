/* loops.h: the roofs' loops on demand.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MACHINE_LOOPS_H
#define AS_MACHINE_LOOPS_H

#include "machine.h"

/* Serves the loop `name` (fma, bf16, l1, l2, l3, memory) of the widest of `isas` that has it, as base/serve.h says:
 * ready NAME ISA AMOUNT FLOPs|bytes, the amount being that of one call, about half a millisecond of it; one pass where
 * that is longer. */
bool as_machine_serve(const as_machine *m, const char *name, uint32_t isas, as_err *err);

#endif
