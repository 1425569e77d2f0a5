/* claim_measured.h: what a result folder says about a claim.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CLAIMS_CLAIM_MEASURED_H
#define AS_CLAIMS_CLAIM_MEASURED_H

#include "../folder/reader.h"
#include "claim.h"

/* Reads fits.csv and summary.csv of `dir`; either may be missing, not both. And crossovers.csv. */
bool as_measured_read(const char *dir, as_arena *arena, as_folder_contents *out, as_err *err);

/* One line, empty where nothing there bears on it. */
void as_measured_quote(const as_folder_contents *m, const as_measurable *about, as_text *out);

#endif
