/* stages.h: what the files of analyse/ hand to each other. Nobody outside includes it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_ANALYSE_STAGES_H
#define AS_ANALYSE_STAGES_H

#include "analyse.h"

/* Samples of one case, sorted by process: `of` points to them in the order of the file within a process. */
typedef struct {
    const as_sample **of;
    size_t count;
} as_sample_list;

/* gather.c: one list per case. An unknown case, no calls or a time that is not above 0 is an error with file:line. */
bool as_samples_gather(const char *dir, as_findings *f, as_arena *arena, as_sample_list **lists, as_err *err);

/* gather.c: where the samples of the process end that begin at `from`. */
size_t as_samples_process_end(const as_sample_list *list, size_t from);
/* gather.c: fills f->replicates from the lists. */
void as_replicates_make(as_findings *f, const as_sample_list *lists, as_arena *arena);

/* counters.c: fills f->counted from the rows of counters.csv. */
bool as_events_make(const as_folder_contents *folder, as_findings *f, const as_sample_list *lists, as_err *err);

/* summary.c: fills f->summary. */
void as_summary_make(as_findings *f, const as_sample_list *lists, as_arena *arena);

/* full_speed.c: fills the columns of f->summary that tell of how many samples the core was slowed, and what the others
 * took. */
void as_slowed_add(as_findings *f, const as_sample_list *lists, as_arena *arena);

/* roof.c: the speed index says how much faster than when machine.json was written the machine has been seen, >= 1. */
double as_roof_boost(const as_findings *f);
/* GFLOP/s that the row's isa can reach in its dtype with its threads; NaN where unknown. */
double as_roof_of(const as_machine_facts *m, double boost, const as_summary *row);
/* The largest roof of any isa with that dtype and threads; NaN where none is known. */
double as_roof_widest(const as_machine_facts *m, double boost, const as_summary *row);

/* GB/s that one thread can read where `bytes` lie: the fastest level that holds them all; memory when `cold`. NaN where
 * that is unknown, and for more threads than one. */
double as_bandwidth_of(const as_machine_facts *m, uint64_t bytes, bool cold, uint64_t threads);

/* shares.c: fills f->shares from the rows of phases.csv, after f->summary. */
bool as_shares_make(const as_folder_contents *folder, as_findings *f, as_err *err);

/* order.c: what the kernel of the curve declares, against the fit over its points [first, ...). */
void as_order_judge(const as_findings *f, const as_curve *c, size_t first, as_fit *fit);

/* fits.c: fills f->curves and f->fits. */
void as_fits_make(as_findings *f, as_arena *arena);

/* crossovers.c: fills f->crossovers; curves and summary are there. */
void as_crossovers_make(as_findings *f, as_arena *arena);

/* benchmark_json.c */
bool as_benchmark_json(const as_findings *f, const char *dir, as_text *out);

#endif
