/* blas_core.h: the core type that OpenBLAS must be told so that it uses this CPU's vectors, or less of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MACHINE_BLAS_CORE_H
#define AS_MACHINE_BLAS_CORE_H

#include "../../kernels/api/kernel.h"

/* The value of OPENBLAS_CORETYPE for work at `isa`: `own`, the type that the library chose (openblas_get_corename),
 * when its kernels use the same vectors; else a static text, for vectors without a type of their own (AMX) that of the
 * best below them; NULL where no name is known. An OpenBLAS older than the
 * CPU does not know it and falls back to SSE3, as 0.3.21 does on Emerald Rapids. */
const char *as_blas_core_told(as_isa isa, const char *own);

/* The same for the most that `isas`, a set of AS_ISA_BIT, allow. */
const char *as_blas_core_best(uint32_t isas, const char *own);

#endif
