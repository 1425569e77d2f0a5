/* cpu.h: the instruction sets that this CPU runs, their names, and a mask to hide some of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CPU_H
#define AS_CPU_H

#include "kernel.h"

/* AS_ISA_BIT of everything that this CPU and its operating system run; AS_SCALAR always. */
uint32_t as_cpu_isas(void);

const char *as_isa_name(as_isa isa); /* "scalar", "avx2", "avx512", "amx", "neon" */
/* false when there is no such isa. */
bool as_isa_parse(const char *name, as_isa *out);

/* `isa` and the plainer ones of its architecture: what --isa allows. */
uint32_t as_isa_up_to(as_isa isa);

#endif
