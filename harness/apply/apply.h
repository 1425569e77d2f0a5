/* apply.h: one kernel and one pattern on the user's own q, k and v: the output as a file, how long a call took, how far
 * it is from the float64 oracle and from dense attention, and how much of the dense attention mass the pattern keeps.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Arrays are .npy: float32, float16, or uint16, which stands for bfloat16 bits; C or Fortran order. q is (H,T,d) or
 * (B,H,T,d); k and v are (Hkv,S,d) or (B,Hkv,S,d), Hkv dividing H and S >= T. The last query stands at the last key.
 *
 * Dense attention is `causal`, unless some row of the pattern sees a key after its query; then it is `full`. The mass
 * that a row keeps is the sum of its dense softmax weights (float64) over the keys that the pattern shows it. */
#ifndef AS_APPLY_APPLY_H
#define AS_APPLY_APPLY_H

#include "../../kernels/api/registry.h"
#include "../model/records.h"

typedef struct {
    const char *kernel, *pattern;       /* mechanism/algorithm[:key=value,...]; any pattern */
    const char *q, *k, *v, *out, *mask; /* paths; mask: NULL for none */
    double scale;                       /* NaN: 1/sqrt(d) */
    int threads;                        /* 1 or more */
    size_t calls;                       /* to time; 0: as many as a quarter of a second holds, 3 to 99 */
    size_t rows;                        /* to check; 0: as many as about a second holds */
    uint32_t isas;                      /* allowed ones */
    size_t cache_bytes[3];              /* 0 where unknown */
    uint64_t memory_bytes;              /* that may be used; 0: unknown */
    bool turns;                         /* then take turns on stdin and stdout, until stdin ends: turns.c */
    /* Called with one line for what is odd but no error, such as a NaN in an input. */
    void (*warn)(const char *text);
} as_apply_request;

/* Everything, in order; texts of `result` live in `arena`. True with a verdict (the output is written, whole, whatever
 * the verdict); false and `err`, without an output, when the input or the environment is at fault. */
bool as_apply(const as_apply_request *request, as_arena *arena, as_applied *result, as_err *err);

#endif
