/* cpu.h: which instruction sets this CPU runs, what they are called, and a mask to hide some of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CPU_H
#define AS_CPU_H

#include "kernel.h"

/* AS_ISA_BIT of everything that this CPU and its operating system run; AS_SCALAR always. */
uint32_t as_cpu_isas(void);

const char *as_isa_name(as_isa isa); /* "scalar", "avx2", "avx512", "amx", "neon" */
/* false when there is no such isa. */
bool as_isa_parse(const char *name, as_isa *out);

/* Everything up to and including `isa`: what --isa allows. */
uint32_t as_isa_up_to(as_isa isa);

const char *as_dtype_name(as_dtype dtype); /* "f32", "bf16" */
bool as_dtype_parse(const char *name, as_dtype *out);
static inline size_t as_dtype_bytes(as_dtype dtype) { return dtype == AS_F32 ? 4 : 2; }

#endif
