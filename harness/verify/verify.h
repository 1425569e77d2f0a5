/* verify.h: compares one kernel on one shape with its oracle. Used by `verify` and by tests; times nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VERIFY_VERIFY_H
#define AS_VERIFY_VERIFY_H

#include "../../kernels/api/registry.h"
#include "../bench/truths.h"

typedef struct {
    bool refused; /* the kernel does not take this problem: `why` */
    bool ok;      /* every check passed; else `why` */
    char why[240];
    double error_max, error_allowed;
    size_t rows, workspace_bytes;
    as_work work;
} as_verification;

/* Runs the kernel twice: on inputs filled from `seed`, outputs and workspace poisoned, every array ending at a page
 * that cannot be touched; then on other inputs, so that an answer kept from the first run is caught. Checks up to about
 * `flops` worth of oracle rows. problem->edges must be set. `truths` keeps what the oracle said for other kernels;
 * NULL: the oracle computes every row. */
as_verification as_verify(const as_entry *entry, const as_problem *problem, uint64_t seed, double flops,
                          as_truths *truths);

#endif
