/* report.h: a result folder as one page: report.html, which needs no network and, but for sorting, no script.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_REPORT_REPORT_H
#define AS_REPORT_REPORT_H

#include "../base/err.h"

/* Writes `dir`/report.html from what is there of summary.csv, fits.csv, crossovers.csv, verdicts.csv, machine.json,
 * config.yaml and plots/: the same files give the same page, byte for byte. A folder with neither summary nor verdicts
 * is an error. */
bool as_report_write(const char *dir, as_err *err);

#endif
