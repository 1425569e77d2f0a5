/* report.h: verdicts for people and for machines: a table, CSV, JSON, JUnit XML, Markdown for a pull request.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_VERDICT_REPORT_H
#define AS_VERDICT_REPORT_H

#include "../base/err.h"
#include "../model/verdicts.h"

#define AS_VERDICT_FORMATS "table|csv|json|junit|markdown"

/* `format` is one of the above; `title` heads JUnit and Markdown. */
bool as_verdict_report(const char *format, const char *title, const as_verdict *rows, size_t count, as_text *out);

/* "2 regressed, 1 improved, 20 same, 1 inconclusive" */
void as_verdict_counts(const as_verdict *rows, size_t count, as_text *out);

#endif
