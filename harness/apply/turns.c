/* turns.c: the kernel's calls on demand.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../../kernels/api/cpu.h"
#include "../base/serve.h"
#include "internal.h"

typedef struct {
    const as_bench *bench;
    const as_problem *problem;
} served;

static uint64_t call(void *state)
{
    const served *s = state;
    return as_bench_call(s->bench, s->problem);
}

bool as_bench_turns(const as_bench *b, const as_problem *p, as_err *err)
{
    char what[120];
    served s = {b, p};
    snprintf(what, sizeof what, "%.80s %s %s", b->entry->kernel->name, as_isa_name(b->entry->isa),
             as_dtype_name(p->dtype));
    return as_serve_text(what, call, &s, err);
}
