/* print.h: verdicts for people and for machines: a table, CSV, JSON, JUnit XML, Markdown for a pull request.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VERDICT_PRINT_H
#define AS_VERDICT_PRINT_H

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

/* Exact gates that found nothing are not told one by one: false for these. */
bool as_verdict_told(const as_verdict *row);
/* "2 regressed, 1 improved, 20 same, 1 inconclusive": those that are told */
void as_verdict_counts(const as_verdict *rows, size_t count, as_text *out);
/* "smallest change that could have been seen: 1.10 % in half of the cases, 2.41 % in all": of time, where it was
 * measured; and what else was held. */
void as_verdict_sight(const as_verdict *rows, size_t count, as_text *out);

bool as_verdict_is(const as_verdict *row, const char *verdict);
/* "+1.25 %" and "+0.90 .. +1.60 %", or "-". */
void as_verdict_change(char out[32], double ratio);
void as_verdict_span(char out[64], const as_verdict *row);

#endif
