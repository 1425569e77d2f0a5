/* analyse.h: samples become statistics, laws of growth and crossings, from the CSV files alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_ANALYSE_ANALYSE_H
#define AS_ANALYSE_ANALYSE_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../folder/reader.h"
#include "../model/curve.h"

/* What one worker process says of a case: the unit of replication. */
typedef struct {
    double wall_ns, cpu_ns; /* median over its batches, per call; cpu_ns is NaN where no batch has it */
    uint64_t calls;         /* timed calls in all */
} as_replicate;

typedef struct {
    as_replicate *of;
    size_t count;
} as_replicates;

/* An event of the counters. */
typedef struct {
    const char *event;
    double *per_call; /* one per case: the median over its batches; 0: not counted there */
} as_counted;

typedef struct {
    as_case *cases;
    size_t case_count;
    as_sample *samples;
    size_t sample_count;
    as_machine_facts machine;
    as_replicates *replicates; /* one per case */
    as_counted *counted;       /* events that were counted anywhere */
    size_t counted_count;
    as_summary *summary; /* one per case, in the order of cases */
    as_curve *curves;    /* one per fit of the time */
    as_fit *fits;        /* the time along every curve; then counts and surfaces */
    size_t fit_count;    /* of curves */
    size_t fit_rows;     /* of fits: fit_count and more */
    as_crossover *crossovers;
    size_t crossover_count;
    as_share *shares; /* a phase of a case each, where kernels have several */
    size_t share_count;
} as_findings;

/* Reads cases.csv, samples.csv, machine.json and, where they are there, counters.csv and phases.csv of `dir` and
 * computes; everything in `arena`. */
bool as_analyse(const char *dir, as_arena *arena, as_findings *out, as_err *err);

/* Writes summary.csv, fits.csv, crossovers.csv, benchmark.json and, where there are phases, shares.csv. */
bool as_findings_write(const as_findings *findings, const char *dir, as_err *err);

#endif
