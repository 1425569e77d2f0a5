/* gbench.h: Google Benchmark's calibration and timing loop, for C.
 * SPDX-License-Identifier: Apache-2.0
 * Google Benchmark finds how many calls a batch needs and times the loop over them; everything else about a sample
 * (what is called, what is noted around it, what is kept) stays with the caller. */
#ifndef AS_MEASURE_GBENCH_H
#define AS_MEASURE_GBENCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is timed, and what happens just before and just after each timed loop (NULL: nothing). */
typedef struct {
    void *state;
    void (*call)(void *state);
    void (*before)(void *state);
    void (*after)(void *state);
} as_loop;

typedef struct {
    uint64_t calls;
    double wall_s, cpu_s; /* of the whole loop; CPU time is the process's, all threads */
} as_timed;

/* How many calls last at least `min_s` of wall time. Runs trial loops without the hooks: none of them is a sample.
 * 0 when Google Benchmark gave no answer. */
uint64_t as_gbench_calibrate(const as_loop *loop, double min_s);

/* Times one loop of `calls` calls. false when Google Benchmark gave no answer. */
bool as_gbench_time(const as_loop *loop, uint64_t calls, as_timed *out);

#ifdef __cplusplus
}
#endif
#endif
