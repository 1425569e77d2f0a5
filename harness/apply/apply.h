/* apply.h: one kernel and one pattern on the user's own q, k and v: the output as a file, how long a call took, how far
 * it is from the float64 oracle and from dense attention, and how much of the dense attention mass the pattern keeps.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Arrays are .npy: float32, float16, or uint16, which stands for bfloat16 bits; C or Fortran order. q is (H,T,d) or
 * (B,H,T,d); k and v are (Hkv,S,d) or (B,Hkv,S,d), Hkv dividing H and S >= T. The last query stands at the last key.
 *
 * Dense attention is `causal`, unless some row of the pattern sees a key after its query; then it is `full`. The mass
 * that a row keeps is the sum of its dense softmax weights (float64) over the keys that the pattern shows it.
 */
#ifndef AS_APPLY_APPLY_H
#define AS_APPLY_APPLY_H

#include "../../kernels/api/registry.h"
#include "../base/table.h"

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

#define AS_APPLY_COLUMNS(F, t)                                                                                         \
    F(t, AS_TEXT, kernel, "mechanism/algorithm, and its parameters where they are not the usual ones")                 \
    F(t, AS_TEXT, isa, "instruction set of the build that ran")                                                        \
    F(t, AS_TEXT, pattern, "canonical text")                                                                           \
    F(t, AS_TEXT, dense, "what dense means here: causal or full")                                                      \
    F(t, AS_TEXT, dtype, "what the kernel worked on; sums are float32 or wider")                                       \
    F(t, AS_COUNT, batch, "B")                                                                                         \
    F(t, AS_COUNT, heads, "H")                                                                                         \
    F(t, AS_COUNT, kv_heads, "Hkv")                                                                                    \
    F(t, AS_COUNT, length, "T, queries")                                                                               \
    F(t, AS_COUNT, context, "S, keys")                                                                                 \
    F(t, AS_COUNT, head_dim, "d")                                                                                      \
    F(t, AS_COUNT, threads, "threads that the kernel may use")                                                         \
    F(t, AS_REAL, scale, "what multiplies q.k")                                                                        \
    F(t, AS_COUNT, edges, "visible (query, key) pairs per head")                                                       \
    F(t, AS_COUNT, calls, "timed calls, after one to warm up")                                                         \
    F(t, AS_REAL, seconds, "median of the timed calls")                                                                \
    F(t, AS_REAL, seconds_min, "fastest call")                                                                         \
    F(t, AS_REAL, prepare_seconds, "what is paid once for many calls; missing where there is nothing of the kind")     \
    F(t, AS_COUNT, rows, "rows of the output: B x H x T")                                                              \
    F(t, AS_COUNT, rows_checked, "rows that the figures below are about, drawn by seed")                               \
    F(t, AS_REAL, error_max, "largest distance from the float64 oracle; inf where only one of the two is a number")    \
    F(t, AS_REAL, error_allowed, "the kernel's promise, for arrays of this size of numbers")                           \
    F(t, AS_REAL, dense_error_max, "largest distance from dense attention")                                            \
    F(t, AS_REAL, mass_kept_mean, "share of the dense softmax weight that the pattern shows, mean over rows")          \
    F(t, AS_REAL, mass_kept_min, "the same, worst row")                                                                \
    F(t, AS_TEXT, mass_worst_row, "that row, as batch/head/query, from 0")                                             \
    F(t, AS_TEXT, verdict, "ok, or bad: error_max is above error_allowed")

AS_RECORD(as_applied, AS_APPLY_COLUMNS);
extern const as_schema as_applied_schema;

/* Everything, in order; texts of `result` live in `arena`. True with a verdict (the output is written, whole, whatever
 * the verdict); false and `err`, without an output, when the input or the environment is at fault. */
bool as_apply(const as_apply_request *request, as_arena *arena, as_applied *result, as_err *err);

#endif
