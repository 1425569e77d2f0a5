/* problem.h: the only builder of problems: what follows from sizes, and what a case's row stands for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MODEL_PROBLEM_H
#define AS_MODEL_PROBLEM_H

#include "../../kernels/pattern/pattern.h"
#include "../../kernels/api/registry.h"
#include "../base/err.h"
#include "records.h"

/* `sizes` (batch to context, head_dim, dtype, threads, perhaps param) with what follows from them: the scale 1/sqrt(d),
 * and the pattern with its edges. `pattern` must fit; NULL: no pattern and no edges yet. cache_bytes NULL: as in
 * `sizes`. */
as_problem as_problem_complete(as_problem sizes, const as_pattern *pattern, const size_t cache_bytes[3]);

typedef struct {
    const as_kernel *kernel;
    as_pattern *pattern; /* end with as_resolved_free */
    as_problem problem;
} as_resolved;

/* Finds the build that the row names, and no other, and makes the problem, with the caches of this machine. Trusts
 * nothing in the row. Fails too when the kernel refuses the problem or has no oracle. */
bool as_resolve(const as_case *row, as_resolved *out, as_err *err);
void as_resolved_free(as_resolved *r);

#endif
