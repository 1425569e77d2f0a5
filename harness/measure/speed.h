/* speed.h: what is noted around a batch: does the clock tick, how fast is the CPU just now, who took time away.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MEASURE_SPEED_H
#define AS_MEASURE_SPEED_H

#include <stdbool.h>
#include <stdint.h>

#include "../../kernels/roof/roof.h"

/* The clock's smallest step in its own units, as seen by reading it until it moved, a few hundred times over.
 * 0 when it stands still or runs backwards: then nothing may be timed with it. */
uint64_t as_gauge_tick(uint64_t (*now)(void));

/* The widest loop of multiply-adds that is of isa `most` or below and that this build and this CPU have, or NULL. */
as_roof_flops as_fma_loop(as_isa most);

/* A fixed FMA loop of about half a millisecond on the calling thread. Start with as_speed_prepare. */
typedef struct {
    as_roof_flops fma;
    uint64_t rounds;
    double peak; /* fastest seen, GFLOP/s */
} as_speed;

/* false when this build has no loop for this CPU; as_speed_now is NaN then. */
bool as_speed_prepare(as_speed *speed);
double as_speed_now(as_speed *speed); /* GFLOP/s */

/* Instructions that the core takes in, per ns: a loop of nops of about 0.1 ms, which is bound by nothing else. Where
 * another hardware thread shares the core, also one of another virtual machine, about half; nothing else tells. */
double as_issue_now(void);

/* Counted by the system since the process (or the machine) began. */
typedef struct {
    uint64_t minor_faults;     /* of this process */
    uint64_t context_switches; /* involuntary ones of this process */
    double steal_ns;           /* of the whole machine; NaN where it is not told */
} as_disturbance;

/* Two orders of reading, so that our own reading of /proc lies outside of what is counted for the process. */
void as_disturbance_before(as_disturbance *out);
void as_disturbance_after(as_disturbance *out);

/* Largest resident size of this program, bytes: VmHWM. (getrusage's ru_maxrss would carry over what the parent had at
 * the moment of exec.) */
uint64_t as_gauge_peak_rss(void);

#endif
