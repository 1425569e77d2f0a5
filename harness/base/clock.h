/* clock.h: wall time, CPU time. Nanoseconds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_BASE_CLOCK_H
#define AS_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t as_clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t as_wall_ns(void) { return as_clock_ns(CLOCK_MONOTONIC); }
static inline uint64_t as_cpu_ns(void) { return as_clock_ns(CLOCK_PROCESS_CPUTIME_ID); }

#endif
