/* read_json.h: what machine.json says of a machine and the analysis and the charts need.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_MACHINE_READ_JSON_H
#define AS_MACHINE_READ_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/err.h"
#include "rates.h"

typedef struct {
    const char *name;        /* CPU, for charts; NULL where unknown */
    const char *fingerprint; /* NULL where unknown */
    const char *date,
        *commit;            /* when the folder was made, 2026-01-31T12:00:00Z, and by which build; NULL where unknown */
    const char *roofs_date; /* when the rates below were measured, by this folder or one that it took them from */
    as_rates rate;
    int cpus;                /* 0 where unknown */
    double read_gbs[4];      /* L1, L2, L3, memory; one thread; NaN where unknown */
    uint64_t cache_bytes[3]; /* 0 where unknown */
} as_machine_facts;

/* Reads `dir`/machine.json, an object that the caller frees with json_decref. A folder without the file has an unknown
 * machine, which is no error: *root is NULL. A file that is not JSON is an error with its line and column. */
bool as_machine_json_read(const char *dir, json_t **root, as_err *err);

/* The facts of that file; texts live in `arena`. */
bool as_machine_facts_read(const char *dir, as_arena *arena, as_machine_facts *facts, as_err *err);

#endif
