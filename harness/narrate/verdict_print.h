/* verdict_print.h: verdicts for people and for machines: a table, CSV, JSON, JUnit XML, Markdown for a pull request.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_NARRATE_VERDICT_PRINT_H
#define AS_NARRATE_VERDICT_PRINT_H

#include "../base/err.h"
#include "../model/verdicts.h"

#define AS_VERDICT_FORMATS "table|csv|json|junit|markdown"

/* Where verdicts go, as the options of a command say it. */
typedef struct {
    const char *title;            /* heads JUnit and Markdown */
    const char *format;           /* of what is printed, one of the above; NULL: table */
    const char *junit, *markdown; /* files to be written beside that, or NULL */
    bool strict;                  /* missing and new cases are failures: in JUnit, too */
} as_verdict_outputs;

/* Writes the files and adds what is to be printed to `out`. */
bool as_verdict_publish(const as_verdict_outputs *to, const as_verdict *rows, size_t count, as_text *out, as_err *err);

#endif
