/* turns.c: the kernel's calls on demand.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../../kernels/api/cpu.h"
#include "../base/serve.h"
#include "internal.h"

static uint64_t call_kernel(void *state) { return as_apply_call(state); }

bool as_apply_turns(as_bench *b, as_isa isa, as_err *err)
{
    char what[120];
    snprintf(what, sizeof what, "%.80s %s %s", b->kernel->name, as_isa_name(isa), as_dtype_name(b->problem.dtype));
    return as_serve_text("--turns", what, call_kernel, b, err);
}
