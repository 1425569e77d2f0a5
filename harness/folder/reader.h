/* reader.h: the only reader of result folders: each command names the tables that it needs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_FOLDER_READER_H
#define AS_FOLDER_READER_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../machine/read_json.h"
#include "../model/records.h"
#include "../model/verdicts.h"

/* A file of a result folder, as a bit. */
typedef enum {
    AS_FOLDER_CASES = 1 << 0,
    AS_FOLDER_SAMPLES = 1 << 1,
    AS_FOLDER_COUNTERS = 1 << 2,
    AS_FOLDER_PHASES = 1 << 3,
    AS_FOLDER_SUMMARY = 1 << 4,
    AS_FOLDER_FITS = 1 << 5,
    AS_FOLDER_SHARES = 1 << 6,
    AS_FOLDER_CROSSOVERS = 1 << 7,
    AS_FOLDER_VERDICTS = 1 << 8,
    AS_FOLDER_MACHINE = 1 << 9, /* machine.json; a folder without it has an unknown machine */
    AS_FOLDER_CONFIG = 1 << 10,
} as_folder_part;

/* Arrays and texts live in `arena`. A part that was not asked for, or is not there, has no rows. */
typedef struct {
    const char *dir;
    const char *name; /* the last part of its absolute path: "results/quick/" and "." name the folder, too */
    as_arena *arena;
    unsigned parts; /* those that are there and were read */
    as_case *cases;
    as_sample *samples;
    as_counter *counters;
    as_phase_time *phases;
    as_summary *summary;
    as_fit *fits;
    as_share *shares;
    as_crossover *crossovers;
    as_verdict *verdicts;
    size_t case_count, sample_count, counter_count, phase_count, summary_count, fit_count, share_count, crossover_count,
        verdict_count;
    as_machine_facts machine;
    const char *config; /* config.yaml as it is; NULL where there is none */
} as_folder_contents;

/* Nothing is read yet. */
as_folder_contents as_folder_open(const char *dir, as_arena *arena);

/* Reads the parts `needed`, whose absence is an error, and those of `optional` that are there. May be called again for
 * other parts. In a summary that was written before it had the columns roof_gflops and roof_gbs, they are computed
 * from the percentages. */
bool as_folder_read(as_folder_contents *folder, unsigned needed, unsigned optional, as_err *err);

#endif
