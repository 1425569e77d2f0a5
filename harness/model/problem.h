/* problem.h: from a case's row to the kernel, the pattern and the problem that it stands for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MODEL_PROBLEM_H
#define AS_MODEL_PROBLEM_H

#include "../../kernels/oracle/oracle.h"
#include "../../kernels/pattern/pattern.h"
#include "../../kernels/api/registry.h"
#include "../base/err.h"
#include "records.h"

typedef struct {
    const as_kernel *kernel;
    const as_oracle *oracle;
    as_pattern *pattern; /* end with as_resolved_free */
    as_problem problem;
    as_operand operands[AS_OPERANDS_MAX];
    size_t count;
    size_t workspace_bytes;
} as_resolved;

/* The build that the row names and no other; every number is checked anew, whatever the plan has said. */
bool as_resolve(const as_case *row, as_resolved *out, as_err *err);
void as_resolved_free(as_resolved *r);

#endif
