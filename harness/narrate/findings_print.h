/* findings_print.h: what run, fit and merge end with on a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_NARRATE_FINDINGS_PRINT_H
#define AS_NARRATE_FINDINGS_PRINT_H

#include "../analyse/analyse.h"

/* A table, a row per kernel and pattern at the largest x; where the others pass dense attention; what is missing. */
void as_findings_print(const as_findings *findings, as_text *out);

#endif
