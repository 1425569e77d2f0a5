/* evidence.h: a result folder of `run` whose files agree with each other.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Needed are summary.csv, samples.csv and machine.json. The summary says of every case how many samples and processes
 * it has and what their median is: samples that say otherwise were cut short or edited, and the folder is refused. A
 * folder without a summary is of a run that did not end; `attnscope fit` makes one from what is there. */
#ifndef AS_VERDICT_EVIDENCE_H
#define AS_VERDICT_EVIDENCE_H

#include "../folder/reader.h"

/* Reads the summary, the samples, which it sorts by case, process and batch, and the machine. */
bool as_evidence_read(const char *dir, as_arena *arena, as_folder_contents *f, as_err *err);

/* NULL: no such case. `name` is of the same arena. */
const as_summary *as_evidence_find(const as_folder_contents *f, const char *name);

/* The samples of a case: [*from, the returned). */
size_t as_evidence_samples(const as_folder_contents *f, const char *name, size_t *from);

#endif
