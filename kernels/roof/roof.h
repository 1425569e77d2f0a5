/* roof.h: what this machine can do at most, measured next to the kernels and not taken from a table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_ROOF_H
#define AS_ROOF_H

#include "../api/kernel.h"

/* Independent multiply-adds in registers, `rounds` times over, on the calling thread. Returns the FLOPs done;
 * the caller times it. `sink` keeps the compiler honest. */
typedef uint64_t (*as_roof_flops)(uint64_t rounds, float *sink);

/* Sums `bytes` of `data` once with the widest loads of the isa. Returns the bytes read. */
typedef uint64_t (*as_roof_read)(const float *data, size_t bytes, float *sink);

typedef struct {
    as_isa isa;
    as_roof_flops fma;    /* float32; NULL: the isa has none (AMX) */
    as_roof_read read[2]; /* from front to back, fastest near; several parts side by side, fastest from L3 and memory */
    as_roof_flops bf16; /* pairs of bfloat16 into float32 sums; NULL: none, bfloat16 is widened and multiplied by fma */
    bool (*bf16_runs)(void); /* bf16 may be newer than its isa: does this CPU have it? */
} as_roof;

/* One for each isa, in ascending order; the loops built for `isa`, or NULL when this build has none. */
const as_roof *as_roof_find(as_isa isa);

#endif
