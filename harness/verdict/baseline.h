/* baseline.h: small result folders that are kept with the sources: one for each machine and sweep.
 * SPDX-License-Identifier: Apache-2.0
 * results/baselines/<fingerprint>/<name of the sweep>/ holds summary.csv and samples.csv, of their columns only those
 * that compare reads, machine.json and config.yaml. */
#ifndef AS_VERDICT_BASELINE_H
#define AS_VERDICT_BASELINE_H

#include "../base/arena.h"
#include "../base/err.h"

#define AS_BASELINES "results/baselines"

/* The folder of the machine and the sweep that `dir` is of; NULL and a sentence that says how to make it where there is
 * none. `root` NULL: AS_BASELINES. */
const char *as_baseline_find(const char *root, const char *dir, as_arena *arena, as_err *err);

/* Makes it from the result folder `dir`, in place of an older one; NULL when it could not. */
const char *as_baseline_keep(const char *root, const char *dir, as_arena *arena, as_err *err);

#endif
