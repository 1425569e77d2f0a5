/* conclude.h: what follows measuring: analysis, charts and page of a result folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_SWEEP_CONCLUDE_H
#define AS_SWEEP_CONCLUDE_H

#include "../base/err.h"
#include "../base/text.h"

/* Analyses the folder, writes its summary.csv, fits.csv, crossovers.csv and benchmark.json, and appends the table for
 * people to `table`. */
bool as_conclude_table(const char *dir, as_text *table, as_err *err);

/* Draws the charts and writes report.html. When a chart cannot be drawn the page is still written, and the result is
 * false with the chart's error. */
bool as_conclude_pages(const char *dir, as_err *err);

#endif
