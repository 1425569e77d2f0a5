/* claim_measured.h: what a result folder says about a claim.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CLAIMS_CLAIM_MEASURED_H
#define AS_CLAIMS_CLAIM_MEASURED_H

#include "../base/arena.h"
#include "../model/records.h"
#include "claim.h"

typedef struct {
    as_fit *fits;
    size_t fit_count;
    as_crossover *crossovers;
    size_t crossover_count;
    as_summary *cases;
    size_t case_count;
} as_measured;

/* Reads fits.csv and summary.csv of `dir`; either may be missing, not both. */
bool as_measured_read(const char *dir, as_arena *arena, as_measured *out, as_err *err);

/* One line, empty where nothing there bears on it. */
void as_measured_quote(const as_measured *m, const as_measurable *about, as_text *out);

#endif
