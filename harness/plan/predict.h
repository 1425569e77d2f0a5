/* predict.h: how long a case will take, roughly, before anything was measured.
 * SPDX-License-Identifier: Apache-2.0
 * A guess within a factor of about three: executed FLOPs over a share of the FMA roof, or the operands over a modest
 * memory bandwidth, whichever is longer. It orders the plan, skips what is hopeless and fills the progress bar. */
#ifndef AS_PLAN_PREDICT_H
#define AS_PLAN_PREDICT_H

#include "../../kernels/api/registry.h"
#include "../model/config.h"

/* Seconds of one call on `threads` threads; `gflops` of the FMA loop on one thread, 0 where unknown. */
double as_predict_call(const as_entry *entry, int threads, const as_work *work, double gflops);

/* Seconds of one worker process: start, fill, check, warm up, calibrate, the timed batches, those that time the phases
 * of `kernel` apart where it has several, check again. */
double as_predict_visit(const as_measure *m, double call_s, const as_kernel *kernel);

#endif
