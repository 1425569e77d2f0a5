/* roof.h: what this machine can do at most, measured next to the kernels and not taken from a table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_ROOF_H
#define AS_ROOF_H

#include "../kernel.h"

/* Independent float32 multiply-adds in registers, `rounds` times over, on the calling thread. Returns the FLOPs done;
 * the caller times it. `sink` keeps the compiler honest. */
typedef uint64_t (*as_roof_fma)(uint64_t rounds, float *sink);

/* Sums `bytes` of `data` once with the widest loads of the isa. Returns the bytes read. */
typedef uint64_t (*as_roof_read)(const float *data, size_t bytes, float *sink);

typedef struct {
    as_isa isa;
    as_roof_fma fma;
    as_roof_read read;
} as_roof;

/* The loops built for `isa`, or NULL when this build has none. */
const as_roof *as_roof_find(as_isa isa);

#endif
