/* analyse.h: samples become statistics and tail slopes, from the CSV files alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_ANALYSE_H
#define AS_ANALYSE_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../model/records.h"

/* What machine.json says and the analysis needs. */
typedef struct {
    const char *name;      /* CPU, for charts */
    double fma_gflops[8];  /* by as_isa; one thread; NaN where unknown */
    double fma_gflops_all[8]; /* with all cpus */
    int cpus;
    double read_gbs[4];    /* L1, L2, L3, memory; one thread */
    uint64_t cache_bytes[3];
} as_machine_facts;

bool as_machine_facts_read(const char *dir, as_arena *arena, as_machine_facts *facts, as_err *err);

typedef struct {
    as_case *cases;
    size_t case_count;
    as_sample *samples;
    size_t sample_count;
    as_machine_facts machine;
    as_summary *summary; /* one per case, in the order of cases */
    as_fit *fits;
    size_t fit_count;
} as_findings;

/* Reads cases.csv, samples.csv, machine.json of `dir` and computes; everything in `arena`. */
bool as_analyse(const char *dir, as_arena *arena, as_findings *out, as_err *err);

/* Writes summary.csv, fits.csv and benchmark.json. */
bool as_findings_write(const as_findings *findings, const char *dir, as_err *err);

/* The table that `run` ends with: per kernel and pattern at the longest T. */
void as_findings_print(const as_findings *findings, as_text *out);

#endif
