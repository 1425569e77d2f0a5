/* rates.h: how much a machine computes at most: one number for each dtype, instruction set and number of CPUs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MACHINE_RATES_H
#define AS_MACHINE_RATES_H

#include <stddef.h>

#include "../../kernels/api/kernel.h"

typedef enum { AS_ONE_CPU, AS_ALL_CPUS, AS_SCOPE_COUNT } as_scope;
#define AS_RATED_DTYPES (AS_BF16 + 1)

/* GFLOP/s; NaN where the isa does not run or has no instruction for products of the dtype, or nobody measured. */
typedef double as_rates[AS_RATED_DTYPES][AS_ISA_COUNT][AS_SCOPE_COUNT];

void as_rates_clear(as_rates rates);

/* A dtype that has a loop of its own among the roofs: a row of rates.c. */
typedef struct {
    as_dtype dtype;
    const char *what;                /* is done, for people: "float32 multiply-adds" */
    const char *key[AS_SCOPE_COUNT]; /* of machine.json */
} as_rated;

/* Row `i`; NULL behind the last. */
const as_rated *as_rated_at(size_t i);

#endif
